/*
 * What a program that lives with SIGSEGV sees, a case a run: true faults with their details, blocked and ignored signals, handlers that
 * jump out. Prints nothing that differs from run to run, so that the same is to be read with the library and without.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

static sigjmp_buf back;
static volatile int seen, in_handler_blocked;
static char stack[1 << 16];
static volatile char *const nowhere = (char *)0x1230;

static unsigned cpuid(unsigned leaf) {
  unsigned a = leaf, b, c = 0, d;
  __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  return a;
}

static int is_blocked(void) {
  sigset_t set;
  sigprocmask(SIG_BLOCK, NULL, &set);
  return sigismember(&set, SIGSEGV);
}

static void tell(int number, siginfo_t *info, void *context) {
  const ucontext_t *at = context;
  char here;
  const int is_apart = &here >= stack && &here < stack + sizeof stack;
  cpuid(0);
  in_handler_blocked = is_blocked();
  printf("signal %d code %d address %p trap %lld error %lld apart %d blocked %d\n", number, info->si_code,
         info->si_code > 0 ? info->si_addr : NULL, at->uc_mcontext.gregs[REG_TRAPNO], at->uc_mcontext.gregs[REG_ERR], is_apart,
         in_handler_blocked);
  if (++seen < 10 && info->si_code > 0) siglongjmp(back, 1);
}

static void set(void (*handler)(int, siginfo_t *, void *), int flags) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};
  sigaction(SIGSEGV, &action, NULL);
}

static void fault(int how) {
  if (sigsetjmp(back, 1) != 0) return;
  if (how == 0) *nowhere = 1;
  if (how == 1) (void)*(volatile char *)0x8000000000000000;
  if (how == 2) __asm__ volatile("hlt");
  if (how == 3) ((void (*)(void))nowhere)();
  if (how == 4) *(volatile char *)mmap((void *)0x10000000, 4096, PROT_READ, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) = 1;
  if (how == 5) __asm__ volatile("inl %%dx, %%eax" : : "a"(1), "d"(0x70));
}

static void faults(int flags) {
  const stack_t apart = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&apart, NULL);
  set(tell, flags);
  for (int how = 0; how < 6; how++) fault(how);
  printf("blocked after: %d\n", is_blocked());
}

static void repair(int number, siginfo_t *info, void *context) {
  (void)number, (void)context;
  seen++;
  mprotect(info->si_addr, 4096, PROT_READ | PROT_WRITE);
}

static void repaired(void) {
  char *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  set(repair, SA_RESTART);
  strcpy(page, "written after the repair");
  printf("%s, %d\n", page, seen);
}

static void again(int number, siginfo_t *info, void *context) {
  (void)number, (void)info, (void)context;
  printf("in it\n");
  fflush(stdout);
  *nowhere = 1;
}

static void count(int number) {
  seen += number;
}

static void sent(void) {
  signal(SIGSEGV, count);
  raise(SIGSEGV);
  kill(getpid(), SIGSEGV);
  printf("seen %d\n", seen);
  sigset_t set, old;
  sigemptyset(&set);
  sigaddset(&set, SIGSEGV);
  sigprocmask(SIG_BLOCK, &set, &old);
  raise(SIGSEGV);
  kill(getpid(), SIGSEGV);
  cpuid(0);
  sigset_t pending;
  sigpending(&pending);
  printf("seen %d, pending %d, blocked %d, before %d\n", seen, sigismember(&pending, SIGSEGV), is_blocked(), sigismember(&old, SIGSEGV));
  sigprocmask(SIG_SETMASK, &old, NULL);
  printf("seen %s, blocked %d\n", seen > 22 ? "more" : "no more", is_blocked());
  signal(SIGSEGV, SIG_IGN);
  raise(SIGSEGV);
  printf("ignored %d\n", signal(SIGSEGV, SIG_DFL) == SIG_IGN);
}

static void waited(void) {
  sigset_t set;
  int number = 0;
  sigfillset(&set);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  kill(getpid(), SIGSEGV);
  sigwait(&set, &number);
  printf("waited for %d\n", number);
  siginfo_t info;
  union sigval value = {.sival_int = 77};
  sigqueue(getpid(), SIGSEGV, value);
  number = sigwaitinfo(&set, &info);
  printf("waited for %d, %d, code %d, value %d, own %d\n", number, info.si_signo, info.si_code, info.si_value.sival_int,
         info.si_pid == getpid());
}

static void *in_thread(void *how) {
  cpuid(0);
  printf("blocked in thread %d\n", is_blocked());
  if (how != NULL) fault(0);
  return NULL;
}

static void threads(int blocked) {
  pthread_t thread;
  sigset_t all;
  set(tell, SA_NODEFER);
  sigfillset(&all);
  if (blocked) pthread_sigmask(SIG_SETMASK, &all, NULL);
  pthread_create(&thread, NULL, in_thread, &all);
  pthread_join(thread, NULL);
}

static void old_relatives(void) {
  printf("%d %d\n", sigset(SIGSEGV, count) == SIG_DFL, sigset(SIGSEGV, SIG_HOLD) == count);
  raise(SIGSEGV);
  printf("held %d\n", seen);
  printf("%d\n", sigset(SIGSEGV, count) == SIG_HOLD);
  printf("seen %d\n", seen);
  sigignore(SIGSEGV);
  raise(SIGSEGV);
  __sysv_signal(SIGSEGV, count);
  raise(SIGSEGV);
  printf("seen %d, set back %d\n", seen, signal(SIGSEGV, SIG_DFL) == SIG_DFL);
}

static void asked_back(void) {
  struct sigaction action = {.sa_handler = count, .sa_flags = SA_RESTART}, got;
  sigaddset(&action.sa_mask, SIGUSR1);
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGSEGV, NULL, &got);
  printf("%d %x %d %d\n", got.sa_handler == count, got.sa_flags & ~0x04000000, sigismember(&got.sa_mask, SIGUSR1), sigismember(&got.sa_mask, SIGUSR2));
  sigfillset(&action.sa_mask);
  sigaction(SIGUSR2, &action, NULL);
  sigaction(SIGUSR2, NULL, &got);
  printf("%d %d\n", sigismember(&got.sa_mask, SIGSEGV), sigismember(&got.sa_mask, SIGUSR1));
  printf("%d\n", sigaction(SIGKILL, &action, NULL));
}

static void in_other_handler(int number) {
  (void)number;
  cpuid(0);
  printf("blocked in another's handler %d\n", is_blocked());
}

static void other_handler(void) {
  struct sigaction action = {.sa_handler = in_other_handler};
  sigfillset(&action.sa_mask);
  sigaction(SIGUSR1, &action, NULL);
  raise(SIGUSR1);
  printf("blocked %d\n", is_blocked());
}

/* A child that shares our memory and sets all handlers back must not change ours. */
static void vforked(void) {
  signal(SIGSEGV, count);
  const pid_t child = vfork();
  if (child == 0) {
    for (int number = 1; number < 32; number++) signal(number, SIG_DFL);
    execl("/bin/true", "true", NULL);
    _exit(1);
  }
  int status;
  waitpid(child, &status, 0);
  raise(SIGSEGV);
  printf("seen %d, child %d\n", seen, status);
}

static void forked(void) {
  for (int child = 0; child < 200; child++)
    if (fork() == 0) {
      set(tell, 0);
      _exit(cpuid(0) > 0 && sigsetjmp(back, 1) == 0 ? 0 : 1);
    }
  int status, failed = 0;
  while (wait(&status) > 0) failed += status != 0;
  printf("failed %d\n", failed);
}

static int is(const char *name, const char *wanted) {
  return strcmp(name, wanted) == 0;
}

int main(int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : "";
  setvbuf(stdout, NULL, _IOLBF, 0);
  cpuid(0);
  if (is(name, "faults")) faults(0);
  if (is(name, "apart")) faults(SA_ONSTACK);
  if (is(name, "repaired")) repaired();
  if (is(name, "dies")) *nowhere = 1;
  if (is(name, "halts")) __asm__ volatile("hlt");
  if (is(name, "ignored")) signal(SIGSEGV, SIG_IGN), *nowhere = 1;
  if (is(name, "nested")) set(again, 0), *nowhere = 1;
  if (is(name, "once")) set(again, SA_RESETHAND), *nowhere = 1;
  if (is(name, "killed")) kill(getpid(), SIGSEGV), pause();
  if (is(name, "raised")) raise(SIGSEGV);
  if (is(name, "aborted")) abort();
  if (is(name, "sent")) sent();
  if (is(name, "waited")) waited();
  if (is(name, "thread")) threads(0);
  if (is(name, "blocked-thread")) threads(1);
  if (is(name, "relatives")) old_relatives();
  if (is(name, "asked-back")) asked_back();
  if (is(name, "other-handler")) other_handler();
  if (is(name, "vforked")) vforked();
  if (is(name, "forked")) forked();
  printf("end\n");
  return 0;
}
