// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program with root's rights may open ports for itself. Then IN does not fault, the real port answers 0xFFFFFFFF, and the illusion is
 * gone. So the two ports are kept closed in the bitmaps that the processor looks at, and what a program was entitled to it gets from
 * port.c.
 *
 *   ioperm(2)   a bitmap of its own in each task, shared with its children until one of them changes it:
 *                 __x64_sys_ioperm | __ia32_sys_ioperm     <- kretprobe; the wrappers of all versions since 4.17
 *                   ksys_ioperm                            writes current->thread.io_bitmap, gives it a new, unique `sequence`
 *                 exit_to_user_mode_prepare
 *                   native_tss_update_io_bitmap            copies it to the CPU's TSS when `sequence` is not the one copied last
 *               The two bits are closed between: after the call, before the copy. Only for tasks in scope.
 *   iopl(2)     since 5.5 a bitmap of zeros, one in the TSS of each CPU (`mapall`), for all who called it. The two bits there are closed
 * for all of them on the whole host; that is why this part is off unless asked for (iopl=1). Who is out of scope uses the port through us.
 *
 * What a bitmap would have had open is remembered by its `sequence`: that number is never used twice, so a bitmap that was freed and
 * another that took its place are never confused. Bitmaps of other tasks are looked at with all CPUs stopped: a pointer in a task then
 * holds its own reference (io_bitmap_exit clears the pointer first).
 */
#include "utsusemi.h"

#include <asm/io_bitmap.h>
#include <asm/processor.h>
#include <linux/bitops.h>
#include <linux/cpu.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/stop_machine.h>
#include <linux/workqueue.h>

#ifdef CONFIG_X86_IOPL_IOPERM

static bool wanted;
module_param_named(iopl, wanted, bool, 0);
MODULE_PARM_DESC(iopl, "close the ports for programs with iopl(3), too; on the whole host");

enum { PORTS = 2, MAX_CLOSED = 256, CROWDED = 192 };

/* Bit 0 stands for VMWARE_PORT, bit 1 for the one behind it. */
struct closed {
  u64 sequence;
  u8 ports;
  bool is_alive;
};

static DEFINE_RAW_SPINLOCK(lock);
static struct closed closed[MAX_CLOSED];
static unsigned int closed_count;
static u64 not_closed;
static bool ioperm_is_on, iopl_is_on;
static u8 __percpu *mapall_before;

/* ---- What was closed ---- */

static struct closed *find(u64 sequence) {
  unsigned int i;

  for (i = 0; i < closed_count; i++)
    if (closed[i].sequence == sequence) return &closed[i];
  return NULL;
}

static u8 ports_closed(u64 sequence) {
  struct closed *found;
  unsigned long irq;
  u8 ports;

  raw_spin_lock_irqsave(&lock, irq);
  found = find(sequence);
  ports = found ? found->ports : 0;
  raw_spin_unlock_irqrestore(&lock, irq);
  return ports;
}

static bool remember(u64 sequence, u8 ports) {
  struct closed *found;
  unsigned long irq;

  raw_spin_lock_irqsave(&lock, irq);
  found = find(sequence);
  if (!found && closed_count < MAX_CLOSED) found = &closed[closed_count++];
  if (found) *found = (struct closed){.sequence = sequence, .ports = ports};
  raw_spin_unlock_irqrestore(&lock, irq);
  return found;
}

static void forget(u64 sequence) {
  struct closed *found;
  unsigned long irq;

  raw_spin_lock_irqsave(&lock, irq);
  found = find(sequence);
  if (found) *found = closed[--closed_count];
  raw_spin_unlock_irqrestore(&lock, irq);
}

/* ---- One bitmap: a bit that is clear is a port that is open ---- */

static u8 ports_open(const struct io_bitmap *bitmap) {
  u8 ports = 0;
  int i;

  for (i = 0; i < PORTS; i++)
    if (!test_bit(VMWARE_PORT + i, bitmap->bitmap)) ports |= 1 << i;
  return ports;
}

static void set_ports(struct io_bitmap *bitmap, u8 ports, bool is_open) {
  int i;

  for (i = 0; i < PORTS; i++) {
    if (!(ports & (1 << i))) continue;
    if (is_open)
      clear_bit(VMWARE_PORT + i, bitmap->bitmap);
    else
      set_bit(VMWARE_PORT + i, bitmap->bitmap);
  }
}

/* @entitled: which ports the task would have open without us */
static void fit(struct io_bitmap *bitmap, u8 entitled, bool is_in_scope_now) {
  if (entitled && is_in_scope_now) {
    if (remember(bitmap->sequence, entitled))
      set_ports(bitmap, entitled, false);
    else
      not_closed++;
    return;
  }
  forget(bitmap->sequence);
  set_ports(bitmap, entitled, true);
}

/* ---- All bitmaps ---- */

static void fit_task(const struct settings *settings, struct task_struct *task, bool scope) {
  struct io_bitmap *bitmap = task->thread.io_bitmap;

  if (!bitmap || is_in_scope(settings, task) != scope) return;
  fit(bitmap, ports_open(bitmap) | ports_closed(bitmap->sequence), scope);
}

static void forget_the_dead(void) {
  struct task_struct *process, *task;
  struct closed *found;
  unsigned int i;

  for (i = 0; i < closed_count; i++) closed[i].is_alive = false;
  for_each_process_thread (process, task) {
    found = task->thread.io_bitmap ? find(task->thread.io_bitmap->sequence) : NULL;
    if (found) found->is_alive = true;
  }
  for (i = closed_count; i-- > 0;)
    if (!closed[i].is_alive) closed[i] = closed[--closed_count];
}

/* Runs on one CPU while all others stand still with interrupts off. A bitmap that a task in scope shares with one outside is closed: hence
 * the order. */
static int sweep(void *unused) {
  const struct settings *settings;
  struct task_struct *process, *task;
  int cpu;

  rcu_read_lock();
  settings = settings_now();
  forget_the_dead();
  for_each_process_thread (process, task) fit_task(settings, task, false);
  for_each_process_thread (process, task) fit_task(settings, task, true);
  rcu_read_unlock();
  /* No bitmap has number 0: each CPU copies anew when it next returns to a program that has one. */
  for_each_possible_cpu (cpu) per_cpu(cpu_tss_rw, cpu).io_bitmap.prev_sequence = 0;
  return 0;
}

void open_ports_sweep(void) {
  if (ioperm_is_on) stop_machine(sweep, NULL, NULL);
}

static void sweep_later(struct work_struct *work) {
  open_ports_sweep();
}
static DECLARE_DELAYED_WORK(sweeping, sweep_later);

/* ---- ioperm ---- */

struct call {
  u64 sequence;
  u16 from;
  bool is_own, turn_on, is_about_us;
};

static bool covers(unsigned long from, unsigned long count, unsigned long port) {
  return port >= from && port - from < count;
}

static void note_call(struct call *call, unsigned long from, unsigned long count, bool turn_on) {
  const struct io_bitmap *bitmap = current->thread.io_bitmap;
  int i;

  *call =
      (struct call){.sequence = bitmap ? bitmap->sequence : 0, .is_own = bitmap && refcount_read(&bitmap->refcnt) == 1, .turn_on = turn_on};
  for (i = 0; i < PORTS; i++)
    if (covers(from, count, VMWARE_PORT + i)) call->from |= 1 << i;
  call->is_about_us = call->from != 0;
}

static int on_ioperm_64(struct kretprobe_instance *instance, struct pt_regs *regs) {
  const struct pt_regs *user = (const struct pt_regs *)regs_get_kernel_argument(regs, 0);

  note_call((struct call *)instance->data, user->di, user->si, (int)user->dx);
  return 0;
}

static int on_ioperm_32(struct kretprobe_instance *instance, struct pt_regs *regs) {
  const struct pt_regs *user = (const struct pt_regs *)regs_get_kernel_argument(regs, 0);

  note_call((struct call *)instance->data, (u32)user->bx, (u32)user->cx, (int)user->dx);
  return 0;
}

/* Nothing is left of the bitmap when the last open port was given back; ports that we had closed in it are then gone, too (README, limits).
 */
static int on_ioperm_return(struct kretprobe_instance *instance, struct pt_regs *regs) {
  const struct call *call = (const struct call *)instance->data;
  struct io_bitmap *bitmap = current->thread.io_bitmap;
  bool in_scope = current_is_in_scope();
  u8 entitled;

  if (regs_return_value(regs) != 0) return 0;
  if (call->is_about_us && call->turn_on) event_record(EVENT_IOPERM, VMWARE_PORT, in_scope);
  entitled = ports_closed(call->sequence);
  if (call->is_own) forget(call->sequence);
  if (!bitmap) return 0;
  if (!call->turn_on) entitled &= ~call->from;
  fit(bitmap, entitled | ports_open(bitmap), in_scope);
  if (closed_count > CROWDED) schedule_delayed_work(&sweeping, HZ);
  return 0;
}

static struct hook ioperm_hooks[] = {
    {.probe =
         {
             .kp.symbol_name = "__x64_sys_ioperm",
             .entry_handler = on_ioperm_64,
             .handler = on_ioperm_return,
             .data_size = sizeof(struct call),
         }},
    {.probe =
         {
             .kp.symbol_name = "__ia32_sys_ioperm",
             .entry_handler = on_ioperm_32,
             .handler = on_ioperm_return,
             .data_size = sizeof(struct call),
         }},
};

void ioperm_start(struct part *part) {
  if (!hook_start(&ioperm_hooks[0], part)) return;
  ioperm_is_on = true;
  /* Kernels without 32-bit programs have no such call. */
  if (IS_ENABLED(CONFIG_IA32_EMULATION) && !hook_start(&ioperm_hooks[1], part)) return;
  part->state = PART_ACTIVE;
  open_ports_sweep();
}

/* ---- iopl ---- */

void iopl_start(struct part *part) {
  int cpu, i;

  if (!wanted) return;
  part->state = PART_ABSENT;
  if (cpu_feature_enabled(X86_FEATURE_XENPV)) {
    strscpy(part->cause, "Xen keeps the bitmap, not the kernel", sizeof(part->cause));
    return;
  }
  mapall_before = alloc_percpu(u8);
  if (!mapall_before) {
    part->state = PART_FAILED;
    strscpy(part->cause, "no memory", sizeof(part->cause));
    return;
  }
  for_each_possible_cpu (cpu) {
    unsigned long *mapall = per_cpu(cpu_tss_rw, cpu).io_bitmap.mapall;

    for (i = 0; i < PORTS; i++)
      if (!test_and_set_bit(VMWARE_PORT + i, mapall)) *per_cpu_ptr(mapall_before, cpu) |= 1 << i;
  }
  iopl_is_on = true;
  part->state = PART_ACTIVE;
}

static void iopl_restore(void) {
  int cpu, i;

  for_each_possible_cpu (cpu)
    for (i = 0; i < PORTS; i++)
      if (*per_cpu_ptr(mapall_before, cpu) & (1 << i)) clear_bit(VMWARE_PORT + i, per_cpu(cpu_tss_rw, cpu).io_bitmap.mapall);
  free_percpu(mapall_before);
}

/* ---- Both ---- */

/* The settings are empty by now: the sweep finds nobody in scope, and opens everything. */
bool open_ports_restore(void) {
  bool was_closed = closed_count > 0 || iopl_is_on;

  open_ports_sweep();
  ioperm_is_on = false;
  cancel_delayed_work_sync(&sweeping);
  if (iopl_is_on) iopl_restore();
  iopl_is_on = false;
  return was_closed;
}

bool task_may_use_ports(u16 port, unsigned int width) {
  const struct io_bitmap *bitmap = current->thread.io_bitmap;
  u8 entitled;
  unsigned int i;

  if (!test_thread_flag(TIF_IO_BITMAP) || port + width > IO_BITMAP_BITS) return false;
  if (current->thread.iopl_emul == 3) return true;
  if (!bitmap) return false;
  entitled = ports_closed(bitmap->sequence);
  for (i = port; i < port + width; i++) {
    bool was_closed_by_us = i >= VMWARE_PORT && i <= VMWARE_MESSAGE_PORT && (entitled & (1 << (i - VMWARE_PORT)));

    if (!was_closed_by_us && test_bit(i, bitmap->bitmap)) return false;
  }
  return true;
}

void open_ports_status(struct seq_file *out) {
  seq_printf(out, "bitmaps closed %u not-closed %llu\n", closed_count, not_closed);
}

#else

static void no_ports(struct part *part) {
  part->state = PART_ABSENT;
  strscpy(part->cause, "this kernel gives ports to no program", sizeof(part->cause));
}

void ioperm_start(struct part *part) {
  no_ports(part);
}

void iopl_start(struct part *part) {
  no_ports(part);
}

bool open_ports_restore(void) {
  return false;
}

void open_ports_sweep(void) {}

bool task_may_use_ports(u16 port, unsigned int width) {
  return false;
}

void open_ports_status(struct seq_file *out) {}

#endif
