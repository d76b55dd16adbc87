/*
 * Work of an ordinary program, bounded, with how long each kind took by the monotonic clock: `NAME NANOSECONDS`, the least of some rounds.
 *
 *   loop    the processor alone       calls   a file looked at, opened, read and closed
 *   starts  a program of its own started and waited for      faults  a bad address that the program handles itself
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 3, LOOPS = 2000000, CALLS = 1500, STARTS = 100, FAULTS = 1500 };

static sigjmp_buf after;
static const char *self;

static void loop(void) {
  for (volatile int i = 0; i < LOOPS; i = i + 1) {
  }
}

static void calls(void) {
  char bytes[64];
  struct stat status;

  for (int i = 0; i < CALLS; i++) {
    const int file = open("/init", O_RDONLY);
    if (stat("/init", &status) != 0 || read(file, bytes, sizeof bytes) != sizeof bytes) _exit(1);
    close(file);
  }
}

static void starts(void) {
  for (int i = 0; i < STARTS; i++) {
    const pid_t child = vfork();
    if (child == 0) {
      execl(self, self, "nothing", NULL);
      _exit(1);
    }
    waitpid(child, NULL, 0);
  }
}

static void on_fault(int number) {
  siglongjmp(after, number);
}

static void faults(void) {
  for (volatile int i = 0; i < FAULTS; i = i + 1)
    if (sigsetjmp(after, 1) == 0) *(volatile char *)(uintptr_t)8 = 0;
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void measure(const char *name, void (*work)(void)) {
  uint64_t least = UINT64_MAX;
  for (int round = 0; round < ROUNDS; round++) {
    const uint64_t begin = now();
    work();
    const uint64_t took = now() - begin;
    if (took < least) least = took;
  }
  printf("%s %llu\n", name, (unsigned long long)least);
}

int main(int count, char **words) {
  if (count > 1 && strcmp(words[1], "nothing") == 0) return 0;
  self = words[0];
  signal(SIGSEGV, on_fault);
  measure("loop", loop);
  measure("calls", calls);
  measure("starts", starts);
  measure("faults", faults);
  return 0;
}
