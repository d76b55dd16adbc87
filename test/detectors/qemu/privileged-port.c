/*
 * An emulated processor refuses an unprivileged program the VMware port 0x5658, where real VMware answers to everybody. Preloaded into a
 * program, this asks the kernel for the right (iopl), so that the program meets the port that QEMU really has. With PORT_ANSWER in the
 * environment it prints what the port answers to GETVERSION and ends, before the program begins.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/io.h>

__attribute__((constructor)) static void ask_for_the_right(void) {
  if (iopl(3) != 0) return;
  if (getenv("PORT_ANSWER") == NULL) return;
  unsigned eax = 0x564d5868, ebx = ~0x564d5868u, ecx = 10, edx = 0x5658;
  __asm__ volatile("in %%dx, %%eax" : "+a"(eax), "+b"(ebx), "+c"(ecx), "+d"(edx));
  printf("{\"eax\":%u,\"ebx\":%u,\"ecx\":%u,\"edx\":%u}\n", eax, ebx, ecx, edx);
  exit(0);
}
