/*
 * What the tree sees otherwise: generated files, bound over single files, laid over directories, or put into a frame.
 *
 *   bind     a generated file over one that is there; read-only, so that no write is lost unnoticed
 *   overlay  a read-only overlay of a generated directory above a real one: for /sys and other directories that nobody writes in
 *   frame    a tmpfs directory in place of a real one, with a bind mount of each real entry in it: what lies deeper is the real thing,
 *            inode for inode (writes, locks, sockets); only the names directly in it are fixed
 *
 * All of it is made in a mount namespace whose mounts pass nothing to the host's, from a staging area that is detached at the end. So
 * there is nothing to undo: the mounts go with the last process that sees them.
 */
#include "plan.h"

static const char *const staging_places[] = {"/proc/tty", "/proc/driver", "/proc/fs", "/proc/bus"};
static const char *staging;
static int is_staged;
static enum way way;
static struct record record;

static long clone_mount(int folder, const char *path, u64 how) {
  return CALL(open_tree, folder, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | how);
}

static long put_mount(long mount, int folder, const char *path) {
  const long put = CALL(move_mount, mount, "", folder, path, MOVE_MOUNT_F_EMPTY_PATH);
  CALL(close, mount);
  return put;
}

static long make_read_only(const char *path) {
  return CALL(mount, NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);
}

/* `mark NUMBER`: how many inodes the staging area may have, an option that every mount of it shows in /proc/PID/mountinfo. */
static void stage(void) {
  char options[64] = "mode=755,size=256m";
  if (find_record("mark", &record) && record.count == 2) {
    append(options, sizeof options, ",nr_inodes=");
    append_number(options, sizeof options, number_of(record.fields[1]));
  }
  for (u64 index = 0; index < sizeof staging_places / sizeof *staging_places; index += 1) {
    staging = staging_places[index];
    if (CALL(mount, "tmpfs", staging, "tmpfs", 0, options) < 0) continue;
    is_staged = CALL(chdir, staging) == 0;
    if (is_staged) return;
  }
  refuse("no tmpfs can be mounted in a mount namespace here", 0);
}

void leave_staging(void) {
  if (!is_staged) return;
  CALL(umount2, ".", MNT_DETACH);
  CALL(chdir, "/");
}

/* ---- Generated entries: `file PATH MODE UID GID SECONDS CONTENT`, `dir PATH MODE UID GID`, `link PATH UID GID SECONDS TARGET` ---- */

static void set_time(int folder, const char *path, s64 seconds) {
  const struct moment both[2] = {{seconds, 0}, {seconds, 0}};
  CALL(utimensat, folder, path, both, AT_SYMLINK_NOFOLLOW);
}

static void must(long result, const char *path) {
  if (result < 0) refuse(path, result);
}

static void make_file(void) {
  const char *const *field = record.fields;
  const long file = CALL(open, field[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  must(file, field[1]);
  for (u64 written = 0; written < record.sizes[6];) {
    const long more = CALL(write, file, field[6] + written, record.sizes[6] - written);
    must(more == 0 ? -ENOSPC : more, field[1]);
    written += (u64)more;
  }
  CALL(close, file);
  CALL(fchownat, AT_FDCWD, field[1], number_of(field[3]), number_of(field[4]), 0);
  CALL(fchmodat, AT_FDCWD, field[1], number_of(field[2]));
  set_time(AT_FDCWD, field[1], (s64)number_of(field[5]));
}

static void make_directory(void) {
  const char *const *field = record.fields;
  must(CALL(mkdir, field[1], 0700), field[1]);
  CALL(fchownat, AT_FDCWD, field[1], number_of(field[3]), number_of(field[4]), 0);
  CALL(fchmodat, AT_FDCWD, field[1], number_of(field[2]));
}

static void make_link(void) {
  const char *const *field = record.fields;
  must(CALL(symlinkat, field[5], AT_FDCWD, field[1]), field[1]);
  CALL(fchownat, AT_FDCWD, field[1], number_of(field[2]), number_of(field[3]), AT_SYMLINK_NOFOLLOW);
  set_time(AT_FDCWD, field[1], (s64)number_of(field[4]));
}

/* ---- Frames: `frame DIRECTORY STAGED WHAT [HIDDEN NAME]...` ---- */

static int is_hidden(const char *name) {
  for (u32 index = 4; index < record.count; index += 1)
    if (is_same(record.fields[index], name)) return 1;
  return is_same(name, ".") || is_same(name, "..");
}

/* A place in the frame for the real entry. */
static long make_place(int real, int frame, const char *name) {
  struct status status;
  const long looked = CALL(newfstatat, real, name, &status, AT_SYMLINK_NOFOLLOW);
  if (looked < 0) return looked;
  if ((status.mode & S_IFMT) == S_IFLNK) {
    char target[4096];
    const long size = CALL(readlinkat, real, name, target, sizeof target - 1);
    if (size < 0) return size;
    target[size] = 0;
    if (CALL(symlinkat, target, frame, name) < 0) return -EINVAL;
    CALL(fchownat, frame, name, status.uid, status.gid, AT_SYMLINK_NOFOLLOW);
    set_time(frame, name, status.modified);
    return 0;
  }
  const long made = (status.mode & S_IFMT) == S_IFDIR ? CALL(mkdirat, frame, name, 0700)
                                                      : CALL(openat, frame, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (made < 0) return made;
  if ((status.mode & S_IFMT) != S_IFDIR) CALL(close, made);
  return 1;
}

static void fill_frame(int real, int frame, long list) {
  static u8 entries[32768];
  struct status status;
  for (long size; (size = CALL(getdents64, list, entries, sizeof entries)) > 0;) {
    for (long at = 0; at < size;) {
      /* struct linux_dirent64: inode 8, offset 8, length 2, type 1, name. */
      const char *const name = (const char *)entries + at + 19;
      at += entries[at + 16] | entries[at + 17] << 8;
      if (is_hidden(name) || CALL(newfstatat, frame, name, &status, AT_SYMLINK_NOFOLLOW) == 0) continue;
      if (make_place(real, frame, name) != 1) continue;
      const long mount = clone_mount(real, name, AT_RECURSIVE | AT_SYMLINK_NOFOLLOW);
      if (mount < 0 || put_mount(mount, frame, name) < 0) warn(name, -EPERM);
    }
  }
}

static void change_root(const char *frame) {
  must(CALL(chdir, frame), "/");
  must(CALL(pivot_root, ".", "."), "the root directory cannot be replaced");
  CALL(umount2, ".", MNT_DETACH);
  /* The copy of /proc brought the staging area along. */
  must(CALL(chdir, staging), staging);
}

static void make_frame(void) {
  const char *const directory = record.fields[1], *const staged = record.fields[2];
  const int is_root = is_same(directory, "/");
  const char *const place = is_root ? staged : directory;
  struct status status;
  const int real = (int)CALL(open, directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
  const long list = CALL(open, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const long mount = clone_mount(AT_FDCWD, staged, 0);
  if (real < 0 || list < 0 || mount < 0 || CALL(newfstatat, real, "", &status, AT_EMPTY_PATH) < 0) return warn(record.fields[3], -EPERM);
  const long put = put_mount(mount, AT_FDCWD, place);
  if (put < 0) return warn(record.fields[3], put);
  const int frame = (int)CALL(open, place, O_PATH | O_DIRECTORY | O_CLOEXEC);
  must(frame, place);
  fill_frame(real, frame, list);
  CALL(fchownat, frame, "", status.uid, status.gid, AT_EMPTY_PATH);
  CALL(fchmodat, AT_FDCWD, place, status.mode & 07777);
  set_time(AT_FDCWD, place, status.modified);
  make_read_only(place);
  if (is_root) change_root(place);
  CALL(close, real), CALL(close, list), CALL(close, frame);
}

/* ---- Overlays: `overlay DIRECTORY STAGED WHAT OPTIONS [MOUNT BELOW IT]...` ---- */

static void make_overlay(void) {
  enum { MOST_BELOW = 64 };
  long below[MOST_BELOW];
  const u32 count = record.count - 5 < MOST_BELOW ? record.count - 5 : MOST_BELOW;
  for (u32 index = 0; index < count; index += 1) below[index] = clone_mount(AT_FDCWD, record.fields[5 + index], AT_RECURSIVE);
  const long mounted = CALL(mount, "overlay", record.fields[1], "overlay", MS_RDONLY, record.fields[4]);
  if (mounted < 0) warn(record.fields[3], mounted);
  for (u32 index = 0; index < count; index += 1) {
    if (below[index] < 0) continue;
    if (mounted < 0)
      CALL(close, below[index]);
    else
      put_mount(below[index], AT_FDCWD, record.fields[5 + index]);
  }
}

/* ---- Single files: `bind STAGED PATH WHAT` ---- */

static void bind_file(void) {
  const long mount = clone_mount(AT_FDCWD, record.fields[1], 0);
  if (mount < 0) return warn(record.fields[3], mount);
  const long put = put_mount(mount, AT_FDCWD, record.fields[2]);
  if (put < 0) return warn(record.fields[3], put);
  make_read_only(record.fields[2]);
}

/* ---- Background processes: `process NAME PROGRAM [ARGUMENT]...`; the sleeper lies in the staging area ---- */

static _Noreturn void give_up(long begun) {
  CALL(write, begun, "", 1);
  leave(1);
}

/* Nothing that the service was given may live on in a decoy: 3 is what it watches, 4 tells that it did not begin. */
static void keep_only(long watched, long *begun) {
  enum { WATCHED = 3, BEGUN = 4, LAST = 65536 };
  static const int least[2] = {WATCHED, BEGUN};
  const long high[2] = {CALL(fcntl, watched, F_DUPFD_CLOEXEC, 16), CALL(fcntl, *begun, F_DUPFD_CLOEXEC, 16)};
  for (int index = 0; index < 2; index += 1)
    if (high[index] < 0 || CALL(dup3, high[index], least[index], index == 0 ? 0 : O_CLOEXEC) < 0) CALL(close, least[index]);
  *begun = BEGUN;
  if (CALL(close_range, BEGUN + 1, -1, 0) == 0) return;
  for (int file = BEGUN + 1; file < LAST; file += 1) CALL(close, file);
}

static _Noreturn void become_process(long names, long begun, long watched) {
  static const char *arguments[MOST_FIELDS];
  static const char *const environment[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", NULL};
  for (u32 index = 3; index < record.count; index += 1) arguments[index - 3] = record.fields[index];
  /* In a mount namespace of its own, the program is the sleeper: /proc/PID/exe names it, and for all others it stays what it is. */
  CALL(setsid, 0);
  CALL(unshare, CLONE_NEWNS);
  const long mount = clone_mount(AT_FDCWD, "sleeper", 0);
  if (mount < 0 || CALL(move_mount, mount, "", AT_FDCWD, record.fields[2], MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_SYMLINKS) < 0)
    give_up(begun);
  leave_staging();
  if (way == TREE) CALL(prctl, PR_SET_PDEATHSIG, SIGKILL);
  CALL(dup2, names, 0);
  const long null = CALL(open, "/dev/null", O_RDWR | O_CLOEXEC);
  CALL(dup2, null, 1), CALL(dup2, null, 2);
  if (way == TREE)
    CALL(close, PLAN_FILE), CALL(close, STATUS_PIPE), CALL(close, KEPT_FILE);
  else
    keep_only(watched, &begun);
  static const u64 no_signal = 0;
  CALL(umask, 022);
  CALL(rt_sigprocmask, SIG_SETMASK, &no_signal, NULL, 8);
  CALL(execve, record.fields[2], arguments, environment);
  give_up(begun);
}

/* A service's is a child of nobody's: its process between ends at once, without a signal for the service. */
static long fork_process(long names, long begun, long watched) {
  const long child = way == TREE ? CALL(fork, 0) : CALL(clone, 0, 0);
  if (child != 0) return child;
  const long process = way == TREE ? 0 : CALL(fork, 0);
  if (process == 0) become_process(names, begun, watched);
  if (process < 0) CALL(write, begun, "", 1);
  leave(0);
}

/* Waits until it runs: the staging area goes away after that. The zero byte behind the name tells it to watch. */
static void start_process(long watched) {
  int name[2], begun[2];
  char failed;
  if (CALL(pipe2, name, O_CLOEXEC) < 0 || CALL(pipe2, begun, O_CLOEXEC) < 0) return warn(record.fields[1], -EPERM);
  const long child = fork_process(name[0], begun[1], watched);
  CALL(write, name[1], record.fields[1], record.sizes[1] + (watched >= 0));
  CALL(close, name[0]), CALL(close, name[1]), CALL(close, begun[1]);
  if (way != TREE && child > 0) CALL(wait4, child, NULL, WAIT_ALL, NULL);
  if (child < 0 || CALL(read, begun[0], &failed, 1) > 0) warn(record.fields[2], -EPERM);
  CALL(close, begun[0]);
}

void start_processes(long watched) {
  for (u64 at = 0; next_record(&at, &record);)
    if (is_same(record.fields[0], "process") && record.count >= 4) start_process(watched);
}

/* ---- A generated file that the command gets as an open one, KEPT_FILE: `keep STAGED` ---- */

static void keep_open(void) {
  if (way == SERVICE && CALL(fcntl, KEPT_FILE, F_GETFD) >= 0) return warn(record.fields[1], -EEXIST);
  const long file = CALL(open, record.fields[1], O_RDONLY | O_CLOEXEC);
  must(file, record.fields[1]);
  CALL(dup2, file, KEPT_FILE), CALL(close, file);
}

static void carry_out(void) {
  const char *const verb = record.fields[0];
  const u32 count = record.count;
  if (is_same(verb, "file") && count == 7) make_file();
  if (is_same(verb, "dir") && count == 5) make_directory();
  if (is_same(verb, "link") && count == 6) make_link();
  if (is_same(verb, "time") && count == 3) set_time(AT_FDCWD, record.fields[1], (s64)number_of(record.fields[2]));
  if (is_same(verb, "white") && count == 2) CALL(mknodat, AT_FDCWD, record.fields[1], S_IFCHR, 0);
  if (is_same(verb, "frame") && count >= 4) make_frame();
  if (is_same(verb, "overlay") && count >= 5) make_overlay();
  if (is_same(verb, "bind") && count == 4) bind_file();
  if (way == LOGIN) return;
  if (is_same(verb, "host") && count == 2) {
    const long named = CALL(sethostname, record.fields[1], record.sizes[1]);
    if (named < 0 && way == TREE) refuse("the host name cannot be set", named);
    if (named < 0) warn("the host name cannot be set", named);
  }
  if (is_same(verb, "keep") && count == 2) keep_open();
  if (way != TREE) return;
  if (is_same(verb, "proc") && count == 2) {
    const long mounted = CALL(mount, "proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    if (mounted < 0) refuse(record.fields[1], mounted);
  }
  if (is_same(verb, "process") && count >= 4) start_process(-1);
}

static u64 namespaces(void) {
  if (way == LOGIN) return 0;
  return CLONE_NEWNS | (way == TREE || find_record("host", &record) ? CLONE_NEWUTS : 0);
}

void set_up(enum way chosen) {
  way = chosen;
  long done = CALL(unshare, namespaces());
  if (done < 0) refuse("no mount namespace can be made here", done);
  done = CALL(mount, NULL, "/", NULL, MS_REC | MS_SLAVE, NULL);
  if (done < 0) refuse("the mounts cannot be made private here", done);
  CALL(umask, 0);
  stage();
  for (u64 at = 0; next_record(&at, &record);) carry_out();
}
