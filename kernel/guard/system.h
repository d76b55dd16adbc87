/*
 * System calls of x86-64 Linux, without a library: the guard must be the same bytes wherever it is built, and small. Every call answers
 * what the kernel answers: a result, or the negated error number.
 */
#ifndef GUARD_SYSTEM_H
#define GUARD_SYSTEM_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef long s64;

#define NULL ((void *)0)

enum { EPERM = 1, ENOENT = 2, EINTR = 4, EBADF = 9, ECHILD = 10, EACCES = 13, EEXIST = 17, EINVAL = 22, ENOSPC = 28 };

enum {
  SYS_read = 0,
  SYS_write = 1,
  SYS_open = 2,
  SYS_close = 3,
  SYS_poll = 7,
  SYS_mmap = 9,
  SYS_rt_sigaction = 13,
  SYS_rt_sigprocmask = 14,
  SYS_dup2 = 33,
  SYS_nanosleep = 35,
  SYS_getpid = 39,
  SYS_clone = 56,
  SYS_fork = 57,
  SYS_execve = 59,
  SYS_exit = 60,
  SYS_wait4 = 61,
  SYS_kill = 62,
  SYS_fcntl = 72,
  SYS_getcwd = 79,
  SYS_chdir = 80,
  SYS_fchdir = 81,
  SYS_mkdir = 83,
  SYS_rmdir = 84,
  SYS_unlink = 87,
  SYS_umask = 95,
  SYS_getuid = 102,
  SYS_getgid = 104,
  SYS_setsid = 112,
  SYS_setgroups = 116,
  SYS_setresuid = 117,
  SYS_getresuid = 118,
  SYS_setresgid = 119,
  SYS_getresgid = 120,
  SYS_capget = 125,
  SYS_capset = 126,
  SYS_rt_sigtimedwait = 128,
  SYS_pivot_root = 155,
  SYS_prctl = 157,
  SYS_setrlimit = 160,
  SYS_chroot = 161,
  SYS_mount = 165,
  SYS_umount2 = 166,
  SYS_sethostname = 170,
  SYS_getdents64 = 217,
  SYS_openat = 257,
  SYS_mkdirat = 258,
  SYS_mknodat = 259,
  SYS_fchownat = 260,
  SYS_newfstatat = 262,
  SYS_symlinkat = 266,
  SYS_readlinkat = 267,
  SYS_fchmodat = 268,
  SYS_unshare = 272,
  SYS_utimensat = 280,
  SYS_dup3 = 292,
  SYS_pipe2 = 293,
  SYS_setns = 308,
  SYS_execveat = 322,
  SYS_open_tree = 428,
  SYS_move_mount = 429,
  SYS_pidfd_open = 434,
  SYS_close_range = 436,
};

enum { O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_CREAT = 0100, O_TRUNC = 01000, O_DIRECTORY = 0200000, O_NOFOLLOW = 0400000 };
enum {
  O_CLOEXEC = 02000000,
  O_PATH = 010000000,
  AT_FDCWD = -100,
  AT_SYMLINK_NOFOLLOW = 0x100,
  AT_EMPTY_PATH = 0x1000,
  AT_RECURSIVE = 0x8000
};
enum { MS_RDONLY = 1, MS_NOSUID = 2, MS_NODEV = 4, MS_NOEXEC = 8, MS_REMOUNT = 32, MS_BIND = 4096, MS_REC = 16384, MS_SLAVE = 1 << 19 };
enum { MNT_DETACH = 2, OPEN_TREE_CLONE = 1, OPEN_TREE_CLOEXEC = O_CLOEXEC, MOVE_MOUNT_F_EMPTY_PATH = 4, MOVE_MOUNT_T_SYMLINKS = 16 };
enum { CLONE_NEWNS = 0x20000, CLONE_NEWUTS = 0x4000000, CLONE_NEWUSER = 0x10000000, CLONE_NEWPID = 0x20000000 };
enum { PR_SET_PDEATHSIG = 1, PR_SET_NAME = 15, PR_GET_SECCOMP = 21, PR_SET_CHILD_SUBREAPER = 36, PR_CAP_AMBIENT = 47 };
enum {
  PR_SET_KEEPCAPS = 8,
  PR_CAP_AMBIENT_RAISE = 2,
  PR_CAP_AMBIENT_CLEAR_ALL = 4,
  F_GETFD = 1,
  F_DUPFD_CLOEXEC = 1030,
  WAIT_ALL = 0x40000000,
  POLLIN = 1,
  POLLNVAL = 32
};
enum { SIGHUP = 1, SIGINT = 2, SIGQUIT = 3, SIGKILL = 9, SIGTERM = 15, SIGCHLD = 17, SIGCONT = 18, SIGSTOP = 19, SIGTSTP = 20 };
enum { SIGTTIN = 21, SIGTTOU = 22, SIGPWR = 30, SIG_BLOCK = 0, SIG_SETMASK = 2, SI_KERNEL = 0x80 };
enum {
  WNOHANG = 1,
  PROT_READ = 1,
  MAP_PRIVATE = 2,
  S_IFMT = 0170000,
  S_IFDIR = 0040000,
  S_IFLNK = 0120000,
  S_IFREG = 0100000,
  S_IFCHR = 0020000
};

/* `struct stat` (arch/x86/include/uapi/asm/stat.h). */
struct status {
  u64 device, inode, links;
  u32 mode, uid, gid, pad;
  u64 special;
  s64 size, block_size, blocks, accessed, accessed_ns, modified, modified_ns, changed, changed_ns, unused[3];
};

struct moment {
  s64 seconds, nanoseconds;
};

static inline long call6(long number, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f) {
  long result;
  register u64 r10 __asm__("r10") = d;
  register u64 r8 __asm__("r8") = e;
  register u64 r9 __asm__("r9") = f;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return result;
}

#define CALL(number, ...) CALL_N(number, __VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define CALL_N(number, a, b, c, d, e, f, ...) call6(SYS_##number, (u64)(a), (u64)(b), (u64)(c), (u64)(d), (u64)(e), (u64)(f))

static inline _Noreturn void leave(int status) {
  for (;;) CALL(exit, status);
}

static inline u64 length(const char *text) {
  u64 size = 0;
  while (text[size] != 0) size += 1;
  return size;
}

static inline int is_same(const char *one, const char *other) {
  while (*one != 0 && *one == *other) one += 1, other += 1;
  return *one == *other;
}

static inline u64 number_of(const char *text) {
  u64 number = 0;
  for (; *text >= '0' && *text <= '9'; text += 1) number = number * 10 + (u64)(*text - '0');
  return number;
}

/* Puts the second text behind the first, in a room of `size` bytes; false where it does not fit. */
static inline int append(char *room, u64 size, const char *text) {
  u64 at = length(room);
  const u64 more = length(text);
  if (at + more + 1 > size) return 0;
  for (u64 index = 0; index <= more; index += 1) room[at + index] = text[index];
  return 1;
}

static inline void append_number(char *room, u64 size, u64 number) {
  char digits[24];
  u64 at = sizeof digits - 1;
  digits[at] = 0;
  do digits[--at] = (char)('0' + number % 10);
  while ((number /= 10) > 0);
  append(room, size, digits + at);
}

static inline long write_file(const char *path, const char *text) {
  const long file = CALL(open, path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return file;
  const long written = CALL(write, file, text, length(text));
  CALL(close, file);
  return written;
}

static inline void sleep_ms(s64 ms) {
  const struct moment moment = {ms / 1000, ms % 1000 * 1000000};
  CALL(nanosleep, &moment, NULL);
}

#endif
