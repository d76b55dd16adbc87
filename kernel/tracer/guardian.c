/*
 * The second process. It sleeps on a pipe whose other end only the tracer has; when that ends without a word, the tracer was killed. The
 * kernel lets the tracees run on by then, or does in a moment. All that the table knows are seized again, then whoever has become their
 * child or thread in between. Until that is done, a task that executes CPUID gets a SIGSEGV that nobody answers.
 */
#include "guardian.h"
#include "tasks.h"
#include "tracer.h"

enum {
  SIG_SETMASK = 2,
  SA_RESTORER = 0x04000000,
  MOST_TRIES = 20000,
  PAUSE_NS = 20000,
  MOST_ROUNDS = 8,
  MASK_SIZE = 8,
  FIRST_IN_TURN = -20
};

struct signal_action {
  void (*handler)(int);
  u64 flags;
  void (*restorer)(void);
  u64 mask;
};

void return_from_signal(void);
__asm__(".pushsection .text\n"
        "return_from_signal: mov $15, %eax\n"
        "syscall\n"
        ".popsection\n");

void handle_signal(int signal, void (*handler)(int)) {
  const struct signal_action action = {handler, SA_RESTORER, return_from_signal, 0};
  CALL(rt_sigaction, signal, &action, NULL, MASK_SIZE);
}

#define IGNORE ((void (*)(int))1)
#define STANDARD ((void (*)(int))0)

/* The tree waits for us. A session has a turn of its own (sched(7), autogroup), and we in ours. Both are refused to who is not root. */
static void be_first_in_turn(void) {
  static const char most[] = "-20";
  const long group = CALL(openat, AT_FDCWD, "/proc/self/autogroup", O_RDWR | O_CLOEXEC);
  if (group >= 0) {
    CALL(write, group, most, sizeof most - 1);
    CALL(close, group);
  }
  CALL(setpriority, 0, 0, FIRST_IN_TURN);
}

static int is_first;

void stand_apart(int may_be_first) {
  const u64 nothing = 0;
  is_first = may_be_first;
  CALL(setsid);
  CALL(chdir, "/");
  if (may_be_first) be_first_in_turn();
  for (int signal = 1; signal < 32; signal++)
    if (signal != SIGCHLD) handle_signal(signal, signal == SIGSEGV || signal == 7 || signal == 8 || signal == 4 ? STANDARD : IGNORE);
  handle_signal(SIGCHLD, STANDARD);
  CALL(rt_sigprocmask, SIG_SETMASK, &nothing, NULL, MASK_SIZE);
}

/*
 * The pipe ends before the tracees are let go. That is done where the tracer's children get a new parent, and before they do
 * (kernel/exit.c, forget_original_parent); so we wait for ours.
 */
static void wait_for_new_parent(int former) {
  const u64 pause[2] = {0, PAUSE_NS};
  for (u32 tries = 0; tries < MOST_TRIES && CALL(getppid) == former; tries++) CALL(nanosleep, pause, NULL);
}

static void watch(int tracer, int pipe, void (*take_over)(void)) {
  u8 word;
  long got;
  do got = CALL(read, pipe, &word, 1);
  while (got == -EINTR);
  CALL(close, pipe);
  if (got != 0) leave(0);
  wait_for_new_parent(tracer);
  take_over();
}

int start_guardian(int *pipe, void (*take_over)(void)) {
  int ends[2];
  if (CALL(pipe2, ends, O_CLOEXEC) != 0) return 0;
  const int tracer = (int)CALL(getpid);
  const long child = CALL(fork);
  if (child == 0) {
    CALL(close, ends[1]);
    stand_apart(is_first);
    watch(tracer, ends[0], take_over);
    leave(0);
  }
  CALL(close, ends[0]);
  *pipe = ends[1];
  return child > 0 ? (int)child : 0;
}

void dismiss_guardian(int pipe) {
  CALL(write, pipe, "", 1);
}

/* ---- Taking over ---- */

static int number_of(const char *text) {
  int number = 0;
  for (; *text >= '0' && *text <= '9' && number < MOST_IDS; text++) number = number * 10 + (*text - '0');
  return *text == 0 ? number : 0;
}

/* struct linux_dirent64 (getdents64(2)). */
struct folder_entry {
  u64 inode, offset;
  u16 size;
  u8 kind;
  char name[];
} __attribute__((packed));

/* Calls `each` with every number that is a name in a folder. */
static void for_numbers_in(int proc, const char *path, void (*each)(int proc, int number)) {
  static char buffers[2][8192];
  static u32 depth;
  const long folder = CALL(openat, proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  char *buffer = buffers[depth++];
  for (long got; (got = CALL(getdents64, folder, buffer, sizeof buffers[0])) > 0;)
    for (long at = 0; at < got;) {
      const struct folder_entry *entry = (const struct folder_entry *)&buffer[at];
      const int number = number_of(entry->name);
      if (number > 0) each(proc, number);
      at += entry->size;
    }
  depth--;
  CALL(close, folder);
}

static int found_more;

static void seize_thread(int proc, int task) {
  (void)proc;
  if (find_task(task) != NULL || seize(task) != 0) return;
  add_task(task);
  found_more = 1;
}

/* Field 4 of /proc/PROCESS/stat. */
static int parent_of(int proc, int process) {
  char stat[1024];
  struct text path = {.used = 0};
  put_number(&path, (u64)process, 10);
  put(&path, "/stat");
  path.bytes[path.used] = 0;
  if (read_file(proc, path.bytes, stat, sizeof stat) <= 0) return 0;
  const char *at = stat;
  for (const char *look = stat; *look != 0; look++)
    if (*look == ')') at = look;
  if (length_of(at) < 5) return 0;
  int parent = 0;
  for (at += 4; *at >= '0' && *at <= '9'; at++) parent = parent * 10 + (*at - '0');
  return parent;
}

static void look_at_process(int proc, int process) {
  if (process == (int)CALL(getpid)) return;
  if (find_task(process) == NULL && find_task(parent_of(proc, process)) == NULL) return;
  struct text path = {.used = 0};
  put_number(&path, (u64)process, 10);
  put(&path, "/task");
  path.bytes[path.used] = 0;
  for_numbers_in(proc, path.bytes, seize_thread);
}

void seize_again(int proc) {
  for (struct task *task = next_task(NULL); task != NULL; task = next_task(task))
    if (seize(task->id) != 0) forget_task(task->id); /* It has ended, or is about to. */
  found_more = 1;
  for (u32 round = 0; round < MOST_ROUNDS && found_more; round++) {
    found_more = 0;
    for_numbers_in(proc, ".", look_at_process);
  }
}
