/*
 * Waits for stops of the tree's tasks and resumes each. Between an exec, a fork and a fault that we answer, nothing stops: no system call
 * does.
 *
 *   exec        run to the end of the call, let the task switch faulting on (inject.c), go on
 *   fork        the child is ours already, and inherits faulting; it is written down
 *   SIGSEGV     answered (answer.c), or the program's
 *   stop        of the whole process (SIGSTOP, SIGTSTP): it stays stopped until SIGCONT (PTRACE_LISTEN)
 *   others      reach the program unchanged
 *
 * SIGTERM ends it: each task switches faulting off and is let go. Tasks that are let go otherwise (kill -9) keep faulting CPUID and die of
 * it; therefore the guardian waits on a pipe for our end, and takes our place.
 */
#include "tracer.h"
#include "answer.h"
#include "events.h"
#include "guardian.h"
#include "inject.h"
#include <linux/ptrace.h>

enum { SIGTSTP = 20, SIGTTIN = 21, SIGTTOU = 22, MOST_GUARDIANS = 1000, AGAIN_US = 20000 };

static const struct tracing_options *options;
static volatile int ending;
static int guardian, guardian_pipe, guardians_made;

long seize(int task) {
  const u64 wanted = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
  return trace(PTRACE_SEIZE, task, 0, (const void *)wanted);
}

/* ---- Resuming ---- */

/* Any stop makes the kernel forget that another one was asked for, so it is asked for again. */
static void go_on(const struct task *task, int signal) {
  if (ending || task->wanted >= 0) trace(PTRACE_INTERRUPT, task->id, 0, NULL);
  trace(PTRACE_CONT, task->id, 0, (const void *)(u64)signal);
}

static void let_go(const struct task *task, int signal) {
  trace(PTRACE_DETACH, task->id, 0, (const void *)(u64)signal);
  forget_task(task->id);
}

static void on_signal(struct task *task, int signal);

/* After a call of ours: back to where it was. A process that was stopped stops again; what was held comes as if it came now. */
static void after_switch(struct task *task) {
  const struct signal_details held = task->held;
  const int stop = task->held_stop ? SIGSTOP : 0;
  task->held_stop = task->held.signal = 0;
  if (task->is_group_stopped) trace(PTRACE_INTERRUPT, task->id, 0, NULL);
  if (held.signal == 0) {
    go_on(task, stop);
    return;
  }
  if (stop != 0) CALL(tkill, task->id, stop);
  trace(PTRACE_SETSIGINFO, task->id, 0, &held);
  on_signal(task, held.signal);
}

/* What a task cannot switch off it has never been able to switch on. */
static void switch_or_go_on(struct task *task, int on) {
  task->wanted = -1;
  if (!begin_switch(task, on)) after_switch(task);
}

/* ---- Stops ---- */

static void on_wait(int id, int status);

static int is_stop_signal(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

static void on_stop(struct task *task, int signal) {
  task->is_group_stopped = is_stop_signal(signal);
  const int wanted = ending ? (task->forged ? 0 : -1) : task->wanted;
  if (wanted >= 0)
    switch_or_go_on(task, wanted);
  else if (ending)
    let_go(task, 0);
  else if (task->is_group_stopped)
    trace(PTRACE_LISTEN, task->id, 0, NULL);
  else
    go_on(task, 0);
}

/* Of the threads only the one that called exec is left, and it has the process's id now. */
static void on_exec(struct task *task) {
  u64 former = 0;
  trace(PTRACE_GETEVENTMSG, task->id, 0, &former);
  if ((int)former != task->id) forget_task((int)former);
  *task = (struct task){.id = task->id, .wanted = -1};
  if (!ending && options->forges) {
    task->state = IN_EXEC;
    trace(PTRACE_SYSCALL, task->id, 0, NULL);
  } else {
    go_on(task, 0);
  }
}

static void on_exec_end(struct task *task) {
  task->state = RUNNING;
  if (ending)
    go_on(task, 0);
  else
    switch_or_go_on(task, 1);
}

/*
 * The child's first stop may come before this, even its end: it is written down only if it is still there (an id of nobody would keep us
 * waiting for ever).
 */
static void on_fork(const struct task *task) {
  u64 message = 0;
  int status = 0;
  trace(PTRACE_GETEVENTMSG, task->id, 0, &message);
  const int id = (int)message;
  const long waited = find_task(id) != NULL ? 0 : CALL(wait4, id, &status, ALL_CHILDREN | WNOHANG, NULL);
  struct task *child = find_task(id) == NULL && waited >= 0 ? add_task(id) : NULL;
  if (child != NULL) {
    child->call_at = task->call_at;
    child->forged = task->forged;
  }
  go_on(task, 0);
  if (waited > 0) on_wait(id, status);
}

static void on_fault(struct task *task) {
  const enum outcome outcome = answer_fault(task, options->spec, options->proc);
  if (outcome == UNREADABLE && task->forged && begin_switch(task, 0)) {
    report_probe(&(struct probe){task->id, "unreadable", 0, NULL, 0});
    return; /* It runs the instruction again: if that was CPUID, the processor answers; else the fault comes again. */
  }
  go_on(task, outcome == ANSWERED ? 0 : outcome == STEPPED ? SIGTRAP : SIGSEGV);
}

static void on_signal(struct task *task, int signal) {
  if (signal == (SIGTRAP | 0x80)) {
    if (task->state == IN_EXEC)
      on_exec_end(task);
    else
      go_on(task, 0);
  } else if (signal == SIGSEGV) {
    on_fault(task);
  } else {
    go_on(task, signal);
  }
}

static void on_stopped(struct task *task, int status) {
  const int signal = status >> 8 & 0xff, event = status >> 16;
  if (event == PTRACE_EVENT_EXEC) { /* Of whichever thread: what was begun for the one that had this id is gone with it. */
    on_exec(task);
  } else if (task->state == INJECTED) {
    if (goes_on_with_switch(task, status)) after_switch(task);
  } else if (event == PTRACE_EVENT_STOP) {
    on_stop(task, signal);
  } else if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE) {
    on_fork(task);
  } else if (event == 0) {
    on_signal(task, signal);
  } else {
    go_on(task, 0);
  }
}

/* A new child whose parent has not told of it. Where the table is full, it is let go before it has run; it inherited faulting. */
static struct task *newly_stopped(int id) {
  struct task *task = add_task(id);
  if (task != NULL) {
    task->forged = options->forges;
    return task;
  }
  static struct task scratch;
  scratch = (struct task){.id = id, .wanted = -1};
  int status = 0;
  if (begin_switch(&scratch, 0))
    while (CALL(wait4, id, &status, ALL_CHILDREN, NULL) == id && (status & 0xff) == 0x7f && !goes_on_with_switch(&scratch, status)) {
    }
  trace(PTRACE_DETACH, id, 0, (const void *)(u64)(scratch.held_stop ? SIGSTOP : 0));
  return NULL;
}

/* ---- Guardian ---- */

static void take_over(void);

static void make_guardian(void) {
  if (guardians_made++ < MOST_GUARDIANS) guardian = start_guardian(&guardian_pipe, take_over);
}

static void report_now(const char *event) {
  report_tracing(event, &(struct tracing){(int)CALL(getpid), guardian, task_count(), options->cpuid});
}

/* ---- The end ---- */

/* The signal may come just before we wait: so it comes again until we are gone. */
static void on_terminate(int signal) {
  static const u64 again[4] = {0, AGAIN_US, 0, AGAIN_US};
  if (signal != SIGTERM) return;
  ending = 1;
  CALL(setitimer, 0, again, NULL);
}

static void interrupt_all(void) {
  for (struct task *task = next_task(NULL); task != NULL; task = next_task(task))
    if (trace(PTRACE_INTERRUPT, task->id, 0, NULL) == -ESRCH) forget_task(task->id); /* Ended; its status is still to come. */
}

_Noreturn static void end(void) {
  report_now("ended");
  leave(0);
}

static void on_wait(int id, int status) {
  if (id == guardian) {
    guardian = 0;
    CALL(close, guardian_pipe);
    if (task_count() > 0) make_guardian();
    return;
  }
  if ((status & 0xff) != 0x7f) {
    forget_task(id);
    return;
  }
  struct task *task = find_task(id);
  if (task == NULL) task = newly_stopped(id);
  if (task != NULL) on_stopped(task, status);
}

_Noreturn static void trace_until_none_is_left(const char *event) {
  handle_signal(SIGTERM, on_terminate);
  handle_signal(SIGALRM, on_terminate);
  make_guardian();
  report_now(event);
  for (int was_ending = 0, status = 0;; status = 0) {
    if (ending && !was_ending) interrupt_all();
    was_ending = ending;
    if (task_count() == 0 && guardian != 0) dismiss_guardian(guardian_pipe);
    const long id = CALL(wait4, -1, &status, ALL_CHILDREN, NULL);
    if (id == -ECHILD) end();
    if (id > 0) on_wait((int)id, status);
  }
}

_Noreturn void trace_tree(const struct tracing_options *with) {
  options = with;
  trace_until_none_is_left("started");
}

/* In the guardian. What was begun for a task by the one before us is over, however it ended; whether CPUID faults in it is not known. */
static void take_over(void) {
  guardian = 0;
  seize_again(options->proc);
  for (struct task *task = next_task(NULL); task != NULL; task = next_task(task)) {
    *task = (struct task){.id = task->id, .forged = options->forges, .wanted = options->forges ? 1 : -1, .call_at = 0};
    if (options->forges) trace(PTRACE_INTERRUPT, task->id, 0, NULL);
  }
  trace_until_none_is_left("took-over");
}
