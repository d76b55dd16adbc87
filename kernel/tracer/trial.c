/*
 * A service's filter (systemd.exec(5), SystemCallFilter=) kills who makes a call that is not in it, and cannot be asked beforehand: so a
 * child makes the calls. It leaves no core, and its end sends no signal.
 */
#include "trial.h"
#include "system.h"
#include <linux/prctl.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>

enum { NOBODY = 0, NO_SUCH_KIND = -1, SIGNAL_OF_STATUS = 0x7f };

static void try_tracing(void) {
  const u32 action = SECCOMP_RET_ERRNO;
  int ends[2];
  u64 word;
  CALL(pipe2, ends, O_CLOEXEC);
  CALL(getrandom, &word, sizeof word, 0);
  CALL(arch_prctl, ARCH_GET_CPUID, 0);
  CALL(seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action);
  CALL(ptrace, PTRACE_DETACH, NOBODY, 0, 0);
  CALL(close_range, ends[1], ends[1], 0);
  CALL(setsid);
}

static void try_scheduling(void) {
  u64 cpus[128];
  const long size = CALL(sched_getaffinity, 0, sizeof cpus, cpus);
  if (size > 0) CALL(sched_setaffinity, 0, size, cpus);
  CALL(setpriority, NO_SUCH_KIND, 0, 0);
}

int lives_through(enum trial what) {
  int status = 0;
  const long child = CALL(clone, 0);
  if (child < 0) return 1;
  if (child == 0) {
    CALL(prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (what == TRACING)
      try_tracing();
    else
      try_scheduling();
    leave(0);
  }
  while (CALL(wait4, child, &status, ALL_CHILDREN, NULL) == -EINTR) {
  }
  return (status & SIGNAL_OF_STATUS) == 0;
}
