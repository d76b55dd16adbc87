// SPDX-License-Identifier: GPL-2.0-only
/*
 * What /sys/class/dmi/id/ says to readers in scope. The kernel's own table (dmi_ident) is never touched: its drivers choose workarounds by
 * it.
 *
 *   vfs_read, kernfs_fop_read_iter, sysfs_kf_seq_show
 *     dev_attr_show
 *       sys_dmi_field_show        <- kretprobe; static, called through a pointer, so never inlined (drivers/firmware/dmi-id.c,
 * since 2.6.23) sys_dmi_modalias_show     <- kretprobe; the same form
 *
 * Both get (struct device *, struct device_attribute *, char *page) and return the length. The page is written over after the call, so who
 * may read a field stays as it is. Not covered: the raw table in /sys/firmware/dmi/tables, and MODALIAS in uevent.
 */
#include "utsusemi.h"

#include <linux/device.h>
#include <linux/string.h>

struct reading {
  const char *name;
  char *page;
};

static bool is_on;

static const char *value_of(const struct settings *settings, const char *name) {
  unsigned int i;

  for (i = 0; i < settings->dmi_count; i++)
    if (!strcmp(settings->dmi[i].name, name)) return settings->dmi[i].value;
  return NULL;
}

static int on_show(struct kretprobe_instance *instance, struct pt_regs *regs) {
  struct reading *reading = (struct reading *)instance->data;
  const struct device_attribute *attribute = (const struct device_attribute *)regs_get_kernel_argument(regs, 1);

  reading->name = attribute->attr.name;
  reading->page = (char *)regs_get_kernel_argument(regs, 2);
  return is_on && current_is_in_scope() ? 0 : 1;
}

static int on_shown(struct kretprobe_instance *instance, struct pt_regs *regs) {
  const struct reading *reading = (const struct reading *)instance->data;
  const struct settings *settings;
  const char *value;

  if ((long)regs_return_value(regs) < 0) return 0;
  rcu_read_lock();
  settings = settings_now();
  value = settings ? value_of(settings, reading->name) : NULL;
  if (value) regs_set_return_value(regs, scnprintf(reading->page, PAGE_SIZE, "%s\n", value));
  rcu_read_unlock();
  return 0;
}

#define DMI_HOOK(function)                                                                                                                 \
  {                                                                                                                                        \
    .probe = {                                                                                                                             \
      .kp.symbol_name = function,                                                                                                          \
      .entry_handler = on_show,                                                                                                            \
      .handler = on_shown,                                                                                                                 \
      .data_size = sizeof(struct reading),                                                                                                 \
    }                                                                                                                                      \
  }

static struct hook dmi_hooks[] = {DMI_HOOK("sys_dmi_field_show"), DMI_HOOK("sys_dmi_modalias_show")};

/* Without the second one, modalias would tell the truth beside the others: so it is both or none. */
void dmi_start(struct part *part) {
  is_on = hook_start(&dmi_hooks[0], part) && hook_start(&dmi_hooks[1], part);
  if (is_on) part->state = PART_ACTIVE;
}
