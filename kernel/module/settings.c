// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is in scope, and what is shown to them. Settings are one immutable object that is replaced as a whole: a text is either taken in full
 * or refused with the number of the line, and a handler never sees half of it.
 *
 *   cgroup ID          cgroup v2 id (the inode number of its directory); what is below it is in scope, too
 *   cgroup-path PATH   the same by its path below the root of cgroup v2, such as /system.slice/nginx.service: also where it
 *                      is not there yet, or is made anew when a service is started again
 *   uid NUMBER         real user id
 *   host               everybody but process 1 and kernel threads
 *   port answer|watch  answer the VMware port to who is in scope, or only note who asks
 *   product NAME       express, esx, gsx or workstation
 *   hardware-version N what GETHWVERSION answers
 *   memory MIB         what GETMEMSIZE answers, instead of the machine's own
 *   megahertz N        what GETMHZ and GETHZ answer, instead of the machine's own
 *   hypervisor add|remove|keep   the flag in /proc/cpuinfo
 *   dmi FIELD VALUE    what /sys/class/dmi/id/FIELD shows; printable ASCII
 *
 * Empty lines are allowed, comments are not. Nothing said means: nobody is in scope.
 */
#include "utsusemi.h"

#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/ctype.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uidgid.h>

static unsigned long long cgroups[MAX_CGROUPS];
static unsigned int cgroups_given;
module_param_array(cgroups, ullong, &cgroups_given, 0);
MODULE_PARM_DESC(cgroups, "cgroup v2 ids whose tasks are in scope from the start");

static unsigned int uids[MAX_UIDS];
static unsigned int uids_given;
module_param_array(uids, uint, &uids_given, 0);
MODULE_PARM_DESC(uids, "real user ids whose tasks are in scope from the start");

/* By the number that GETVERSION gives in ECX. */
static const char *const products[] = {NULL, "express", "esx", "gsx", "workstation"};
static const char *const flags[] = {[FLAG_KEEP] = "keep", [FLAG_ADD] = "add", [FLAG_REMOVE] = "remove"};
enum { ESX = 2, HARDWARE_VERSION = 19 };

static struct settings __rcu *published;
static DEFINE_MUTEX(writing);
static unsigned int refused_line;
static const char *refused_why;

static struct settings *settings_new(void) {
  struct settings *fresh = kzalloc(sizeof(*fresh), GFP_KERNEL);

  if (!fresh) return NULL;
  fresh->answers = true;
  fresh->product = ESX;
  fresh->hardware_version = HARDWARE_VERSION;
  return fresh;
}

static void publish(struct settings *fresh) {
  struct settings *old = rcu_replace_pointer(published, fresh, lockdep_is_held(&writing));

  synchronize_rcu();
  kfree(old);
}

int settings_start(void) {
  struct settings *fresh = settings_new();
  unsigned int i;

  if (!fresh) return -ENOMEM;
  for (i = 0; i < cgroups_given; i++) fresh->cgroups[i] = cgroups[i];
  for (i = 0; i < uids_given; i++) fresh->uids[i] = uids[i];
  fresh->cgroup_count = cgroups_given;
  fresh->uid_count = uids_given;
  mutex_lock(&writing);
  publish(fresh);
  mutex_unlock(&writing);
  return 0;
}

/* Nobody is in scope any more. Uses no memory, so that it can't fail. */
void settings_empty(void) {
  mutex_lock(&writing);
  publish(NULL);
  mutex_unlock(&writing);
}

/* ---- Reading a text ---- */

static const char *take_cgroup(struct settings *to, char *value) {
  u64 id;

  if (kstrtou64(value, 10, &id) || id == 0) return "a cgroup id is a number above 0";
  if (to->cgroup_count == MAX_CGROUPS) return "too many cgroups";
  to->cgroups[to->cgroup_count++] = id;
  return NULL;
}

static const char *take_cgroup_path(struct settings *to, char *value) {
  size_t length = strlen(value);

  if (length < 2 || value[0] != '/' || value[length - 1] == '/') return "a path begins with / and does not end with it";
  if (length >= PATH_BYTES) return "the path is too long";
  if (to->path_count == MAX_PATHS) return "too many paths";
  strscpy(to->paths[to->path_count++], value, PATH_BYTES);
  return NULL;
}

static const char *take_uid(struct settings *to, char *value) {
  u32 id;

  if (kstrtou32(value, 10, &id) || id == (u32)-1) return "a uid is a number";
  if (to->uid_count == MAX_UIDS) return "too many uids";
  to->uids[to->uid_count++] = id;
  return NULL;
}

static const char *take_host(struct settings *to, char *value) {
  if (*value) return "host has no value";
  to->host = true;
  return NULL;
}

static const char *take_port(struct settings *to, char *value) {
  to->answers = !strcmp(value, "answer");
  return to->answers || !strcmp(value, "watch") ? NULL : "answer or watch";
}

static const char *take_product(struct settings *to, char *value) {
  unsigned int i;

  for (i = 1; i < ARRAY_SIZE(products); i++) {
    if (strcmp(value, products[i])) continue;
    to->product = i;
    return NULL;
  }
  return "express, esx, gsx or workstation";
}

static const char *take_hardware_version(struct settings *to, char *value) {
  if (kstrtou32(value, 10, &to->hardware_version) || to->hardware_version < 3 || to->hardware_version > 99) return "a number from 3 to 99";
  return NULL;
}

static const char *take_memory(struct settings *to, char *value) {
  if (kstrtou32(value, 10, &to->memory_mib) || to->memory_mib < 4 || to->memory_mib > 1 << 30 || to->memory_mib % 4)
    return "a number of MiB that 4 divides";
  return NULL;
}

static const char *take_megahertz(struct settings *to, char *value) {
  if (kstrtou32(value, 10, &to->megahertz) || to->megahertz < 1 || to->megahertz > 99999) return "a number from 1 to 99999";
  return NULL;
}

static const char *take_hypervisor(struct settings *to, char *value) {
  unsigned int i;

  for (i = 0; i < ARRAY_SIZE(flags); i++) {
    if (strcmp(value, flags[i])) continue;
    to->hypervisor_flag = i;
    return NULL;
  }
  return "add, remove or keep";
}

static bool is_field_name(const char *name) {
  const char *at;

  for (at = name; *at; at++)
    if (!(*at >= 'a' && *at <= 'z') && *at != '_') return false;
  return at > name && at - name < DMI_NAME_BYTES;
}

static const char *take_dmi(struct settings *to, char *value) {
  struct dmi_value *field = &to->dmi[to->dmi_count];
  char *name = strsep(&value, " ");
  const char *at;

  if (!is_field_name(name)) return "a field has a name of small letters and _";
  if (!value) value = "";
  for (at = value; *at; at++)
    if (*at < 0x20 || *at > 0x7e) return "a value is printable ASCII";
  if (at - value >= DMI_VALUE_BYTES) return "the value is too long";
  if (to->dmi_count == MAX_DMI_FIELDS) return "too many fields";
  strscpy(field->name, name, sizeof(field->name));
  strscpy(field->value, value, sizeof(field->value));
  to->dmi_count++;
  return NULL;
}

static const struct {
  const char *word;
  const char *(*take)(struct settings *to, char *value);
} words[] = {
    {"cgroup", take_cgroup},       {"cgroup-path", take_cgroup_path}, {"uid", take_uid},       {"host", take_host},
    {"port", take_port},           {"product", take_product},         {"memory", take_memory}, {"hardware-version", take_hardware_version},
    {"megahertz", take_megahertz}, {"hypervisor", take_hypervisor},   {"dmi", take_dmi},
};

/* Returns why the line is refused, or NULL. */
static const char *take_line(struct settings *to, char *line) {
  char *word = strsep(&line, " ");
  unsigned int i;

  for (i = 0; i < ARRAY_SIZE(words); i++)
    if (!strcmp(word, words[i].word)) return words[i].take(to, line ? line : "");
  return "no such word";
}

/* @text: is cut up */
int settings_write(char *text) {
  struct settings *fresh = settings_new();
  const char *why = NULL;
  unsigned int number = 0;
  char *line;

  if (!fresh) return -ENOMEM;
  while (!why && (line = strsep(&text, "\n"))) {
    number++;
    if (*line) why = take_line(fresh, line);
  }
  mutex_lock(&writing);
  refused_why = why;
  refused_line = number;
  if (why)
    kfree(fresh);
  else
    publish(fresh);
  mutex_unlock(&writing);
  return why ? -EINVAL : 0;
}

void settings_show(struct seq_file *out) {
  const struct settings *now;
  unsigned int i;

  mutex_lock(&writing);
  now = rcu_dereference_protected(published, lockdep_is_held(&writing));
  if (now) {
    for (i = 0; i < now->cgroup_count; i++) seq_printf(out, "cgroup %llu\n", now->cgroups[i]);
    for (i = 0; i < now->path_count; i++) seq_printf(out, "cgroup-path %s\n", now->paths[i]);
    for (i = 0; i < now->uid_count; i++) seq_printf(out, "uid %u\n", now->uids[i]);
    if (now->host) seq_puts(out, "host\n");
    seq_printf(out, "port %s\nproduct %s\nhardware-version %u\nhypervisor %s\n", now->answers ? "answer" : "watch", products[now->product],
               now->hardware_version, flags[now->hypervisor_flag]);
    if (now->memory_mib) seq_printf(out, "memory %u\n", now->memory_mib);
    if (now->megahertz) seq_printf(out, "megahertz %u\n", now->megahertz);
    for (i = 0; i < now->dmi_count; i++) seq_printf(out, "dmi %s %s\n", now->dmi[i].name, now->dmi[i].value);
  }
  mutex_unlock(&writing);
}

void settings_status(struct seq_file *out) {
  mutex_lock(&writing);
  if (refused_why) seq_printf(out, "refused line %u: %s\n", refused_line, refused_why);
  mutex_unlock(&writing);
}

/* ---- Asking ---- */

const struct settings *settings_now(void) {
  return rcu_dereference(published);
}

/*
 * Name by name from the end, without a lock: a name lives as long as its cgroup, since nothing of cgroup v2 is renamed, and the task
 * keeps its cgroup and all above it.
 */
static bool is_at(struct cgroup *cgroup, const char *path) {
  const char *end = path + strlen(path);
  struct cgroup *parent;

  for (; (parent = cgroup_parent(cgroup)); cgroup = parent) {
    const char *name = rcu_dereference(cgroup->kn->name);
    size_t length = strlen(name);

    if ((size_t)(end - path) <= length || memcmp(end - length, name, length) || *(end - length - 1) != '/') return false;
    end -= length + 1;
  }
  return end == path;
}

static bool is_named(const struct settings *settings, struct cgroup *cgroup) {
  unsigned int i;

  for (i = 0; i < settings->cgroup_count; i++)
    if (cgroup_id(cgroup) == settings->cgroups[i]) return true;
  for (i = 0; i < settings->path_count; i++)
    if (is_at(cgroup, settings->paths[i])) return true;
  return false;
}

static bool is_below(const struct settings *settings, struct task_struct *task) {
  struct cgroup *cgroup;

  if (settings->cgroup_count == 0 && settings->path_count == 0) return false;
  for (cgroup = task_dfl_cgroup(task); cgroup; cgroup = cgroup_parent(cgroup))
    if (is_named(settings, cgroup)) return true;
  return false;
}

/* Process 1 and kernel threads never are: what they see decides how the host runs. */
bool is_in_scope(const struct settings *settings, struct task_struct *task) {
  u32 uid;
  unsigned int i;

  if (!settings || is_global_init(task) || (task->flags & PF_KTHREAD)) return false;
  if (settings->host) return true;
  uid = from_kuid(&init_user_ns, task_uid(task));
  for (i = 0; i < settings->uid_count; i++)
    if (uid == settings->uids[i]) return true;
  return is_below(settings, task);
}

bool current_is_in_scope(void) {
  bool is;

  rcu_read_lock();
  is = is_in_scope(settings_now(), current);
  rcu_read_unlock();
  return is;
}
