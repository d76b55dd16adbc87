/*
 * A library that is loaded into dynamic programs in front of the C library (LD_PRELOAD, ld.so(8)) and answers for the processor: CPUID, and
 * `IN EAX,DX` on VMware's port, as a spec says (../tracer/spec.h).
 */
#ifndef PRELOAD_H
#define PRELOAD_H

#include "../tracer/spec.h"

enum { SIGSTKFLT = 16, SIGCANCEL = 32, SIGSETXID = 33 };
enum { SA_SIGINFO = 4, SA_RESTORER = 0x04000000, SA_ONSTACK = 0x08000000, SA_RESTART = 0x10000000, SA_NODEFER = 0x40000000 };
#define SA_RESETHAND 0x80000000U

#define BIT_OF(signal) (1UL << ((signal)-1))
#define EXPORTED __attribute__((visibility("default")))

typedef void (*handler)(int);

#define DEFAULT ((handler)0)
#define IGNORED ((handler)1)

/* ucontext_t as the kernel lays it out (asm/ucontext.h, asm/sigcontext.h). */
struct context {
  u64 flags, link, stack[3];
  u64 r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, eflags, segments, error, trap, old_mask, cr2;
  u64 floats, reserved[8];
  u64 mask;
};

/* What rt_sigaction(2) takes. */
struct kernel_action {
  handler handler;
  u64 flags;
  void (*restorer)(void);
  u64 mask;
};

extern struct preload {
  /* All of it is set up; before that, and where anything was wrong, every function does what the C library's does. */
  int is_active;
  /* CPUID faults in this process. */
  int forges_cpuid;
  /* A filter of system calls is there that may forbid ours: none are made any more while answering. */
  int is_sandboxed;
  struct spec spec;
} preload;

/* What a function of the C library returns for what a system call did: errno is set, where there is one. */
long result_of(long result);

/* ---- fault.c ---- */

/* The kernel's handler of SIGSEGV, and where a handler returns to. */
void on_signal(int signal);
void return_from_signal(void);

/* ---- leaves.c ---- */

/* Before CPUID faults. */
void prepare_leaves(void);
/* Keeps what the processor says, for threads that a filter will hold from asking it. */
void keep_leaves(void);
struct answer forge_leaf(u32 leaf, u32 subleaf);

/* ---- signals.c ---- */

void prepare_signals(void);
/* The program's handler for what the kernel delivered, NULL: there is nothing to call. */
handler handler_for(int signal, struct signal_details *details, const struct context *context);

#endif
