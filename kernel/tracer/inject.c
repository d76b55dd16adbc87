/*
 * A task switches faulting for itself only (arch_prctl(2)), so we have it make the call: its registers are exchanged, it runs one
 * instruction, and gets its registers back. That instruction is one of the vDSO, which every process has: no byte of the program is
 * written, so other threads cannot run into it. Whatever was interrupted (a system call, also) goes on as if nothing had been.
 *
 * Signals wait until it is over, but for those that the processor raises: a task that was stopped between a fault and its signal gets that
 * one first, whatever it blocks (kernel/signal.c, dequeue_synchronous_signal), and the step's SIGTRAP later. So any other is held, and
 * the step is over at its own SIGTRAP only: that one, left behind, would kill the program.
 *
 * After an exec this is possible only from the end of the call on: at the event itself, the kernel would still write RAX.
 */
#include "inject.h"
#include <linux/ptrace.h>

enum { CALL_SIZE = 2, VDSO_BYTES = 16384, AT_SYSINFO_EHDR = 33, CS_64 = 0x33, CALL_I386_ARCH_PRCTL = 384, MASK_SIZE = 8 };

static int proc_folder;
static u32 secret_low, secret_high;

void prepare_calls(int proc, const u32 secret[2]) {
  proc_folder = proc;
  secret_low = secret[0];
  secret_high = secret[1];
}

long trace(int request, int task, u64 address, const void *value) {
  return CALL(ptrace, request, task, address, value);
}

static int is_64_bit(const struct registers *registers) {
  return registers->cs == CS_64;
}

/* The auxiliary vector (getauxval(3)): pairs of a key and a value, of the program's own word size. */
static u64 vdso_of(const struct task *task, int wide) {
  static union {
    char bytes[4096];
    u64 words[512];
    u32 halves[1024];
  } vector;
  struct text path = {.used = 0};
  put_number(&path, (u64)task->id, 10);
  put(&path, "/auxv");
  path.bytes[path.used] = 0;
  const long size = read_file(proc_folder, path.bytes, vector.bytes, sizeof vector.bytes);
  for (long at = 0; at < size / (wide ? 8 : 4) - 1; at += 2) {
    const u64 key = wide ? vector.words[at] : vector.halves[at];
    if (key == AT_SYSINFO_EHDR) return wide ? vector.words[at + 1] : vector.halves[at + 1];
  }
  return 0;
}

/* Where in the vDSO the call's instruction is: the same for all processes of a word size. 0: not to be had. */
static u64 place_in_vdso(const struct task *task, u64 vdso, int wide) {
  static u64 places[2];
  static u8 image[VDSO_BYTES];
  if (places[wide] != 0) return places[wide];
  long size = 0;
  for (; size < VDSO_BYTES; size += 8)
    if (trace(PTRACE_PEEKTEXT, task->id, vdso + (u64)size, &image[size]) != 0) break;
  for (long at = 0x40; at + 1 < size; at++)
    if (wide ? image[at] == 0x0f && image[at + 1] == 0x05 : image[at] == 0xcd && image[at + 1] == 0x80) return places[wide] = (u64)at;
  return 0;
}

static u64 call_place(const struct task *task, int wide) {
  const u64 vdso = vdso_of(task, wide);
  const u64 place = vdso == 0 ? 0 : place_in_vdso(task, vdso, wide);
  return place == 0 ? 0 : vdso + place;
}

static struct registers call_registers(const struct task *task, int on) {
  struct registers r = task->registers;
  const u64 operation = ARCH_SET_CPUID, value = on ? 0 : 1;
  r.rip = task->call_at;
  r.orig_rax = (u64)-1; /* Not in a system call: nothing is begun anew. */
  if (is_64_bit(&r)) {
    r.rax = __NR_arch_prctl, r.rdi = operation, r.rsi = value, r.r8 = secret_low, r.r9 = secret_high;
  } else {
    r.rax = CALL_I386_ARCH_PRCTL, r.rbx = operation, r.rcx = value, r.rdi = secret_low, r.rbp = secret_high;
  }
  return r;
}

int begin_switch(struct task *task, int on) {
  const u64 all_but_faults = ~(1UL << (SIGTRAP - 1) | 1UL << (SIGSEGV - 1));
  if (trace(PTRACE_GETREGS, task->id, 0, &task->registers) != 0) return 0;
  /* An exec gives a new place, a fork the same one. */
  if (task->call_at == 0) task->call_at = call_place(task, is_64_bit(&task->registers));
  if (task->call_at == 0) return 0;
  const struct registers r = call_registers(task, on);
  if (trace(PTRACE_GETSIGMASK, task->id, MASK_SIZE, &task->signal_mask) != 0) return 0;
  if (trace(PTRACE_SETSIGMASK, task->id, MASK_SIZE, &all_but_faults) != 0) return 0;
  trace(PTRACE_SETREGS, task->id, 0, &r);
  task->state = INJECTED;
  task->wanted = on;
  task->held_stop = 0;
  task->held.signal = 0;
  trace(PTRACE_SINGLESTEP, task->id, 0, NULL);
  return 1;
}

static void give_back(struct task *task) {
  trace(PTRACE_SETREGS, task->id, 0, &task->registers);
  trace(PTRACE_SETSIGMASK, task->id, MASK_SIZE, &task->signal_mask);
  task->state = RUNNING;
}

/* Kept until the step is over. 0: it is the step's own, or its instruction cannot be run. */
static int hold(struct task *task, int signal, u64 rip) {
  struct signal_details details = {0};
  if (signal == SIGSTOP) return task->held_stop = 1;
  if (signal == SIGTRAP && rip != task->call_at) return 0;
  if (task->held.signal != 0 || trace(PTRACE_GETSIGINFO, task->id, 0, &details) != 0) return 0;
  if (signal != SIGTRAP && rip == task->call_at && details.address == rip) return 0;
  task->held = details;
  return 1;
}

int goes_on_with_switch(struct task *task, int status) {
  const int signal = status >> 8 & 0xff, event = status >> 16;
  struct registers r = {0};
  if (trace(PTRACE_GETREGS, task->id, 0, &r) != 0) return 0;
  if (event == PTRACE_EVENT_STOP || hold(task, signal, r.rip)) {
    trace(PTRACE_SINGLESTEP, task->id, 0, NULL);
    return 0;
  }
  const int done = signal == SIGTRAP && r.rip == task->call_at + CALL_SIZE && r.rax == 0;
  task->forged = done && task->wanted; /* Where it could not be switched off there is nothing more to be done. */
  task->wanted = -1;
  give_back(task);
  return 1;
}
