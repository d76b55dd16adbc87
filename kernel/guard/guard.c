/*
 * Runs one process tree in namespaces of its own (mounts.c), and ends all of it when its command ends.
 *
 *   keeper   what the caller started: passes signals on, ends as the command ended, removes the cgroup
 *     init   parent of the tree, process 1 of its own process numbers where the plan wants so: takes in orphans
 *       command, background processes
 *     janitor  only with a cgroup: removes it when the keeper was killed
 *
 * Each of them may be killed at any time and nothing stays: in a pid namespace the kernel ends the tree with init, and init dies with the
 * keeper; elsewhere the keeper and init are both subreapers, each ends what the other leaves. The terminal stays the command's: all share
 * the caller's process group, so keys reach it from the kernel, and only signals from processes are passed on.
 *
 * Services and logins are carried another way: enter.c.
 */
#include "plan.h"

static struct record record;
static u64 first_mask;
static long command_process;

/* ---- Processes ---- */

/* Kills children until there are none: whoever loses its parent becomes a child of ours. */
static void end_children(void) {
  static char children[65536];
  char path[64] = "/proc/self/task/";
  append_number(path, sizeof path, (u64)CALL(getpid, 0));
  append(path, sizeof path, "/children");
  for (int round = 0; round < 1000; round += 1) {
    const long list = CALL(open, path, O_RDONLY | O_CLOEXEC);
    const long size = list < 0 ? 0 : CALL(read, list, children, sizeof children - 1);
    CALL(close, list);
    children[size < 0 ? 0 : size] = 0;
    for (char *at = children; *at >= '0' && *at <= '9';) {
      CALL(kill, number_of(at), round < 4 ? SIGTERM : SIGKILL);
      while (*at >= '0' && *at <= '9') at += 1;
      while (*at == ' ') at += 1;
    }
    long gone;
    while ((gone = CALL(wait4, -1, NULL, WNOHANG, NULL)) > 0) continue;
    if (gone == -ECHILD) return;
    sleep_ms(round < 4 ? 5 << round : 5);
  }
}

/* In a pid namespace all others are ours. */
static void end_namespace(void) {
  for (int round = 0; round < 5; round += 1) {
    CALL(kill, -1, round < 4 ? SIGTERM : SIGKILL);
    for (int wait = 0; wait < 5; wait += 1) {
      long gone;
      while ((gone = CALL(wait4, -1, NULL, WNOHANG, NULL)) > 0) continue;
      if (gone == -ECHILD) return;
      sleep_ms(1 << wait);
    }
  }
}

/* The signal's number; `*pass` when a process sent it (keys of the terminal reach the command by themselves). */
static int await_signal(int *pass) {
  static const u64 all =
      ~(1ul << (SIGKILL - 1) | 1ul << (SIGSTOP - 1) | 1ul << (SIGTSTP - 1) | 1ul << (SIGTTIN - 1) | 1ul << (SIGTTOU - 1));
  /* siginfo_t: number 4, error 4, code 4, ... 128 bytes. */
  static int info[32];
  long number;
  do number = CALL(rt_sigtimedwait, &all, info, NULL, 8);
  while (number < 0);
  *pass = info[2] != SI_KERNEL && number != SIGCHLD && number != SIGCONT;
  return (int)number;
}

static u64 block_signals(void) {
  static const u64 all = ~(1ul << (SIGTSTP - 1) | 1ul << (SIGTTIN - 1) | 1ul << (SIGTTOU - 1));
  static const u64 by_default[4] = {0};
  u64 before = 0;
  CALL(rt_sigaction, SIGCHLD, by_default, NULL, 8);
  CALL(rt_sigprocmask, SIG_BLOCK, &all, &before, 8);
  return before;
}

/* ---- The command ---- */

static const char *fields_of(const char *verb, const char **fields) {
  if (!find_record(verb, &record)) refuse("the plan names no command", 0);
  for (u32 index = 1; index < record.count; index += 1) fields[index - 1] = record.fields[index];
  fields[record.count - 1] = NULL;
  return fields[0];
}

static const char *search_path(const char *const *environment) {
  for (; *environment != NULL; environment += 1)
    if ((*environment)[0] == 'P' && (*environment)[1] == 'A' && (*environment)[2] == 'T' && (*environment)[3] == 'H' &&
        (*environment)[4] == '=')
      return *environment + 5;
  return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

/* A name without a slash is looked for in PATH. */
long start_program(const char *name, const char *const *arguments, const char *const *environment) {
  int has_slash = 0;
  for (const char *at = name; *at != 0; at += 1) has_slash |= *at == '/';
  if (has_slash || *name == 0) return CALL(execve, name, arguments, environment);
  long error = -ENOENT;
  for (const char *at = search_path(environment); *at != 0;) {
    char path[4096] = "";
    u64 size = 0;
    while (at[size] != 0 && at[size] != ':' && size < 2048) path[size] = at[size], size += 1;
    path[size] = 0;
    at += size + (at[size] == ':');
    if (!append(path, sizeof path, "/") || !append(path, sizeof path, name)) continue;
    const long failed = CALL(execve, path, arguments, environment);
    if (failed != -ENOENT) error = failed;
  }
  return error;
}

static _Noreturn void become_command(void) {
  static const char *arguments[MOST_FIELDS], *environment[MOST_FIELDS], *folder[MOST_FIELDS], *mask[MOST_FIELDS];
  fields_of("environment", environment);
  if (CALL(chdir, fields_of("folder", folder)) < 0) CALL(chdir, "/");
  CALL(umask, number_of(fields_of("umask", mask)));
  const char *const name = fields_of("command", arguments);
  CALL(close, PLAN_FILE), CALL(close, STATUS_PIPE);
  CALL(rt_sigprocmask, SIG_SETMASK, &first_mask, NULL, 8);
  const long error = start_program(name, arguments, environment);
  warn(name, error);
  leave(error == -ENOENT ? 127 : 126);
}

/* ---- Init ---- */

static _Noreturn void report(int status, int has_namespace) {
  CALL(write, STATUS_PIPE, &status, sizeof status);
  if (has_namespace)
    end_namespace();
  else
    end_children();
  leave(0);
}

static _Noreturn void run_init(int has_namespace) {
  command_process = CALL(fork, 0);
  if (command_process == 0) become_command();
  if (command_process < 0) refuse("no process can be started", command_process);
  CALL(close, PLAN_FILE), CALL(close, KEPT_FILE);
  for (;;) {
    int pass, status;
    const int number = await_signal(&pass);
    if (number == SIGPWR) report(SIGKILL, has_namespace);
    if (pass) CALL(kill, command_process, number);
    for (long gone; number == SIGCHLD && (gone = CALL(wait4, -1, &status, WNOHANG, NULL)) > 0;)
      if (gone == command_process) report(status, has_namespace);
  }
}

/* Process 1 has the environment that the plan wants, and is a program of its own: nothing of how it was started is left to be read. */
static _Noreturn void become_process_1(void) {
  static const char *environment[MOST_FIELDS];
  static const char *const arguments[] = {"/sbin/init", NULL};
  fields_of("init", environment);
  const long program = CALL(open, "init", O_PATH | O_CLOEXEC);
  leave_staging();
  CALL(rt_sigprocmask, SIG_SETMASK, &first_mask, NULL, 8);
  refuse("process 1 cannot be started", CALL(execveat, program, "", arguments, environment, AT_EMPTY_PATH));
}

static void join_cgroup(void) {
  for (u64 at = 0; next_record(&at, &record);) {
    if (!is_same(record.fields[0], "cgroup")) continue;
    char path[4096] = "";
    append(path, sizeof path, record.fields[record.count - 1]);
    append(path, sizeof path, "/cgroup.procs");
    const long joined = write_file(path, "0");
    if (joined < 0) warn("the tree stays in its cgroup", joined);
  }
}

static _Noreturn void begin_tree(int has_namespace) {
  CALL(prctl, PR_SET_PDEATHSIG, has_namespace ? SIGKILL : SIGPWR);
  CALL(prctl, PR_SET_CHILD_SUBREAPER, 1);
  join_cgroup();
  set_up(TREE);
  if (has_namespace) become_process_1();
  leave_staging();
  run_init(0);
}

/* ---- Cgroup: `cgroup DIRECTORY...`, each in the one before ---- */

static u32 cgroup_made(u32 made, int remove) {
  if (!find_record("cgroup", &record)) return 0;
  if (!remove) {
    for (u32 index = 1; index < record.count; index += 1) {
      const long failed = CALL(mkdir, record.fields[index], 0755);
      if (failed == 0)
        made |= 1u << index;
      else if (failed != -EEXIST)
        warn("no cgroup can be made", failed);
    }
    return made;
  }
  char path[4096] = "";
  append(path, sizeof path, record.fields[record.count - 1]);
  append(path, sizeof path, "/cgroup.kill");
  if ((made >> (record.count - 1) & 1) != 0) write_file(path, "1");
  for (u32 index = record.count - 1; index > 0; index -= 1)
    for (int round = 0; (made >> index & 1) != 0 && round < 100 && CALL(rmdir, record.fields[index]) == -16; round += 1) sleep_ms(10);
  return 0;
}

/* Answers the janitor's process; `*alive` is closed when the keeper ends. */
static long start_janitor(u32 made, int *alive) {
  int pipe[2];
  if (made == 0 || CALL(pipe2, pipe, O_CLOEXEC) < 0) return 0;
  const long janitor = CALL(fork, 0);
  if (janitor == 0) {
    char nothing;
    CALL(setsid, 0);
    CALL(close, pipe[1]);
    for (int file = 0; file < 3; file += 1) CALL(close, file);
    while (CALL(read, pipe[0], &nothing, 1) == -EINTR) continue;
    cgroup_made(made, 1);
    leave(0);
  }
  CALL(close, pipe[0]);
  *alive = pipe[1];
  return janitor;
}

/* ---- Keeper ---- */

void map_own_ids(void) {
  const u64 uid = (u64)CALL(getuid, 0), gid = (u64)CALL(getgid, 0);
  const long made = CALL(unshare, CLONE_NEWUSER);
  if (made < 0) refuse("no user namespace is allowed here: run this as root", made);
  const u64 ids[2] = {uid, gid};
  const char *const files[2] = {"/proc/self/uid_map", "/proc/self/gid_map"};
  write_file("/proc/self/setgroups", "deny");
  for (int index = 0; index < 2; index += 1) {
    char line[64] = "";
    append_number(line, sizeof line, ids[index]);
    append(line, sizeof line, " ");
    append_number(line, sizeof line, ids[index]);
    append(line, sizeof line, " 1");
    const long mapped = write_file(files[index], line);
    if (mapped < 0) refuse("the user namespace cannot be given an account", mapped);
  }
}

/* Ends as the command ended: by the same signal, or with its status. */
static _Noreturn void end_alike(int status) {
  const int number = status & 127;
  if (number == 0) leave(status >> 8 & 255);
  static const u64 no_core[2] = {0, 0}, none = 0, by_default[4] = {0};
  CALL(setrlimit, 4, no_core);
  CALL(rt_sigaction, number, by_default, NULL, 8);
  CALL(rt_sigprocmask, SIG_SETMASK, &none, NULL, 8);
  CALL(kill, CALL(getpid, 0), number);
  leave(128 + number);
}

static int await_end(long init, long janitor) {
  for (;;) {
    int pass, status;
    const int number = await_signal(&pass);
    if (pass) CALL(kill, init, number);
    for (long gone; number == SIGCHLD && (gone = CALL(wait4, -1, &status, WNOHANG, NULL)) > 0;)
      if (gone == init && gone != janitor) return status;
  }
}

static _Noreturn void keep(const char *path) {
  int pipe[2], alive = -1, status = 0;
  const long plan = CALL(open, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (plan < 0) refuse("the plan cannot be read", plan);
  CALL(unlink, path);
  CALL(dup2, plan, PLAN_FILE), CALL(close, plan);
  open_plan(PLAN_FILE);
  first_mask = block_signals();
  CALL(prctl, PR_SET_CHILD_SUBREAPER, 1);
  const u32 made = cgroup_made(0, 0);
  const long janitor = start_janitor(made, &alive);
  if (find_record("user", &record)) map_own_ids();
  const int has_namespace = find_record("init", &record);
  if (has_namespace) {
    const long unshared = CALL(unshare, CLONE_NEWPID);
    if (unshared < 0) refuse("no process numbers of its own are to be had here", unshared);
  }
  if (CALL(pipe2, pipe, O_CLOEXEC) < 0) refuse("no pipe can be made", 0);
  const long init = CALL(fork, 0);
  if (init == 0) {
    CALL(dup2, pipe[1], STATUS_PIPE);
    begin_tree(has_namespace);
  }
  CALL(close, pipe[1]), CALL(close, PLAN_FILE);
  const int init_status = await_end(init, janitor);
  if (CALL(read, pipe[0], &status, sizeof status) != sizeof status) status = init_status;
  CALL(close, alive);
  if (janitor > 0) CALL(wait4, janitor, NULL, 0, NULL);
  cgroup_made(made, 1);
  end_children();
  end_alike(status);
}

__attribute__((used)) static _Noreturn void begin(const u64 *stack) {
  const u64 count = stack[0];
  const char *const *const arguments = (const char *const *)(stack + 1);
  if (count > 2 && is_same(arguments[1], "enter")) enter(count - 2, arguments + 2, arguments + count + 1);
  if (count == 3 && is_same(arguments[1], "here")) come_here(arguments[2]);
  if (count == 2) keep(arguments[1]);
  if (CALL(getpid, 0) != 1) refuse("usage: utsusemi disguise run STORY -- COMMAND", 0);
  CALL(prctl, PR_SET_NAME, "init");
  first_mask = block_signals();
  open_plan(PLAN_FILE);
  run_init(1);
}

__asm__(".globl _start\n_start:\n  mov %rsp, %rdi\n  and $-16, %rsp\n  call begin\n");
