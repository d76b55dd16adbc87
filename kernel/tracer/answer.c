/*
 * A fault is ours when the processor itself raised it (nobody's kill(2)), and one of three instructions stands where it happened. All other
 * signals reach the program as they are.
 */
#include "answer.h"
#include "decode.h"
#include "events.h"
#include "inject.h"
#include "processor.h"
#include <linux/ptrace.h>

enum { SI_KERNEL = 0x80, TRAP_TRACE = 2, CS_64 = 0x33, WORD = 8, TRAP_FLAG = 0x100, RESUME_FLAG = 0x10000 };
enum { HYPERVISOR_LEAVES = 0x40000000, HYPERVISOR_LEAVES_END = 0x50000000, SHOWN_CODE = 8 };

/* Code up to where it is known what it is, word by word, since the next one may be on a page that is not there. */
static struct decoded decode_at(int task, const struct registers *r, u8 *code, size_t *size) {
  const u64 begin = r->rip & ~(u64)(WORD - 1);
  const size_t before = (size_t)(r->rip - begin);
  u8 words[3 * WORD];
  struct decoded decoded = {OTHER_INSTRUCTION, 0, 0};
  *size = 0;
  for (size_t at = 0; at < sizeof words; at += WORD) {
    if (trace(PTRACE_PEEKTEXT, task, begin + at, &words[at]) != 0) break;
    *size = at + WORD - before;
    decoded = decode(&words[before], *size, r->cs == CS_64);
    if (decoded.instruction != OTHER_INSTRUCTION) break;
  }
  if (*size > LONGEST_INSTRUCTION) *size = LONGEST_INSTRUCTION;
  memcpy(code, &words[before], *size);
  return decoded;
}

static struct answer low_halves(const struct registers *r) {
  return (struct answer){{(u32)r->rax, (u32)r->rbx, (u32)r->rcx, (u32)r->rdx}};
}

static void set_low_halves(struct registers *r, const struct answer *answer) {
  r->rax = answer->value[0];
  r->rbx = answer->value[1];
  r->rcx = answer->value[2];
  r->rdx = answer->value[3];
}

static void fill_cpuid(const struct task *task, const struct spec *spec, int proc, struct registers *r) {
  const struct answer answer = answer_cpuid(spec, low_halves(r), task->id, proc);
  set_low_halves(r, &answer);
}

/* 0: the port is refused, as on metal. A narrow IN changes no more of RAX than it reads. */
static int fill_port(const struct spec *spec, u32 bytes, struct registers *r) {
  const u32 port = r->rdx & 0xffff;
  const u64 kept = bytes == 1 ? r->rax & ~0xffUL : bytes == 2 ? r->rax & ~0xffffUL : 0;
  struct answer answer = low_halves(r);
  if (port != VMWARE_PORT && port != VMWARE_HIGH_BANDWIDTH_PORT) return 0;
  if (!answer_port(spec, &answer)) return 0;
  set_low_halves(r, &answer);
  if (bytes < 4) r->rax = kept | (r->rax & (bytes == 1 ? 0xffUL : 0xffffUL));
  return 1;
}

static void report(const struct task *task, const char *event, u32 number, const u8 *code, size_t size) {
  report_probe(&(struct probe){task->id, event, number, code, size < SHOWN_CODE ? size : SHOWN_CODE});
}

/* Every start of a program asks for leaves of the processor; only who asks for those of hypervisors wants to know. */
static void report_answered(const struct task *task, const struct registers *asked, enum instruction what, const u8 *code, size_t size) {
  const u32 leaf = (u32)asked->rax;
  if (what == IN_INSTRUCTION)
    report(task, "port", (u32)asked->rcx & 0xffff, code, size);
  else if (leaf >= HYPERVISOR_LEAVES && leaf < HYPERVISOR_LEAVES_END)
    report(task, "cpuid", leaf, code, size);
}

/* Behind the instruction, where the processor would be; the trap flag would have stopped it there. */
static enum outcome go_behind(const struct task *task, struct registers *r, u32 length) {
  r->rip += length;
  r->eflags &= ~(u64)RESUME_FLAG;
  trace(PTRACE_SETREGS, task->id, 0, r);
  if ((r->eflags & TRAP_FLAG) == 0) return ANSWERED;
  const struct signal_details trap = {.signal = SIGTRAP, .code = TRAP_TRACE, .address = r->rip};
  trace(PTRACE_SETSIGINFO, task->id, 0, &trap);
  return STEPPED;
}

enum outcome answer_fault(const struct task *task, const struct spec *spec, int proc) {
  struct signal_details details = {0};
  struct registers r = {0};
  u8 code[LONGEST_INSTRUCTION];
  size_t size;
  if (trace(PTRACE_GETSIGINFO, task->id, 0, &details) != 0 || details.code != SI_KERNEL) return NOT_OURS;
  if (trace(PTRACE_GETREGS, task->id, 0, &r) != 0) return NOT_OURS;
  const struct registers asked = r;
  const struct decoded decoded = decode_at(task->id, &r, code, &size);
  if (size == 0) return UNREADABLE;
  if (decoded.instruction == CPUID_INSTRUCTION)
    fill_cpuid(task, spec, proc, &r);
  else if (decoded.instruction != IN_INSTRUCTION || !fill_port(spec, decoded.bytes, &r))
    return NOT_OURS;
  report_answered(task, &asked, decoded.instruction, code, size);
  return go_behind(task, &r, decoded.length);
}
