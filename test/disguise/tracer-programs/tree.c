/*
 * Many ways to become another task. Each task asks CPUID; prints how many were answered with the name of VMware and how many with another:
 *   threads N    N threads at once, five times
 *   vfork N      N children by vfork, one after the other, each of which runs this program again
 *   execs N      runs itself again N times, without a child
 *   thread-exec  a thread runs this program again while others are there
 *   asking N MS  asks N times with MS milliseconds between
 *   asked-by-all N MS  the same in each of four threads
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int forged(void) {
  unsigned a, b, c, d;
  __cpuid(0x40000000, a, b, c, d);
  return b == 0x61774d56;
}

static long yes, no;

static void count(int one) {
  __atomic_add_fetch(one ? &yes : &no, 1, __ATOMIC_RELAXED);
}

static void *in_thread(void *nothing) {
  for (int round = 0; round < 20; round++) count(forged());
  return nothing;
}

static void threads(int many) {
  pthread_t thread[64];
  for (int round = 0; round < 5; round++) {
    for (int at = 0; at < many; at++) pthread_create(&thread[at], NULL, in_thread, NULL);
    for (int at = 0; at < many; at++) pthread_join(thread[at], NULL);
  }
}

static pid_t vforked(void) {
  const pid_t child = vfork();
  if (child == 0) {
    execl("/proc/self/exe", "tree", "one", NULL);
    _exit(9);
  }
  return child;
}

static void with_vfork(int many) {
  for (int status; many > 0; many--) {
    waitpid(vforked(), &status, 0);
    count(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
}

static void execs(int many) {
  char rest[16];
  if (!forged()) exit(1);
  if (many == 0) return count(1);
  snprintf(rest, sizeof rest, "%d", many - 1);
  execl("/proc/self/exe", "tree", "execs", rest, NULL);
}

static void *exec_in_thread(void *nothing) {
  execl("/proc/self/exe", "tree", "threads", "2", NULL);
  return nothing;
}

static void *forever(void *nothing) {
  for (;;) count(forged());
  return nothing;
}

static void thread_exec(void) {
  pthread_t thread;
  for (int at = 0; at < 4; at++) pthread_create(&thread, NULL, forever, NULL);
  usleep(20000);
  pthread_create(&thread, NULL, exec_in_thread, NULL);
  for (;;) pause();
}

static void asking(int many, int ms) {
  for (; many > 0; many--) {
    count(forged());
    usleep((useconds_t)ms * 1000);
  }
}

static int times, pause_ms;

static void *ask_in_thread(void *nothing) {
  asking(times, pause_ms);
  return nothing;
}

static void asked_by_all(int many, int ms) {
  pthread_t thread[4];
  times = many, pause_ms = ms;
  for (int at = 0; at < 4; at++) pthread_create(&thread[at], NULL, ask_in_thread, NULL);
  for (int at = 0; at < 4; at++) pthread_join(thread[at], NULL);
}

int main(int argc, char **argv) {
  const int number = argc > 2 ? atoi(argv[2]) : 0;
  if (argc < 2 || strcmp(argv[1], "one") == 0) return forged() ? 0 : 1;
  if (strcmp(argv[1], "threads") == 0) threads(number);
  if (strcmp(argv[1], "vfork") == 0) with_vfork(number);
  if (strcmp(argv[1], "execs") == 0) execs(number);
  if (strcmp(argv[1], "thread-exec") == 0) thread_exec();
  if (strcmp(argv[1], "asking") == 0) asking(number, argc > 3 ? atoi(argv[3]) : 0);
  if (strcmp(argv[1], "asked-by-all") == 0) asked_by_all(number, argc > 3 ? atoi(argv[3]) : 0);
  printf("forged %ld, real %ld\n", yes, no);
  return 0;
}
