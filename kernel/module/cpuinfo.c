// SPDX-License-Identifier: GPL-2.0-only
/*
 * The `hypervisor` flag in /proc/cpuinfo, put in or taken out for readers in scope. cpu_data, from which the kernel itself and everybody
 * else reads, is never changed.
 *
 *   vfs_read, proc_reg_read_iter, seq_read_iter
 *     show_cpuinfo        <- kretprobe; static, called through cpuinfo_op.show (arch/x86/kernel/cpu/proc.c)
 *       seq_puts "flags\t\t:" and each flag with a blank before it, in the order of the bits
 *
 * One call writes one CPU's lines at the end of the buffer. `hypervisor` is bit 31 of word 4 (CPUID 1 ECX), so it belongs behind the last
 * other flag of that word. Where there is no room, the buffer is declared full: seq_file then takes a larger one and calls again.
 */
#include "utsusemi.h"

#include <linux/string.h>

static const char flag[] = " hypervisor";
enum { FLAG_BYTES = sizeof(flag) - 1 };

/* Word 4 from its highest bit down, by the names that the kernel prints. SSE3 ("pni") is there on every 64-bit processor. */
static const char *const word_4[] = {" rdrand", " f16c",    " avx",    " xsave",     " aes",    " tsc_deadline_timer",
                                     " popcnt", " movbe",   " x2apic", " sse4_2",    " sse4_1", " dca",
                                     " pcid",   " pdcm",    " xtpr",   " cx16",      " fma",    " sdbg",
                                     " cid",    " ssse3",   " tm2",    " est",       " smx",    " vmx",
                                     " ds_cpl", " monitor", " dtes64", " pclmulqdq", " pni"};

struct showing {
  struct seq_file *file;
  size_t before;
};

/* Where `name` ends in the line from `at` to `end`, as a whole word. */
static char *behind(char *at, char *end, const char *name) {
  size_t length = strlen(name);

  for (; end - at >= length; at++)
    if (!memcmp(at, name, length) && (at + length == end || at[length] == ' ')) return at + length;
  return NULL;
}

static char *flags_line(char *from, char *end, char **line_end) {
  static const char start[] = "\nflags\t\t:";
  char *at = strnstr(from, start, end - from);

  if (!at) return NULL;
  at += sizeof(start) - 1;
  *line_end = memchr(at, '\n', end - at);
  return *line_end ? at : NULL;
}

static void add(struct seq_file *file, char *at, char *line_end) {
  char *place = NULL;
  unsigned int i;

  if (file->size - file->count <= FLAG_BYTES) {
    file->count = file->size;
    return;
  }
  for (i = 0; !place && i < ARRAY_SIZE(word_4); i++) place = behind(at, line_end, word_4[i]);
  if (!place) place = line_end;
  memmove(place + FLAG_BYTES, place, file->buf + file->count - place);
  memcpy(place, flag, FLAG_BYTES);
  file->count += FLAG_BYTES;
}

static void remove(struct seq_file *file, char *behind_flag) {
  memmove(behind_flag - FLAG_BYTES, behind_flag, file->buf + file->count - behind_flag);
  file->count -= FLAG_BYTES;
}

static void change(struct seq_file *file, size_t before, u8 wish) {
  char *line_end;
  char *at = flags_line(file->buf + before, file->buf + file->count, &line_end);
  char *there = at ? behind(at, line_end, flag) : NULL;

  if (!at) return;
  if (wish == FLAG_ADD && !there) add(file, at, line_end);
  if (wish == FLAG_REMOVE && there) remove(file, there);
}

static int on_show(struct kretprobe_instance *instance, struct pt_regs *regs) {
  struct showing *showing = (struct showing *)instance->data;

  showing->file = (struct seq_file *)regs_get_kernel_argument(regs, 0);
  showing->before = showing->file->count;
  return current_is_in_scope() ? 0 : 1;
}

static int on_shown(struct kretprobe_instance *instance, struct pt_regs *regs) {
  const struct showing *showing = (const struct showing *)instance->data;
  const struct settings *settings;

  if (seq_has_overflowed(showing->file)) return 0;
  rcu_read_lock();
  settings = settings_now();
  if (settings && settings->hypervisor_flag != FLAG_KEEP) change(showing->file, showing->before, settings->hypervisor_flag);
  rcu_read_unlock();
  return 0;
}

static struct hook cpuinfo_hook = {
    .probe =
        {
            .kp.symbol_name = "show_cpuinfo",
            .entry_handler = on_show,
            .handler = on_shown,
            .data_size = sizeof(struct showing),
        },
};

void cpuinfo_start(struct part *part) {
  if (hook_start(&cpuinfo_hook, part)) part->state = PART_ACTIVE;
}
