/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UTSUSEMI_H
#define UTSUSEMI_H

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#define THIS_VERSION "0.1.0"

#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/types.h>

/* ---- settings.c: who is in scope, and what is shown to them ---- */

enum { MAX_CGROUPS = 32, MAX_PATHS = 32, PATH_BYTES = 256, MAX_UIDS = 32, MAX_DMI_FIELDS = 24, DMI_NAME_BYTES = 32, DMI_VALUE_BYTES = 384 };
enum hypervisor_flag { FLAG_KEEP, FLAG_ADD, FLAG_REMOVE };

struct dmi_value {
  char name[DMI_NAME_BYTES];
  char value[DMI_VALUE_BYTES];
};

/* Never changed once it is published: handlers read it under RCU. */
struct settings {
  bool host;
  bool answers;
  u8 product;
  u8 hypervisor_flag;
  u32 hardware_version;
  u32 memory_mib, megahertz; /* 0: the machine's own */
  unsigned int cgroup_count, path_count, uid_count, dmi_count;
  u64 cgroups[MAX_CGROUPS];
  char paths[MAX_PATHS][PATH_BYTES];
  u32 uids[MAX_UIDS];
  struct dmi_value dmi[MAX_DMI_FIELDS];
};

int settings_start(void);
int settings_write(char *text);
void settings_empty(void);
void settings_show(struct seq_file *out);
void settings_status(struct seq_file *out);
/* The two that handlers use; the caller holds rcu_read_lock(). */
const struct settings *settings_now(void);
bool is_in_scope(const struct settings *settings, struct task_struct *task);
/* For handlers that need one answer only. */
bool current_is_in_scope(void);

/* ---- control.c ---- */

int control_start(void);
void control_stop(void);

/* ---- events.c ---- */

enum event_kind { EVENT_PORT, EVENT_MESSAGE, EVENT_IOPERM, EVENT_CPUID };
void event_record(enum event_kind kind, u32 command, bool answered);
ssize_t events_read(char __user *to, size_t room);
void events_status(struct seq_file *out);

/* ---- main.c: parts and their hooks ---- */

struct hook {
  struct kretprobe probe;
  bool on;
};

/* "off": nobody asked for it. "absent": this kernel or processor lacks it. "failed": it should work, and the kernel refused. */
enum part_state { PART_OFF, PART_ACTIVE, PART_ABSENT, PART_FAILED };

struct part {
  const char *name;
  void (*start)(struct part *part);
  enum part_state state;
  char cause[112];
};

bool hook_start(struct hook *hook, struct part *part);
void parts_status(struct seq_file *out);

/* ---- port.c, open-ports.c, dmi.c, cpuinfo.c, cpuid.c: one part each ---- */

enum { VMWARE_MAGIC = 0x564d5868, VMWARE_PORT = 0x5658, VMWARE_MESSAGE_PORT = 0x5659 };

void port_start(struct part *part);
void ioperm_start(struct part *part);
void iopl_start(struct part *part);
void dmi_start(struct part *part);
void cpuinfo_start(struct part *part);
void cpuid_start(struct part *part);

/* May the running task use all ports from `port` on, as the kernel itself would have it? */
bool task_may_use_ports(u16 port, unsigned int width);
/* Makes every task's bitmap fit the settings, on all CPUs at once. */
void open_ports_sweep(void);
/* Opens again what was closed. Returns whether there was anything. */
bool open_ports_restore(void);
void open_ports_status(struct seq_file *out);

bool cpuid_is_active(void);
void cpuid_answer(struct pt_regs *user, bool forge);
/* Ends faulting in tasks out of scope, or everywhere and for good. Returns whether there may have been any. */
bool cpuid_clear(bool everywhere);

#endif
