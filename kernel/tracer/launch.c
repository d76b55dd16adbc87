/*
 *   tracer-x64 [--behind] [--no-cpuid] [--events FD] SPEC -- COMMAND [ARGUMENT...]
 *
 * SPEC is a file, or `fd:N`, an open one, that is read to its end. COMMAND gets neither that nor the events' file.
 *
 * This process becomes COMMAND: its id, parent, terminal, files, exit status and stops are the caller's own. The tracer is a grandchild, in
 * a session of its own, and is no child of COMMAND's. Before COMMAND begins, the tracer has seized this process, and a filter of system
 * calls refuses the tree to switch CPUID faulting by itself (EPERM), and children that cannot be traced; the tracer's own calls carry a
 * secret.
 *
 * `--behind` is for services: COMMAND is more important than what is forged. Where tracing cannot begin, whatever the cause, that is said,
 * and COMMAND runs as it would without; also where a service's own filter kills who makes one of our calls: a child tries them beforehand.
 *
 * Status 125: it could not begin; 126 and 127: COMMAND could not be run, was not found.
 */
#include "events.h"
#include "guardian.h"
#include "inject.h"
#include "processor.h"
#include "tracer.h"
#include "trial.h"
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>

enum { CANNOT_BEGIN = 125, CANNOT_RUN = 126, NOT_FOUND = 127, F_SETFD = 2, F_DUPFD_CLOEXEC = 1030, FD_CLOEXEC = 1 };

static struct spec spec;
static char spec_text[65536];
static int may_schedule;

static struct arguments {
  int behind, no_cpuid, events;
  const char *spec;
  char **command;
} arguments = {.events = -1};

_Noreturn static void refuse(const char *first, const char *second) {
  say(first, second);
  leave(CANNOT_BEGIN);
}

/* 0: COMMAND is to run all the same. */
static int could_not(const char *first, const char *second) {
  if (!arguments.behind) refuse(first, second);
  say(first, second);
  return 0;
}

static int parse_file_number(const char *word) {
  int number = 0;
  for (; *word >= '0' && *word <= '9' && number < 1000000; word++) number = number * 10 + (*word - '0');
  return *word == 0 ? number : -1;
}

static void parse_arguments(char **argv) {
  char **at = argv;
  for (; *at != NULL && (*at)[0] == '-' && !equal(*at, "--"); at++) {
    if (equal(*at, "--behind"))
      arguments.behind = 1;
    else if (equal(*at, "--no-cpuid"))
      arguments.no_cpuid = 1;
    else if (equal(*at, "--events") && at[1] != NULL)
      arguments.events = parse_file_number(*++at);
    else
      refuse("not an option: ", *at);
  }
  if (*at == NULL || at[1] == NULL || !equal(at[1], "--") || at[2] == NULL)
    refuse("usage: tracer-x64 [--behind] [--no-cpuid] [--events FD] SPEC -- COMMAND [ARGUMENT...]", "");
  arguments.spec = *at;
  arguments.command = &at[2];
}

static long read_spec(void) {
  const char *name = arguments.spec;
  if (name[0] != 'f' || name[1] != 'd' || name[2] != ':') return read_file(AT_FDCWD, name, spec_text, sizeof spec_text);
  const int file = parse_file_number(&name[3]);
  return name[3] == 0 || file < 0 ? -EBADF : read_open_file(file, spec_text, sizeof spec_text);
}

static int load_spec(void) {
  const long size = read_spec();
  if (size < 0) return could_not("cannot read ", arguments.spec);
  const int has_zero = length_of(spec_text) != (size_t)size;
  const struct spec_mistake mistake = has_zero ? (struct spec_mistake){1, "a byte of zero"} : parse_spec(spec_text, &spec);
  if (mistake.line == 0) return 1;
  struct text where = {.used = 0};
  put(&where, arguments.spec);
  put(&where, ":");
  put_number(&where, mistake.line, 10);
  put(&where, ": ");
  where.bytes[where.used < sizeof where.bytes ? where.used : sizeof where.bytes - 1] = 0;
  return could_not(where.bytes, mistake.why);
}

/* Off and on again, in this process: does the processor, or the hypervisor below us, know how? */
static int can_fault(void) {
  const long result = CALL(arch_prctl, ARCH_SET_CPUID, 0);
  if (result == 0) CALL(arch_prctl, ARCH_SET_CPUID, 1);
  if (result == -ENODEV)
    say("this processor cannot make CPUID fault (arch_prctl: ENODEV): only the port is forged", "");
  else if (result != 0)
    say("this process may not make CPUID fault (arch_prctl): only the port is forged", "");
  return result == 0;
}

static const char *cpuid_mode(void) {
  if (arguments.no_cpuid || (spec.leaf_count == 0 && spec.mask_count == 0 && spec.absent_count == 0)) return "off";
  return can_fault() ? "forged" : "unsupported";
}

/* ---- The filter ---- */

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define JUMP(how, value, yes, no) BPF_JUMP(BPF_JMP | how | BPF_K, value, yes, no)
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, value)

enum { X32 = 0x40000000, UNTRACED = 0x00800000, I386_CLONE = 120, I386_ARCH_PRCTL = 384 };

static void refuse_switching(const u32 secret[2]) {
  struct sock_filter code[] = {
      /*  0 */ LOAD(arch),
      /*  1 */ JUMP(BPF_JEQ, AUDIT_ARCH_X86_64, 0, 5),
      /*  2 */ LOAD(nr),
      /*  3 */ JUMP(BPF_JEQ, __NR_arch_prctl, 8, 0),
      /*  4 */ JUMP(BPF_JEQ, __NR_arch_prctl | X32, 7, 0),
      /*  5 */ JUMP(BPF_JEQ, __NR_clone, 14, 0),
      /*  6 */ JUMP(BPF_JEQ, __NR_clone | X32, 13, 15),
      /*  7 */ JUMP(BPF_JEQ, AUDIT_ARCH_I386, 0, 14),
      /*  8 */ LOAD(nr),
      /*  9 */ JUMP(BPF_JEQ, I386_ARCH_PRCTL, 2, 0),
      /* 10 */ JUMP(BPF_JEQ, I386_CLONE, 9, 11),
      /* 11 */ RETURN(SECCOMP_RET_ALLOW),
      /* 12: switching */ LOAD(args[0]),
      /* 13 */ JUMP(BPF_JEQ, ARCH_GET_CPUID, 1, 0),
      /* 14 */ JUMP(BPF_JEQ, ARCH_SET_CPUID, 0, 7),
      /* 15 */ LOAD(args[4]),
      /* 16 */ JUMP(BPF_JEQ, secret[0], 0, 6),
      /* 17 */ LOAD(args[5]),
      /* 18 */ JUMP(BPF_JEQ, secret[1], 3, 4),
      /* 19 */ RETURN(SECCOMP_RET_ALLOW),
      /* 20: a child */ LOAD(args[0]),
      /* 21 */ JUMP(BPF_JSET, UNTRACED, 1, 0),
      /* 22 */ RETURN(SECCOMP_RET_ALLOW),
      /* 23 */ RETURN(SECCOMP_RET_ERRNO | EPERM),
  };
  const struct sock_fprog program = {sizeof code / sizeof code[0], code};
  if (CALL(seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) != -EACCES) return;
  CALL(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  CALL(seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program);
}

/* ---- Tracer ---- */

/* Between this process and the tracer, before COMMAND begins: the tracer's id, our consent (for Yama), and how seizing went. */
struct meeting {
  int hear, tell;
};

static int hear(const struct meeting *meeting, long *word) {
  long got;
  do got = CALL(read, meeting->hear, word, sizeof *word);
  while (got == -EINTR);
  return got == sizeof *word;
}

static void tell(const struct meeting *meeting, long word) {
  CALL(write, meeting->tell, &word, sizeof word);
}

/* Nothing of the caller's stays open here, or whoever waits for the end of a pipe would wait for us. Returns the places that are kept. */
static void keep_only(int *files[], u32 count) {
  const long nothing = CALL(openat, AT_FDCWD, "/dev/null", O_RDWR);
  for (u32 at = 0; at < count; at++)
    if (*files[at] >= 0) *files[at] = (int)CALL(fcntl, *files[at], F_DUPFD_CLOEXEC, 64);
  for (int file = 0; file < 3; file++) CALL(dup3, nothing, file, 0);
  CALL(close_range, 3, 63, 0);
  for (u32 at = 0; at < count; at++)
    if (*files[at] >= 0) *files[at] = (int)CALL(dup3, *files[at], 3 + at, O_CLOEXEC);
  CALL(close_range, 3 + count, ~0U, 0);
}

_Noreturn static void be_tracer(const struct tracing_options *options, const u32 secret[2], int command, struct meeting meeting) {
  static struct tracing_options kept;
  kept = *options;
  int *const files[] = {&arguments.events, &kept.proc, &meeting.hear, &meeting.tell};
  long consent;
  keep_only((int **)files, 4);
  stand_apart(may_schedule);
  prepare_events(arguments.events, kept.proc);
  prepare_calls(kept.proc, secret);
  prepare_processor(may_schedule);
  tell(&meeting, CALL(getpid));
  if (!hear(&meeting, &consent) || !prepare_tasks()) leave(CANNOT_BEGIN);
  const long seized = seize(command);
  tell(&meeting, seized);
  if (seized != 0) leave(CANNOT_BEGIN);
  CALL(close, meeting.hear);
  CALL(close, meeting.tell);
  add_task(command);
  trace_tree(&kept);
}

/* Consent and answer. */
static int meet(const struct meeting *meeting) {
  long tracer, seized;
  if (!hear(meeting, &tracer)) return could_not("the tracer could not begin", "");
  CALL(prctl, PR_SET_PTRACER, tracer, 0, 0, 0);
  tell(meeting, 0);
  if (hear(meeting, &seized) && seized == 0) return 1;
  CALL(prctl, PR_SET_PTRACER, 0, 0, 0, 0);
  return could_not("this process may not be traced", "");
}

/* Who takes in orphans would get the tracer (prctl(2), PR_SET_CHILD_SUBREAPER): so that is put aside until it has its parent. */
static void end_between(long between, int takes_orphans) {
  int status;
  while (between > 0 && CALL(wait4, between, &status, ALL_CHILDREN, NULL) == -EINTR) {
  }
  if (takes_orphans) CALL(prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

/* 1: this process is traced. */
static int begin_tracing(const struct tracing_options *options, const u32 secret[2]) {
  const int command = (int)CALL(getpid);
  int to_us[2], to_tracer[2], takes_orphans = 0;
  if (CALL(pipe2, to_us, O_CLOEXEC) != 0) return could_not("no more files", "");
  const struct meeting meeting = {to_us[0], CALL(pipe2, to_tracer, O_CLOEXEC) == 0 ? to_tracer[1] : -1};
  if (meeting.tell < 0) return could_not("no more files", "");
  CALL(prctl, PR_GET_CHILD_SUBREAPER, &takes_orphans, 0, 0, 0);
  if (takes_orphans) CALL(prctl, PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
  const long between = CALL(clone, 0); /* A fork whose end sends no SIGCHLD, which COMMAND might find waiting. */
  if (between == 0) {
    if (CALL(fork) != 0) leave(0);
    CALL(close, to_us[0]);
    CALL(close, to_tracer[1]);
    be_tracer(options, secret, command, (struct meeting){to_tracer[0], to_us[1]});
  }
  end_between(between, takes_orphans);
  CALL(close, to_us[1]);
  CALL(close, to_tracer[0]);
  const int met = between < 0 ? could_not("no more processes", "") : meet(&meeting);
  CALL(close, meeting.hear);
  CALL(close, meeting.tell);
  return met;
}

/* ---- Command ---- */

static const char *variable(char **environment, const char *name) {
  const size_t length = length_of(name);
  for (; *environment != NULL; environment++) {
    size_t at = 0;
    while (at < length && (*environment)[at] == name[at]) at++;
    if (at == length && (*environment)[at] == '=') return &(*environment)[at + 1];
  }
  return NULL;
}

static int has_slash(const char *name) {
  for (; *name != 0; name++)
    if (*name == '/') return 1;
  return 0;
}

/* One folder of PATH at a time; an empty one is the current one. Returns what stands behind it, NULL at the end. */
static const char *next_place(const char *path, const char *name, char *place, size_t size) {
  size_t used = 0;
  for (; *path != 0 && *path != ':'; path++)
    if (used + 2 < size) place[used++] = *path;
  if (used > 0) place[used++] = '/';
  for (; *name != 0 && used + 1 < size; name++) place[used++] = *name;
  place[used] = 0;
  return *path == 0 ? NULL : path + 1;
}

_Noreturn static void run_command(char **environment) {
  char place[4096];
  const char *name = arguments.command[0], *path = variable(environment, "PATH");
  long why = -ENOENT;
  if (path == NULL) path = "/usr/local/bin:/usr/bin:/bin";
  if (has_slash(name)) {
    why = CALL(execve, name, arguments.command, environment);
  } else {
    while (path != NULL) {
      path = next_place(path, name, place, sizeof place);
      const long result = CALL(execve, place, arguments.command, environment);
      if (result != -ENOENT && result != -ENOTDIR) why = result;
    }
  }
  say(why == -ENOENT ? "not found: " : "cannot be run: ", name);
  leave(why == -ENOENT ? NOT_FOUND : CANNOT_RUN);
}

/* 1: all is there that tracing needs. */
static int prepare_tracing(struct tracing_options *options, u32 secret[2]) {
  if (arguments.events >= 0 && CALL(fcntl, arguments.events, F_SETFD, FD_CLOEXEC) != 0) return could_not("not an open file: --events", "");
  if (!load_spec()) return 0;
  if (arguments.behind && !lives_through(TRACING)) return could_not("a filter of system calls forbids tracing here", "");
  may_schedule = !arguments.behind || lives_through(SCHEDULING);
  if (CALL(getrandom, secret, 2 * sizeof secret[0], 0) != 2 * sizeof secret[0]) return could_not("no randomness", "");
  options->cpuid = cpuid_mode();
  options->forges = equal(options->cpuid, "forged");
  options->proc = (int)CALL(openat, AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return options->proc >= 0 ? 1 : could_not("/proc is not there", "");
}

_Noreturn void begin(char **stack) {
  char **argv = &stack[1], **environment = &stack[(u64)stack[0] + 2];
  struct tracing_options options = {.spec = &spec};
  u32 secret[2];
  parse_arguments(stack[0] == NULL ? argv : &argv[1]);
  if (prepare_tracing(&options, secret) && begin_tracing(&options, secret) && options.forges) refuse_switching(secret);
  run_command(environment);
}

__asm__(".globl _start\n"
        "_start: mov %rsp, %rdi\n"
        "and $-16, %rsp\n"
        "call begin\n");
