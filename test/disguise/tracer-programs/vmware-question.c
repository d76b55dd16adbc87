/* The sequence by which programs look for VMware: the magic number, the port, the version. Prints the registers, or that it faulted. */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>

static sigjmp_buf back;
static char buffer[16];

static void on_fault(int signal) {
  (void)signal;
  siglongjmp(back, 1);
}

/* Commands: 10 is GETVERSION. Widths of IN: 4, 2 and 1 bytes, and one with prefixes that change nothing. */
static void ask(unsigned magic, unsigned command, unsigned port, int width) {
  if (sigsetjmp(back, 1) != 0) {
    printf("%x %u %x %d: fault\n", magic, command, port, width);
    return;
  }
  unsigned a = magic, b = 0, c = command, d = port;
  switch (width) {
  case 1:
    __asm__ volatile("inb %%dx, %%al" : "+a"(a), "+b"(b), "+c"(c), "+d"(d));
    break;
  case 2:
    __asm__ volatile("inw %%dx, %%ax" : "+a"(a), "+b"(b), "+c"(c), "+d"(d));
    break;
  case 8:
    __asm__ volatile(".byte 0xf3, 0x3e, 0x48, 0xed" : "+a"(a), "+b"(b), "+c"(c), "+d"(d));
    break;
  default:
    __asm__ volatile("inl %%dx, %%eax" : "+a"(a), "+b"(b), "+c"(c), "+d"(d));
  }
  printf("%x %u %x %d: %x %x %x %x\n", magic, command, port, width, a, b, c, d);
}

static void strings(int out) {
  if (sigsetjmp(back, 1) != 0) {
    printf("string %d: fault\n", out);
    return;
  }
  unsigned long a = 0x564d5868, count = 4;
  if (out)
    __asm__ volatile("rep outsb" : "+c"(count) : "a"(a), "b"(0), "d"(0x5659), "S"(buffer) : "memory");
  else
    __asm__ volatile("rep insb" : "+c"(count) : "a"(a), "b"(0), "d"(0x5659), "D"(buffer) : "memory");
  printf("string %d: answered\n", out);
}

int main(void) {
  signal(SIGSEGV, on_fault);
  ask(0x564d5868, 10, 0x5658, 4);
  ask(0x564d5868, 10, 0x5658, 8);
  ask(0x564d5868, 10, 0x5658, 2);
  ask(0x564d5868, 10, 0x5658, 1);
  ask(0x564d5868, 99, 0x5658, 4);
  ask(0x564d5868, 10, 0x5659, 4);
  ask(0x12345678, 10, 0x5658, 4);
  ask(0x564d5868, 10, 0x70, 4);
  strings(0);
  strings(1);
  return 0;
}
