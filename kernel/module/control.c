// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/security/NAME/, for root alone (0600):
 *   control  the settings (settings.c); one write replaces all of them
 *   status   parts, hooks, counters
 *   events   the newest probes, each given once (events.c)
 */
#include "utsusemi.h"

#include <linux/fs.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

enum { MAX_TEXT = 16384, FILES = 3 };

static struct dentry *folder;
static struct dentry *files[FILES];

static int show_control(struct seq_file *out, void *unused) {
  settings_show(out);
  return 0;
}

static int open_control(struct inode *inode, struct file *file) {
  return single_open(file, show_control, NULL);
}

static ssize_t write_control(struct file *file, const char __user *from, size_t count, loff_t *at) {
  char *text;
  int error;

  if (*at != 0 || count > MAX_TEXT) return -EINVAL;
  text = memdup_user_nul(from, count);
  if (IS_ERR(text)) return PTR_ERR(text);
  error = strlen(text) == count ? settings_write(text) : -EINVAL;
  kfree(text);
  if (error) return error;
  cpuid_clear(false);
  open_ports_sweep();
  *at += count; /* a second write with the rest of a text is refused, and so its writer knows */
  return count;
}

static int show_status(struct seq_file *out, void *unused) {
  seq_puts(out, "version " THIS_VERSION "\n");
  parts_status(out);
  open_ports_status(out);
  events_status(out);
  settings_status(out);
  return 0;
}

static int open_status(struct inode *inode, struct file *file) {
  return single_open(file, show_status, NULL);
}

static ssize_t read_events(struct file *file, char __user *to, size_t room, loff_t *at) {
  return events_read(to, room);
}

static const struct file_operations control_operations = {
    .owner = THIS_MODULE,
    .open = open_control,
    .read = seq_read,
    .write = write_control,
    .llseek = seq_lseek,
    .release = single_release,
};

static const struct file_operations status_operations = {
    .owner = THIS_MODULE,
    .open = open_status,
    .read = seq_read,
    .llseek = seq_lseek,
    .release = single_release,
};

static const struct file_operations events_operations = {
    .owner = THIS_MODULE,
    .read = read_events,
    .llseek = noop_llseek,
};

static const struct {
  const char *name;
  umode_t mode;
  const struct file_operations *operations;
} descriptions[FILES] = {
    {"control", 0600, &control_operations},
    {"status", 0400, &status_operations},
    {"events", 0400, &events_operations},
};

int control_start(void) {
  unsigned int i;

  folder = securityfs_create_dir(KBUILD_MODNAME, NULL);
  if (IS_ERR(folder)) {
    pr_err("no directory below /sys/kernel/security (%ld): is it there already, or is securityfs missing?\n", PTR_ERR(folder));
    return PTR_ERR(folder);
  }
  for (i = 0; i < FILES; i++) {
    files[i] = securityfs_create_file(descriptions[i].name, S_IFREG | descriptions[i].mode, folder, NULL, descriptions[i].operations);
    if (!IS_ERR(files[i])) continue;
    pr_err("no control file %s (%ld)\n", descriptions[i].name, PTR_ERR(files[i]));
    while (i-- > 0) securityfs_remove(files[i]);
    securityfs_remove(folder);
    return -ENODEV;
  }
  return 0;
}

void control_stop(void) {
  unsigned int i;

  for (i = 0; i < FILES; i++) securityfs_remove(files[i]);
  securityfs_remove(folder);
}
