/*
 * Puts itself behind a filter that kills for arch_prctl(2) and clock_gettime(2), in each of the ways there are, and asks CPUID and the port before
 * and after, in two threads. Prints who answers.
 */
#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_barrier_t both;
static __thread sigjmp_buf back;

static void on_fault(int number) {
  (void)number;
  siglongjmp(back, 1);
}

static const char *port(unsigned command) {
  if (sigsetjmp(back, 1) != 0) return "refused";
  unsigned a = 0x564d5868, b = 0, c = command, d = 0x5658;
  __asm__ volatile("inl %%dx, %%eax" : "+a"(a), "+b"(b), "+c"(c), "+d"(d));
  return "answered";
}

/* All leaves are asked, so that one that is not known would need a call. */
static void show(const char *when) {
  char vendor[13] = {0};
  for (unsigned leaf = 0; leaf < 0x30; leaf++) {
    unsigned a = leaf, b, c = 0, d;
    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  }
  unsigned a = 0x40000000, c = 0;
  __asm__ volatile("cpuid" : "+a"(a), "=b"(*(unsigned *)&vendor[0]), "+c"(c), "=d"(*(unsigned *)&vendor[8]));
  memcpy(&vendor[4], &c, 4);
  const char *version = port(10), *time = port(23);
  printf("%s %s %s %s\n", when, vendor, version, time);
}

static void *in_thread(void *nothing) {
  show("thread before");
  pthread_barrier_wait(&both);
  pthread_barrier_wait(&both);
  show("thread after");
  return nothing;
}

static long enter(char how, struct sock_fprog *filter) {
  if (how == 'p') return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filter);
  if (how == 'q') return syscall(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filter, 0, 0);
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, how == 't' ? SECCOMP_FILTER_FLAG_TSYNC : 0, filter);
}

int main(int argc, char **argv) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_arch_prctl, 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clock_gettime, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog filter = {sizeof code / sizeof code[0], code};
  pthread_t thread;
  signal(SIGSEGV, on_fault);
  pthread_barrier_init(&both, NULL, 2);
  show("before");
  pthread_create(&thread, NULL, in_thread, NULL);
  pthread_barrier_wait(&both);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  const long entered = enter(argc > 1 ? argv[1][0] : 's', &filter);
  show("after");
  pthread_barrier_wait(&both);
  pthread_join(thread, NULL);
  printf("entered %ld, an error is still told: %ld\n", entered, syscall(SYS_close, -1));
  return 0;
}
