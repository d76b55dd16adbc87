/*
 * Asks the VMware port as malware and tools do, step by step as its arguments say, and prints a line for each answer:
 *
 *   version | command=N | bare | repeated | byte | word | rex   how it asks (below); each prints the registers, or the signal that
 * came protected                                                           the same question from 32-bit code cpuid=LEAF the instruction
 * that a test module answers in CPUID's place (HLT, CPUID) ioperm=FROM,COUNT,ON  iopl=3  uid=N                                 system
 * calls; prints only where they fail times=N                                                             GETVERSION so many times; prints
 * how many were answered rightly say=WORD  wait=FILE                                                 prints the word; waits until the file
 * is there fork                                                                goes on in a child, and ends when that has ended
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAGIC = 0x564d5868, PORT = 0x5658, MESSAGE_PORT = 0x5659, VERSION = 10 };

struct registers {
  uint64_t ax, bx, cx, dx, si;
};

static sigjmp_buf after;
static volatile int code;

static void on_signal(int number, siginfo_t *what, void *context) {
  (void)context;
  code = what->si_code;
  siglongjmp(after, number);
}

static void print(const char *name, int number, const struct registers *r) {
  if (number != 0)
    printf("%s signal=%d code=%d\n", name, number, code);
  else
    printf("%s eax=%lx ebx=%lx ecx=%lx edx=%lx esi=%lx\n", name, r->ax, r->bx, r->cx, r->dx, r->si);
}

#define ASK(instruction, r)                                                                                                                \
  __asm__ volatile(instruction : "+a"((r)->ax), "+b"((r)->bx), "+c"((r)->cx), "+d"((r)->dx), "+S"((r)->si) : : "memory", "rdi")

static struct registers question(uint64_t command) {
  return (struct registers){MAGIC, ~(uint64_t)MAGIC & 0xffffffff, command, PORT, 0x1234};
}

static char buffer[16];

static void execute(const char *name, struct registers *r) {
  if (!strcmp(name, "word"))
    ASK(".byte 0x66, 0xed", r);
  else if (!strcmp(name, "rex"))
    ASK(".byte 0x48, 0xed", r);
  else if (!strcmp(name, "byte"))
    ASK(".byte 0xec", r);
  else if (!strcmp(name, "repeated")) {
    r->dx = MESSAGE_PORT;
    r->cx = 1;
    ASK("mov %%rsi, %%rdi; rep insb", r);
  } else
    ASK(".byte 0xed", r);
}

static void ask(const char *name, struct registers r) {
  int number = sigsetjmp(after, 1);

  if (!strcmp(name, "repeated")) r.si = (uint64_t)(uintptr_t)buffer;
  if (number == 0) execute(name, &r);
  print(name, number, &r);
}

/*
 * A far jump into a code segment of 32 bits (0x23, the kernel's own for such programs), and back. Needs no stack; all addresses are below 4
 * GiB. ED                 in eax, dx EA OFFSET SEGMENT  jmp 0x33:back
 */
static void ask_protected(void) {
  struct registers r = question(VERSION);
  uint8_t *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  struct __attribute__((packed)) {
    uint8_t in, jump;
    uint32_t back;
    uint16_t user_segment;
    uint32_t start;
    uint16_t narrow_segment;
  } *code = (void *)low;
  int number;

  *code = (__typeof__(*code)){.in = 0xed, .jump = 0xea, .user_segment = 0x33, .start = (uint32_t)(uintptr_t)low, .narrow_segment = 0x23};
  number = sigsetjmp(after, 1);
  if (number == 0)
    __asm__ volatile("mov %%rsp, %%r12; movl $1f, 2(%%rsi); ljmp *8(%%rsi); 1: mov %%r12, %%rsp"
                     : "+a"(r.ax), "+b"(r.bx), "+c"(r.cx), "+d"(r.dx)
                     : "S"(low)
                     : "memory", "r12");
  print("protected", number, &r);
}

static void ask_at_the_edge(void) {
  struct registers r = question(VERSION);
  uint8_t *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  uint8_t *code = pages + 4094;
  int number;

  memcpy(code, "\xed\xc3", 2); /* in eax, dx; ret */
  munmap(pages + 4096, 4096);
  number = sigsetjmp(after, 1);
  if (number == 0) __asm__ volatile("call *%%rdi" : "+a"(r.ax), "+b"(r.bx), "+c"(r.cx), "+d"(r.dx), "+S"(r.si) : "D"(code) : "memory");
  print("edge", number, &r);
}

static void ask_cpuid(uint64_t leaf) {
  struct registers r = {.ax = leaf};
  int number = sigsetjmp(after, 1);

  if (number == 0) ASK("hlt; cpuid", &r);
  print("cpuid", number, &r);
}

static void ask_often(long times) {
  volatile long right = 0;

  for (volatile long i = 0; i < times; i = i + 1) {
    struct registers r = question(VERSION);

    if (sigsetjmp(after, 1) != 0) continue;
    execute("version", &r);
    right = right + (r.ax == 6 && r.bx == MAGIC);
  }
  printf("times right=%ld of %ld\n", right, times);
}

static void call(const char *step) {
  unsigned long from, count;
  int on, level, uid, failed = 0;

  if (sscanf(step, "ioperm=%lx,%lu,%d", &from, &count, &on) == 3) failed = ioperm(from, count, on);
  if (sscanf(step, "iopl=%d", &level) == 1) failed = iopl(level);
  if (sscanf(step, "uid=%d", &uid) == 1) failed = setresuid(uid, uid, uid);
  if (failed) printf("%s failed\n", step);
}

static void wait_for(const char *file) {
  while (access(file, F_OK) != 0) usleep(20000);
}

static void go_on_in_a_child(void) {
  fflush(stdout);
  if (fork() == 0) return;
  wait(NULL);
  _exit(0);
}

static void take(const char *step) {
  static const char *const bare_names[] = {"version", "byte", "word", "rex", "repeated"};

  for (size_t i = 0; i < sizeof(bare_names) / sizeof(*bare_names); i++)
    if (!strcmp(step, bare_names[i])) return ask(step, question(VERSION));
  if (!strncmp(step, "command=", 8)) return ask(step, question(strtoul(step + 8, NULL, 0)));
  if (!strcmp(step, "bare")) return ask(step, (struct registers){0, 0, VERSION, PORT, 0});
  if (!strcmp(step, "protected")) return ask_protected();
  if (!strcmp(step, "edge")) return ask_at_the_edge();
  if (!strncmp(step, "cpuid=", 6)) return ask_cpuid(strtoul(step + 6, NULL, 0));
  if (!strncmp(step, "times=", 6)) return ask_often(atol(step + 6));
  if (!strncmp(step, "wait=", 5)) return wait_for(step + 5);
  if (!strncmp(step, "say=", 4)) return (void)puts(step + 4);
  if (!strcmp(step, "fork")) return go_on_in_a_child();
  call(step);
}

int main(int count, char **steps) {
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK};
  /* A fault in 32-bit code may come without the upper half of the stack's address. */
  stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};

  setvbuf(stdout, NULL, _IOLBF, 0);
  sigaltstack(&stack, NULL);
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGILL, &action, NULL);
  for (int i = 1; i < count; i++) take(steps[i]);
  return 0;
}
