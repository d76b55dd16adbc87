/*
 * System calls and the kernel's structures, for a program without a library. What the kernel's own headers define is taken from them;
 * numbers and layouts here are part of its binary interface and never change.
 */
#ifndef TRACER_SYSTEM_H
#define TRACER_SYSTEM_H

#include <asm/unistd.h>
#include <linux/errno.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

long call6(long number, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f);

/* One to six arguments, each an integer or a pointer. */
#define CALL(name, ...) CALL_N(name, ##__VA_ARGS__, 0, 0, 0, 0, 0, 0, )
#define CALL_N(name, a, b, c, d, e, f, ...) call6(__NR_##name, (u64)(a), (u64)(b), (u64)(c), (u64)(d), (u64)(e), (u64)(f))

_Noreturn void leave(int status);
void *memcpy(void *to, const void *from, size_t count);
void *memset(void *to, int value, size_t count);
int memcmp(const void *one, const void *other, size_t count);
size_t length_of(const char *text);
int equal(const char *one, const char *other);
/* Reads up to `size` - 1 bytes of a file and ends them with a zero; -errno where it cannot be read, -E2BIG where it is longer. */
long read_file(int folder, const char *path, char *to, size_t size);
/* The same, of a file that is open; it is closed. */
long read_open_file(int file, char *to, size_t size);

/* Text that is put together; what does not fit is cut off. */
struct text {
  char bytes[1024];
  size_t used;
};

void put(struct text *text, const char *more);
void put_number(struct text *text, u64 number, u32 base);
void put_bytes_as_hex(struct text *text, const u8 *bytes, size_t count);
/* One line on standard error. */
void say(const char *first, const char *second);

enum { SIGINT = 2, SIGTRAP = 5, SIGKILL = 9, SIGSEGV = 11, SIGPIPE = 13, SIGALRM = 14, SIGTERM = 15, SIGCHLD = 17, SIGSTOP = 19 };
enum { WNOHANG = 1, ALL_CHILDREN = 0x40000000 };
enum { O_RDONLY = 0, O_RDWR = 2, O_DIRECTORY = 0200000, O_CLOEXEC = 02000000, AT_FDCWD = -100 };
enum { ARCH_GET_CPUID = 0x1011, ARCH_SET_CPUID = 0x1012 };

/* What PTRACE_GETREGS gives (sys/user.h, struct user_regs_struct). */
struct registers {
  u64 r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi, orig_rax, rip, cs, eflags, rsp, ss;
  u64 fs_base, gs_base, ds, es, fs, gs;
};

/* The beginning of siginfo_t; the whole has 128 bytes. */
struct signal_details {
  int signal, error, code, padding;
  u64 address;
  u8 rest[104];
};

#endif
