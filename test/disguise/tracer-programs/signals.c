/* What a program sees of its signals: those of others, its own faults, and none of ours. Prints `well`, or what was wrong. */
#define _GNU_SOURCE
#include <cpuid.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

static sigjmp_buf back;
static volatile sig_atomic_t got, code, faults;
static void *volatile address;

static void check(int right, const char *what) {
  if (right) return;
  printf("wrong: %s\n", what);
  exit(1);
}

static unsigned vendor(void) {
  unsigned a, b, c, d;
  __cpuid(0x40000000, a, b, c, d);
  return b;
}

static void on_fault(int signal, siginfo_t *details, void *context) {
  (void)signal, (void)context;
  faults++;
  code = details->si_code;
  address = details->si_addr;
  siglongjmp(back, 1);
}

static void on_signal(int signal, siginfo_t *details, void *context) {
  (void)context;
  got = signal;
  code = details->si_code;
  vendor(); /* Also in a handler. */
}

static void on_value(int signal, siginfo_t *details, void *context) {
  (void)signal, (void)context;
  got = details->si_value.sival_int;
}

static void own_faults(void) {
  if (sigsetjmp(back, 1) == 0) *(volatile int *)16 = 1;
  check(faults == 1 && code == SEGV_MAPERR && address == (void *)16, "a page that is not there");
  if (sigsetjmp(back, 1) == 0) __asm__ volatile("hlt");
  check(faults == 2 && code == SI_KERNEL, "a privileged instruction");
  if (sigsetjmp(back, 1) == 0) kill(getpid(), SIGSEGV);
  check(faults == 3 && code == SI_USER, "a SIGSEGV by kill");
  for (int times = 0; times < 100; times++) vendor();
  check(faults == 3, "a SIGSEGV of CPUID was seen");
}

static void others_signals(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_flags = SA_SIGINFO;
  action.sa_sigaction = on_signal;
  for (int signal = 1; signal < 32; signal++) {
    if (signal == SIGKILL || signal == SIGSTOP || signal == SIGSEGV) continue;
    sigaction(signal, &action, NULL);
    got = 0;
    raise(signal);
    check(got == signal && code == SI_TKILL, "a signal that was raised");
  }
  action.sa_sigaction = on_value;
  sigaction(SIGRTMIN, &action, NULL);
  sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 77});
  check(got == 77, "a value that was queued");
  action.sa_flags = 0;
  action.sa_handler = SIG_DFL;
  for (int signal = 1; signal < 32; signal++)
    if (signal != SIGKILL && signal != SIGSTOP && signal != SIGSEGV) sigaction(signal, &action, NULL);
}

/* The processor stops behind each instruction where a program asks it to: behind CPUID as well. */
static volatile sig_atomic_t steps;
extern const char behind_cpuid[];

static void on_step(int signal, siginfo_t *details, void *context) {
  (void)signal, (void)details;
  ucontext_t *state = context;
  if (state->uc_mcontext.gregs[REG_RIP] == (long)behind_cpuid) steps++;
}

static void trap_flag(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_flags = SA_SIGINFO;
  action.sa_sigaction = on_step;
  sigaction(SIGTRAP, &action, NULL);
  __asm__ volatile("pushf\n orl $0x100, (%%rsp)\n popf\n"
                   "cpuid\n"
                   ".globl behind_cpuid\nbehind_cpuid: nop\n"
                   "pushf\n andl $0xfffffeff, (%%rsp)\n popf\n"
                   :
                   :
                   : "eax", "ebx", "ecx", "edx", "memory", "cc");
  check(steps == 1, "single steps over CPUID");
}

static void child_status(void) {
  int status;
  if (fork() == 0) {
    signal(SIGSEGV, SIG_DFL);
    *(volatile int *)16 = 1;
  }
  wait(&status);
  check(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV, "a child that died of its own fault");
  const pid_t child = fork();
  if (child == 0)
    for (;;) pause();
  kill(child, SIGSTOP);
  waitpid(child, &status, WUNTRACED);
  check(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP, "a child that was stopped");
  usleep(20000);
  check(waitpid(child, &status, WNOHANG | WCONTINUED) == 0, "a child that stays stopped");
  kill(child, SIGCONT);
  waitpid(child, &status, WCONTINUED);
  check(WIFCONTINUED(status), "a child that goes on");
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "a child that was killed");
}

int main(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  action.sa_sigaction = on_fault;
  sigaction(SIGSEGV, &action, NULL);
  own_faults();
  others_signals();
  trap_flag();
  sigaction(SIGSEGV, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
  child_status();
  puts("well");
  return 0;
}
