// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parts, and the order in which they come and go. A part that this kernel lacks, or refuses, is reported and left out; without the port's
 * part, which is what the module is for, it is not loaded at all.
 *
 * Going: nobody is in scope any more; then every task and every CPU is as it was; then whoever is on the way through a function that we
 * hooked is waited for; then the hooks are taken away. In any other order a task could meet a fault that nobody handles any more.
 */
#include "utsusemi.h"

#include <linux/cpumask.h>
#include <linux/rcupdate.h>

enum { INSTANCES_A_CPU = 4, MIN_INSTANCES = 32, MAX_HOOKS = 8 };

static struct part parts[] = {
    {.name = "port", .start = port_start}, {.name = "ioperm", .start = ioperm_start},   {.name = "iopl", .start = iopl_start},
    {.name = "dmi", .start = dmi_start},   {.name = "cpuinfo", .start = cpuinfo_start}, {.name = "cpuid", .start = cpuid_start},
};
static const char *const states[] = {"off", "active", "absent", "failed"};

static struct hook *hooks[MAX_HOOKS];
static unsigned int hook_count;

/* A kretprobe holds one instance while a task is inside the function: more tasks at once than instances, and the rest is missed and
 * counted. */
bool hook_start(struct hook *hook, struct part *part) {
  struct kretprobe *probe = &hook->probe;
  int error;

  probe->maxactive = max_t(int, MIN_INSTANCES, INSTANCES_A_CPU *num_possible_cpus());
  error = register_kretprobe(probe);
  if (!error) {
    hook->on = true;
    hooks[hook_count++] = hook;
    return true;
  }
  part->state = error == -ENOENT ? PART_ABSENT : PART_FAILED;
  snprintf(part->cause, sizeof(part->cause), error == -ENOENT ? "this kernel has no function %s" : "%s cannot be hooked (error %d)",
           probe->kp.symbol_name, error);
  return false;
}

void parts_status(struct seq_file *out) {
  unsigned int i;

  for (i = 0; i < ARRAY_SIZE(parts); i++) {
    seq_printf(out, "part %s %s", parts[i].name, states[parts[i].state]);
    if (parts[i].cause[0]) seq_printf(out, " %s", parts[i].cause);
    seq_putc(out, '\n');
  }
  for (i = 0; i < hook_count; i++)
    seq_printf(out, "hook %s missed %lu of %d\n", hooks[i]->probe.kp.symbol_name, hooks[i]->probe.nmissed + hooks[i]->probe.kp.nmissed,
               hooks[i]->probe.maxactive);
}

static void unhook(void) {
  while (hook_count > 0) unregister_kretprobe(&hooks[--hook_count]->probe);
}

/* A task may have faulted on a port that is open again by now, and not have reached our hook yet. */
static void wait_for_those_on_the_way(void) {
#ifdef CONFIG_TASKS_RCU
  synchronize_rcu_tasks();
#else
  synchronize_rcu();
#endif
}

static void stop(void) {
  bool was_changed;

  settings_empty();
  was_changed = cpuid_clear(true);
  was_changed |= open_ports_restore();
  if (was_changed) wait_for_those_on_the_way();
  unhook();
}

static int __init utsusemi_init(void) {
  int error = settings_start();
  unsigned int i;

  if (error) return error;
  for (i = 0; i < ARRAY_SIZE(parts); i++) {
    parts[i].start(&parts[i]);
    if (parts[i].state == PART_ABSENT || parts[i].state == PART_FAILED) pr_info("%s: %s\n", parts[i].name, parts[i].cause);
  }
  if (parts[0].state != PART_ACTIVE) {
    pr_err("not loaded: without %s there is nothing to do\n", parts[0].name);
    error = -EOPNOTSUPP;
  } else {
    error = control_start();
  }
  if (error) stop();
  return error;
}

static void __exit utsusemi_exit(void) {
  control_stop();
  stop();
}

module_init(utsusemi_init);
module_exit(utsusemi_exit);
MODULE_LICENSE("GPL v2");
MODULE_AUTHOR("The authors of Utsusemi");
MODULE_DESCRIPTION("Answers programs in scope as a VMware guest would");
MODULE_VERSION(THIS_VERSION);
