/*
 * Where the kernel delivers SIGSEGV. A fault is ours when the processor raised it with #GP, and CPUID or IN on VMware's port stands there.
 * All else goes to the program's own handler, as the kernel would have called it: by a jump, with the kernel's frame as it lies on the
 * stack, so that unwinders and siglongjmp(3) find what they know.
 */
#include "../tracer/decode.h"
#include "../tracer/processor.h"
#include "preload.h"

enum { SI_KERNEL = 0x80, GENERAL_PROTECTION = 13, TRAP_FLAG = 0x100, TRAP_TRACE = 2, SIG_BLOCK = 0, MASK_SIZE = 8 };

/* The unwinders of gcc and gdb know these nine bytes as the end of a signal's frame. */
__asm__(".globl return_from_signal\n"
        ".hidden return_from_signal\n"
        "nop\n"
        "return_from_signal:\n"
        "mov $15, %rax\n"
        "syscall\n");

__asm__(".globl on_signal\n"
        ".hidden on_signal\n"
        ".type on_signal, @function\n"
        "on_signal:\n"
        ".cfi_startproc\n"
        "push %rdi\n"
        ".cfi_adjust_cfa_offset 8\n"
        "push %rsi\n"
        ".cfi_adjust_cfa_offset 8\n"
        "push %rdx\n"
        ".cfi_adjust_cfa_offset 8\n"
        "call decide\n"
        "pop %rdx\n"
        ".cfi_adjust_cfa_offset -8\n"
        "pop %rsi\n"
        ".cfi_adjust_cfa_offset -8\n"
        "pop %rdi\n"
        ".cfi_adjust_cfa_offset -8\n"
        "test %rax, %rax\n"
        "jz 1f\n"
        "mov (%rsi), %edi\n" /* siginfo_t.si_signo */
        "mov %rax, %r11\n"
        "xor %eax, %eax\n"
        "jmp *%r11\n"
        "1: ret\n"
        ".cfi_endproc\n"
        ".size on_signal, .-on_signal\n");

/* ---- Memory that may not be there ---- */

/* int peek(const u8 *from, u8 *to): 0 where the byte cannot be read. A fault at `peek_load` goes on at `peek_failed`. */
int peek(const u8 *from, u8 *to);
extern const char peek_load[] __attribute__((visibility("hidden")));
extern const char peek_failed[] __attribute__((visibility("hidden")));
__asm__(".globl peek, peek_load, peek_failed\n"
        ".hidden peek, peek_load, peek_failed\n"
        "peek:\n"
        "peek_load: movb (%rdi), %al\n"
        "movb %al, (%rsi)\n"
        "mov $1, %eax\n"
        "ret\n"
        "peek_failed: xor %eax, %eax\n"
        "ret\n");

/* Code that may be executed can be closed to readers, or end at the end of a page: byte by byte until it is known what it is. */
static struct decoded decode_at(u64 place) {
  u8 code[LONGEST_INSTRUCTION];
  struct decoded decoded = {OTHER_INSTRUCTION, 0, 0};
  for (size_t size = 0; size < sizeof code && decoded.instruction == OTHER_INSTRUCTION; size++) {
    if (!peek((const u8 *)(place + size), &code[size])) break;
    decoded = decode(code, size + 1, 1);
  }
  return decoded;
}

/* ---- The two instructions ---- */

static void fill_cpuid(struct context *context) {
  const struct answer answer = forge_leaf((u32)context->rax, (u32)context->rcx);
  context->rax = answer.value[0];
  context->rbx = answer.value[1];
  context->rcx = answer.value[2];
  context->rdx = answer.value[3];
}

/* 0: the port is refused, as on metal. A narrow IN changes no more of RAX than it reads. */
static int fill_port(u32 bytes, struct context *context) {
  const u32 port = context->rdx & 0xffff;
  const u64 read = bytes == 1 ? 0xff : bytes == 2 ? 0xffff : ~0UL;
  struct answer answer = {{(u32)context->rax, (u32)context->rbx, (u32)context->rcx, (u32)context->rdx}};
  if ((port != VMWARE_PORT && port != VMWARE_HIGH_BANDWIDTH_PORT) || preload.is_sandboxed) return 0;
  if (!answer_port(&preload.spec, &answer)) return 0;
  context->rax = (context->rax & ~read) | (answer.value[0] & read);
  context->rbx = answer.value[1];
  context->rcx = answer.value[2];
  context->rdx = answer.value[3];
  return 1;
}

/* The trap flag would have stopped the processor behind the instruction. The signal waits until our handler is over. */
static void end_step(const struct context *context) {
  const u64 trap = BIT_OF(SIGTRAP);
  const struct signal_details details = {.signal = SIGTRAP, .code = TRAP_TRACE, .address = context->rip};
  if ((context->eflags & TRAP_FLAG) == 0 || preload.is_sandboxed) return;
  CALL(rt_sigprocmask, SIG_BLOCK, &trap, NULL, MASK_SIZE);
  const long process = CALL(getpid), thread = CALL(gettid);
  CALL(rt_tgsigqueueinfo, process, thread, SIGTRAP, &details);
}

static int answer_instruction(struct context *context) {
  const struct decoded decoded = decode_at(context->rip);
  if (decoded.instruction == CPUID_INSTRUCTION && preload.forges_cpuid)
    fill_cpuid(context);
  else if (decoded.instruction != IN_INSTRUCTION || !fill_port(decoded.bytes, context))
    return 0;
  context->rip += decoded.length;
  end_step(context);
  return 1;
}

__attribute__((used)) static handler decide(int signal, struct signal_details *details, struct context *context) {
  if (context->rip == (u64)peek_load) {
    context->rip = (u64)peek_failed;
    return NULL;
  }
  const int is_protection = signal == SIGSEGV && details->code == SI_KERNEL && context->trap == GENERAL_PROTECTION;
  if (is_protection && answer_instruction(context)) return NULL;
  return handler_for(signal, details, context);
}
