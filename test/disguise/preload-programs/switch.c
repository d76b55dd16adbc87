/* Asks for the switch of CPUID faulting (arch_prctl(2)), by the C library's function and by syscall(2), and whether it moves. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { GET_FS = 0x1003, GET_CPUID = 0x1011, SET_CPUID = 0x1012 };

int arch_prctl(int operation, unsigned long value);

int main(void) {
  unsigned long one = 0, other = 0;
  printf("get %d %ld\n", arch_prctl(GET_CPUID, 0), syscall(SYS_arch_prctl, GET_CPUID, 0));
  printf("on %d %ld\n", arch_prctl(SET_CPUID, 1), syscall(SYS_arch_prctl, SET_CPUID, 1));
  printf("off %d %ld\n", arch_prctl(SET_CPUID, 0), syscall(SYS_arch_prctl, SET_CPUID, 0));
  printf("no such device: %s\n", errno == ENODEV ? "yes" : "no");
  unsigned a = 0x40000000, b, c = 0, d;
  __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  printf("%s\n", b == 0x61774d56 ? "answers" : "does not answer");
  arch_prctl(GET_FS, (unsigned long)&one);
  syscall(SYS_arch_prctl, GET_FS, &other);
  printf("thread pointer: %s\n", one != 0 && one == other ? "same" : "lost");
  return 0;
}
