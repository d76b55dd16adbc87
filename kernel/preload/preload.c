/*
 * Set-up and the border to sandboxes. CPUID faulting belongs to a task: threads and children inherit it, exec ends it, and the program
 * after it loads this library anew. It begins after ld.so and the C library have asked the processor for themselves.
 *
 * Nothing here may make a program fail. Without a spec, with one that has a mistake, without glibc, or without CPUID faulting, the program
 * meets the true processor. Set-uid programs do not load it (ld.so(8)), static ones cannot.
 */
#include "preload.h"

enum { PR_SET_SECCOMP = 22, MOST_ERROR = 4095 };

struct preload preload;

static char spec_text[65536];

extern int *__errno_location(void) __attribute__((weak));
extern const char *gnu_get_libc_version(void) __attribute__((weak));

static const char *variable(char **environment, const char *name) {
  const size_t length = length_of(name);
  for (; *environment != NULL; environment++) {
    size_t at = 0;
    while (at < length && (*environment)[at] == name[at]) at++;
    if (at == length && (*environment)[at] == '=') return &(*environment)[at + 1];
  }
  return NULL;
}

static int load_spec(char **environment) {
  const char *path = variable(environment, "MACHINE_PROFILE");
  if (path == NULL || *path != '/') return 0;
  const long size = read_file(AT_FDCWD, path, spec_text, sizeof spec_text);
  return size > 0 && length_of(spec_text) == (size_t)size && parse_spec(spec_text, &preload.spec).line == 0;
}

static int wants_cpuid(const struct spec *spec) {
  return spec->leaf_count + spec->mask_count + spec->absent_count > 0;
}

__attribute__((constructor)) static void begin(int count, char **arguments, char **environment) {
  (void)count, (void)arguments;
  if (gnu_get_libc_version == NULL || !load_spec(environment)) return;
  prepare_signals();
  preload.is_active = 1;
  if (!wants_cpuid(&preload.spec)) return;
  prepare_leaves();
  preload.forges_cpuid = 1;
  preload.forges_cpuid = CALL(arch_prctl, ARCH_SET_CPUID, 0) == 0;
}

/* ---- Sandboxes ---- */

/*
 * Answering CPUID takes system calls. A filter could kill for them, so who filters itself sees the true processor from here on. Threads
 * that get the same filter from outside (SECCOMP_FILTER_FLAG_TSYNC) are answered from memory.
 */
__attribute__((used)) static void before_sandbox(void) {
  if (!preload.forges_cpuid) {
    preload.is_sandboxed = preload.is_active;
    return;
  }
  CALL(arch_prctl, ARCH_SET_CPUID, 1);
  keep_leaves();
  preload.is_sandboxed = 1;
}

__attribute__((used)) long result_of(long result) {
  if (result >= 0 || result < -MOST_ERROR) return result;
  if (__errno_location != NULL) *__errno_location() = (int)-result;
  return -1;
}

EXPORTED int prctl(int option, u64 a, u64 b, u64 c, u64 d) {
  if (option == PR_SET_SECCOMP) before_sandbox();
  return (int)result_of(CALL(prctl, option, a, b, c, d));
}

/* The switch is ours: to the program this is a processor that has none. */
EXPORTED int arch_prctl(int operation, u64 value) {
  if (preload.forges_cpuid && !preload.is_sandboxed && operation == ARCH_GET_CPUID) return 1;
  if (preload.forges_cpuid && !preload.is_sandboxed && operation == ARCH_SET_CPUID) return value != 0 ? 0 : (int)result_of(-ENODEV);
  return (int)result_of(CALL(arch_prctl, operation, value));
}

/* long syscall(long number, ...): nothing lies on the stack across the call, which may be one that returns twice. */
__asm__(".globl syscall\n"
        ".type syscall, @function\n"
        "syscall:\n"
        ".cfi_startproc\n"
        "cmp $317, %rdi\n" /* seccomp(2) */
        "je 2f\n"
        "cmp $158, %rdi\n" /* arch_prctl(2) */
        "je 4f\n"
        "cmp $157, %rdi\n" /* prctl(2) */
        "jne 1f\n"
        "cmp $22, %esi\n" /* PR_SET_SECCOMP */
        "je 2f\n"
        "1: mov %rdi, %rax\n"
        "mov %rsi, %rdi\n"
        "mov %rdx, %rsi\n"
        "mov %rcx, %rdx\n"
        "mov %r8, %r10\n"
        "mov %r9, %r8\n"
        "mov 8(%rsp), %r9\n"
        "syscall\n"
        "cmp $-4095, %rax\n"
        "jae 3f\n"
        "ret\n"
        "2: push %rdi\n"
        ".cfi_adjust_cfa_offset 8\n"
        "push %rsi\n"
        ".cfi_adjust_cfa_offset 8\n"
        "push %rdx\n"
        ".cfi_adjust_cfa_offset 8\n"
        "push %rcx\n"
        ".cfi_adjust_cfa_offset 8\n"
        "push %r8\n"
        ".cfi_adjust_cfa_offset 8\n"
        "push %r9\n"
        ".cfi_adjust_cfa_offset 8\n"
        "sub $8, %rsp\n"
        ".cfi_adjust_cfa_offset 8\n"
        "call before_sandbox\n"
        "add $8, %rsp\n"
        ".cfi_adjust_cfa_offset -8\n"
        "pop %r9\n"
        ".cfi_adjust_cfa_offset -8\n"
        "pop %r8\n"
        ".cfi_adjust_cfa_offset -8\n"
        "pop %rcx\n"
        ".cfi_adjust_cfa_offset -8\n"
        "pop %rdx\n"
        ".cfi_adjust_cfa_offset -8\n"
        "pop %rsi\n"
        ".cfi_adjust_cfa_offset -8\n"
        "pop %rdi\n"
        ".cfi_adjust_cfa_offset -8\n"
        "jmp 1b\n"
        "3: mov %rax, %rdi\n"
        "jmp result_of\n"
        "4: mov %rsi, %rdi\n"
        "mov %rdx, %rsi\n"
        "sub $8, %rsp\n"
        ".cfi_adjust_cfa_offset 8\n"
        "call arch_prctl\n"
        "add $8, %rsp\n"
        ".cfi_adjust_cfa_offset -8\n"
        "cltq\n"
        "ret\n"
        ".cfi_endproc\n"
        ".size syscall, .-syscall\n");
