/*
 * The disguise of services and logins, where somebody else starts the program and watches it:
 *
 *   enter PLAN [--as UID:GID[:GROUP,...] [--keep CAPABILITIES]] [--name] [--watch] [--quiet] -- COMMAND [ARGUMENT]...
 *     --keep   as a number of which each bit is a capability; no others are kept by an account that is not root's
 *     --name   the first ARGUMENT is what the command is told to be called, and no argument
 *     --watch  decoy processes end when the command's first process ends, not only when somebody ends them
 *     --quiet  warnings go to the kernel's log
 *   here PLAN
 *
 * `enter` becomes COMMAND: process number, open files, environment, signals, folder and umask stay as they were given. `here` makes mounts
 * in the namespace that it was started in, which must not be process 1's.
 *
 * What must stay true: whatever goes wrong with the disguise, the service or login works without it; but COMMAND never starts with more
 * rights than it was to have.
 */
#include "plan.h"

enum { MOST_GROUPS = 1024, PATH_SIZE = 4096 };

static struct record record;

static struct {
  const char *name;
  const char *const *words, *const *environment;
  int has_account, has_name, is_kept_ours;
  long front;
  u32 uid, gid, groups[MOST_GROUPS];
  u64 group_count, kept;
} asked;

/* Where it began: to come back to. */
static struct {
  long mounts, host, root, folder;
  u32 umask;
  char path[PATH_SIZE];
} first;

/* ---- Rights ---- */

static _Noreturn void stay_out(const char *what, long error) {
  warn(what, error);
  leave(125);
}

static u32 read_id(const char **at) {
  u64 id = 0;
  const char *const from = *at;
  for (; **at >= '0' && **at <= '9' && *at - from < 10; *at += 1) id = id * 10 + (u64)(**at - '0');
  if (*at == from || id >= 0xffffffff) stay_out("the account is not UID:GID[:GROUP,...]", 0);
  return (u32)id;
}

static void read_account(const char *at) {
  asked.has_account = 1;
  asked.uid = read_id(&at);
  if (*at++ != ':') stay_out("the account is not UID:GID[:GROUP,...]", 0);
  asked.gid = read_id(&at);
  for (char before = ':'; *at == before && asked.group_count < MOST_GROUPS; before = ',') {
    at += 1;
    asked.groups[asked.group_count++] = read_id(&at);
  }
  if (*at != 0) stay_out("the account is not UID:GID[:GROUP,...]", 0);
}

/* capabilities(7): none are left but those that are kept, as `AmbientCapabilities=` would have left them. */
static void drop_capabilities(void) {
  const u32 header[2] = {0x20080522, 0}, low = (u32)asked.kept, high = (u32)(asked.kept >> 32);
  const u32 wanted[6] = {low, low, low, high, high, high};
  u32 sets[6];
  CALL(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL);
  long done = CALL(capset, header, wanted);
  for (u32 bit = 0; bit < 64; bit += 1)
    if (done == 0 && (asked.kept >> bit & 1) != 0) done = CALL(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, bit);
  if (done == 0) done = CALL(capget, header, sets);
  for (int index = 0; index < 6; index += 1)
    if (done < 0 || sets[index] != wanted[index]) stay_out("capabilities cannot be dropped", done);
  CALL(prctl, PR_SET_KEEPCAPS, 0);
}

static void drop_rights(void) {
  if (!asked.has_account) return;
  u32 ids[6];
  if (asked.uid != 0 && asked.kept != 0) CALL(prctl, PR_SET_KEEPCAPS, 1);
  long done = CALL(setgroups, asked.group_count, asked.groups);
  if (done == 0) done = CALL(setresgid, asked.gid, asked.gid, asked.gid);
  if (done == 0) done = CALL(setresuid, asked.uid, asked.uid, asked.uid);
  if (done == 0) done = CALL(getresuid, &ids[0], &ids[1], &ids[2]);
  if (done == 0) done = CALL(getresgid, &ids[3], &ids[4], &ids[5]);
  if (done < 0) stay_out("the account cannot be changed", done);
  for (int index = 0; index < 6; index += 1)
    if (ids[index] != (index < 3 ? asked.uid : asked.gid)) stay_out("the account was not changed", 0);
  if (asked.uid != 0) drop_capabilities();
}

/* ---- The plan ---- */

/* Only root's own plan is carried out: whoever may write it decides what the service sees. */
static void take_plan(const char *path) {
  struct status status;
  const long file = CALL(open, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (file < 0) refuse("the plan cannot be read", file);
  const long looked = CALL(newfstatat, file, "", &status, AT_EMPTY_PATH);
  if (looked < 0 || (status.mode & S_IFMT) != S_IFREG || status.uid != 0 || (status.mode & 022) != 0)
    refuse("the plan is not root's own file", looked);
  open_plan((int)file);
  CALL(close, file);
}

/* ---- The command ---- */

/*
 * `front PROGRAM [ARGUMENT]...`: stands before the command, and gets it as its last arguments. It can give the command no other name. It is
 * opened while root's own path leads to it.
 */
static void open_front(void) {
  const int has_front = asked.is_kept_ours && !asked.has_name && find_record("front", &record) && record.count > 1;
  asked.front = has_front ? CALL(open, record.fields[1], O_PATH | O_CLOEXEC) : -1;
}

static void start_front(void) {
  static const char *words[MOST_FIELDS];
  if (asked.front < 0) return;
  find_record("front", &record);
  u32 count = 0;
  for (u32 index = 1; index < record.count; index += 1) words[count++] = record.fields[index];
  for (const char *const *word = asked.words; *word != NULL; word += 1) {
    if (count + 1 >= MOST_FIELDS) return warn("the command is too long", 0);
    words[count++] = *word;
  }
  words[count] = NULL;
  long error = CALL(execve, words[0], words, asked.environment);
  if (error < 0) error = CALL(execveat, asked.front, "", words, asked.environment, AT_EMPTY_PATH);
  warn(words[0], error);
}

static _Noreturn void become_asked(int is_disguised) {
  CALL(umask, first.umask);
  drop_rights();
  if (is_disguised) start_front();
  if (is_disguised && asked.is_kept_ours) CALL(close, KEPT_FILE);
  const long error = start_program(asked.name, asked.words, asked.environment);
  warn(asked.name, error);
  leave(error == -ENOENT ? 127 : 126);
}

/* ---- Back to where it began ---- */

static void remember(void) {
  first.mounts = CALL(open, "/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
  first.host = CALL(open, "/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
  first.root = CALL(open, "/", O_PATH | O_CLOEXEC);
  first.folder = CALL(open, ".", O_PATH | O_CLOEXEC);
  first.umask = (u32)CALL(umask, 0);
  CALL(umask, first.umask);
  if (CALL(getcwd, first.path, sizeof first.path) < 0) first.path[0] = 0;
}

static void forget(void) {
  CALL(close, first.mounts), CALL(close, first.host), CALL(close, first.root), CALL(close, first.folder);
}

/* The folder's path is followed again: something may lie over it now. */
static void return_to_folder(void) {
  leave_staging();
  if (CALL(chdir, first.path) < 0) CALL(chdir, "/");
}

/* A mount namespace is entered at its own root, so that ours has to be taken again. */
static void go_back(void) {
  CALL(setns, first.host, CLONE_NEWUTS);
  if (CALL(setns, first.mounts, CLONE_NEWNS) < 0) {
    return_to_folder();
    return;
  }
  long done = CALL(fchdir, first.root);
  if (done == 0) done = CALL(chroot, ".");
  if (done < 0) stay_out("the service's root directory cannot be had again", done);
  CALL(fchdir, first.folder);
}

static _Noreturn void start_undisguised(void) {
  instead = NULL;
  go_back();
  forget();
  become_asked(0);
}

/* ---- Ways ---- */

static _Noreturn void fail(void) {
  leave(1);
}

static void make_it_so(void) {
  if (find_record("user", &record)) map_own_ids();
  set_up(SERVICE);
}

/*
 * A filter of system calls may kill whoever mounts: then that is a child of ours. And there is no way back from a user namespace, so that
 * it must be known beforehand that all will be well in it.
 */
static void rehearse(void) {
  int status = 0;
  if (CALL(prctl, PR_GET_SECCOMP) <= 0 && !find_record("user", &record)) return;
  const long child = CALL(clone, 0, 0);
  if (child == 0) {
    instead = fail;
    make_it_so();
    leave(0);
  }
  if (child < 0 || CALL(wait4, child, &status, WAIT_ALL, NULL) < 0 || status != 0)
    refuse("no disguise can be set up here", child < 0 ? child : 0);
}

/* Answers the place of the command's first argument, which is its own name. */
static u64 read_options(u64 count, const char *const *words, int *watches) {
  u64 at = 1;
  for (; at < count && !is_same(words[at], "--"); at += 1) {
    if (is_same(words[at], "--as") && at + 1 < count)
      read_account(words[++at]);
    else if (is_same(words[at], "--keep") && at + 1 < count)
      asked.kept = number_of(words[++at]);
    else if (is_same(words[at], "--name"))
      asked.has_name = 1;
    else if (is_same(words[at], "--watch"))
      *watches = 1;
    else if (is_same(words[at], "--quiet"))
      is_quiet = 1;
    else
      stay_out("usage: enter PLAN [--as UID:GID[:GROUP,...] [--keep CAPABILITIES]] [--name] [--watch] [--quiet] -- COMMAND", 0);
  }
  if (at + 1 + (u64)asked.has_name >= count) stay_out("no command is given", 0);
  asked.name = words[at + 1];
  return at + 1 + (u64)asked.has_name;
}

_Noreturn void enter(u64 count, const char *const *words, const char *const *environment) {
  int watches = 0;
  asked.words = words + read_options(count, words, &watches);
  asked.environment = environment;
  asked.is_kept_ours = CALL(fcntl, KEPT_FILE, F_GETFD) < 0;
  remember();
  instead = start_undisguised;
  take_plan(words[0]);
  rehearse();
  open_front();
  make_it_so();
  instead = NULL;
  const long watched = watches ? CALL(pidfd_open, CALL(getpid, 0), 0) : -1;
  start_processes(watched);
  CALL(close, watched);
  return_to_folder();
  forget();
  become_asked(1);
}

static _Noreturn void end_well(void) {
  leave_staging();
  leave(0);
}

/* proc(5), mountinfo: the number of a namespace's first mount, which no other mount has as long as that one is there. */
static int first_mount(const char *path, char number[16]) {
  const long list = CALL(open, path, O_RDONLY | O_CLOEXEC);
  const long size = list < 0 ? list : CALL(read, list, number, 15);
  CALL(close, list);
  number[size > 0 ? size : 0] = 0;
  for (char *at = number; *at != 0; at += 1)
    if (*at == ' ') return *at = 0, 1;
  return 0;
}

/* Root in a container may not look at process 1's namespace itself. */
static int is_process_1s(void) {
  struct status own, its;
  char here[16], there[16];
  if (CALL(newfstatat, AT_FDCWD, "/proc/self/ns/mnt", &own, 0) < 0) return 1;
  if (CALL(newfstatat, AT_FDCWD, "/proc/1/ns/mnt", &its, 0) == 0) return own.device == its.device && own.inode == its.inode;
  if (!first_mount("/proc/self/mountinfo", here) || !first_mount("/proc/1/mountinfo", there)) return 1;
  return is_same(here, there);
}

_Noreturn void come_here(const char *path) {
  if (is_process_1s()) refuse("this is the host's own mount namespace: nothing is changed in it", 0);
  instead = end_well;
  take_plan(path);
  set_up(LOGIN);
  end_well();
}
