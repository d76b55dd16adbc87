// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who asked. A ring of the newest events that one reader empties. Handlers write to it: nothing here sleeps or takes memory. It loses
 * rather than waits, and counts what it lost: events above so many a second (a loop of probes must not wash out another process's single
 * one), and events that were overwritten before anybody read them.
 *
 *   sequence=N time=NANOSECONDS kind=port|message|ioperm|cpuid command=N answered=0|1 pid=N tid=N uid=N cgroup=ID comm=HEX
 *
 * comm is what the process chose to be called, hence the digits.
 */
#include "utsusemi.h"

#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

enum { RING = 1024, A_SECOND = 256, LINE_BYTES = 256 };

struct event {
  u64 sequence, time, cgroup;
  u32 command, pid, tid, uid;
  u8 kind;
  bool answered;
  char comm[TASK_COMM_LEN];
};

static const char *const kinds[] = {"port", "message", "ioperm", "cpuid"};

static DEFINE_RAW_SPINLOCK(lock);
static struct event ring[RING];
static u64 written, taken, over_rate, overwritten;
static u64 second;
static unsigned int this_second;
/* Two readers would each get half of the events; they take turns. */
static DEFINE_MUTEX(reading);

static u64 own_cgroup(void) {
  u64 id;

  rcu_read_lock();
  id = cgroup_id(task_dfl_cgroup(current));
  rcu_read_unlock();
  return id;
}

static bool is_over_rate(u64 now) {
  u64 current_second = div_u64(now, NSEC_PER_SEC);

  if (current_second != second) {
    second = current_second;
    this_second = 0;
  }
  return this_second++ >= A_SECOND;
}

void event_record(enum event_kind kind, u32 command, bool answered) {
  struct event event = {
      .time = ktime_get_real_ns(),
      .cgroup = own_cgroup(),
      .command = command,
      .pid = task_tgid_nr(current),
      .tid = task_pid_nr(current),
      .uid = from_kuid(&init_user_ns, current_uid()),
      .kind = kind,
      .answered = answered,
  };
  unsigned long irq;

  memcpy(event.comm, current->comm, TASK_COMM_LEN);
  raw_spin_lock_irqsave(&lock, irq);
  if (is_over_rate(event.time)) {
    over_rate++;
  } else {
    event.sequence = written;
    ring[written++ % RING] = event;
    if (written - taken > RING) {
      taken++;
      overwritten++;
    }
  }
  raw_spin_unlock_irqrestore(&lock, irq);
}

static bool oldest(struct event *event) {
  unsigned long irq;
  bool is_there;

  raw_spin_lock_irqsave(&lock, irq);
  is_there = taken < written;
  if (is_there) *event = ring[taken % RING];
  raw_spin_unlock_irqrestore(&lock, irq);
  return is_there;
}

static void take(u64 sequence) {
  unsigned long irq;

  raw_spin_lock_irqsave(&lock, irq);
  if (taken == sequence) taken++;
  raw_spin_unlock_irqrestore(&lock, irq);
}

static int print(char *line, const struct event *event) {
  return scnprintf(line, LINE_BYTES, "sequence=%llu time=%llu kind=%s command=%u answered=%d pid=%u tid=%u uid=%u cgroup=%llu comm=%*phN\n",
                   event->sequence, event->time, kinds[event->kind], event->command, event->answered, event->pid, event->tid, event->uid,
                   event->cgroup, (int)strnlen(event->comm, TASK_COMM_LEN), event->comm);
}

/* Whole lines, as many as there is room for. An event is gone only when the reader has it. */
ssize_t events_read(char __user *to, size_t room) {
  char line[LINE_BYTES];
  struct event event;
  ssize_t given = 0;
  int length;

  if (mutex_lock_interruptible(&reading)) return -EINTR;
  while (oldest(&event)) {
    length = print(line, &event);
    if (length > room - given) {
      if (given == 0) given = -EINVAL;
      break;
    }
    if (copy_to_user(to + given, line, length)) {
      if (given == 0) given = -EFAULT;
      break;
    }
    take(event.sequence);
    given += length;
  }
  mutex_unlock(&reading);
  return given;
}

void events_status(struct seq_file *out) {
  unsigned long irq;
  u64 counts[4];

  raw_spin_lock_irqsave(&lock, irq);
  counts[0] = written;
  counts[1] = taken;
  counts[2] = over_rate;
  counts[3] = overwritten;
  raw_spin_unlock_irqrestore(&lock, irq);
  seq_printf(out, "events %llu taken %llu over-rate %llu overwritten %llu\n", counts[0], counts[1], counts[2], counts[3]);
}
