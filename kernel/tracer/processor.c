/*
 * CPUID is executed here, by the tracer, for which it does not fault. What it says does not change while a machine runs, and under a
 * hypervisor it costs microseconds, so answers are kept. Some leaves differ from CPU to CPU (APIC ids; on hybrid processors, all): these
 * are asked on the CPU that the task last ran on.
 */
#include "processor.h"

enum { KEPT = 1024, CPU_BYTES = 1024, EAX = 0, EBX = 1, ECX = 2, EDX = 3 };

static u8 own_cpus[CPU_BYTES];
static long own_cpus_size;
static int is_hybrid, is_intel;

static struct kept {
  int is_kept, cpu;
  u32 leaf, subleaf;
  struct answer answer;
} kept[KEPT];

static struct answer run_cpuid(u32 leaf, u32 subleaf) {
  struct answer r;
  __asm__ volatile("cpuid" : "=a"(r.value[EAX]), "=b"(r.value[EBX]), "=c"(r.value[ECX]), "=d"(r.value[EDX]) : "a"(leaf), "c"(subleaf));
  return r;
}

void prepare_processor(int may_move) {
  own_cpus_size = may_move ? CALL(sched_getaffinity, 0, sizeof own_cpus, own_cpus) : 0;
  const struct answer vendor = run_cpuid(0, 0);
  const u32 first = vendor.value[EBX];
  is_intel = first == 0x756e6547 || first == 0x746e6543 || first == 0x68532020; /* "Genu", "Cent", "  Sh" */
  is_hybrid = vendor.value[EAX] >= 7 && (run_cpuid(7, 0).value[EDX] >> 15 & 1) != 0;
}

static int differs_between_cpus(u32 leaf) {
  return is_hybrid || leaf == 1 || leaf == 0xb || leaf == 0x1f || leaf == 0x8000001e;
}

/* Field 39 of /proc/TASK/stat (proc_pid_stat(5)); the second one is in parentheses and may hold anything. -1: not known. */
static int cpu_of(int task, int proc) {
  char stat[1024];
  struct text path = {.used = 0};
  put_number(&path, (u64)task, 10);
  put(&path, "/stat");
  path.bytes[path.used] = 0;
  if (read_file(proc, path.bytes, stat, sizeof stat) <= 0) return -1;
  const char *at = stat;
  for (const char *look = stat; *look != 0; look++)
    if (*look == ')') at = look;
  for (u32 spaces = 0; spaces < 37; at++) {
    if (*at == 0) return -1;
    if (*at == ' ') spaces++;
  }
  int cpu = 0;
  for (; *at >= '0' && *at <= '9'; at++) cpu = cpu * 10 + (*at - '0');
  return cpu < CPU_BYTES * 8 ? cpu : -1;
}

/* Where the CPU is closed to us, it is asked where we are. */
static struct answer run_cpuid_on(int cpu, u32 leaf, u32 subleaf) {
  u8 one[CPU_BYTES] = {0};
  one[cpu / 8] = (u8)(1U << cpu % 8);
  const int moved = own_cpus_size > 0 && CALL(sched_setaffinity, 0, sizeof one, one) == 0;
  const struct answer answer = run_cpuid(leaf, subleaf);
  if (moved) CALL(sched_setaffinity, 0, own_cpus_size, own_cpus);
  return answer;
}

static struct answer real_cpuid(u32 leaf, u32 subleaf, int task, int proc) {
  const int cpu = differs_between_cpus(leaf) ? cpu_of(task, proc) : -1;
  struct kept *place = &kept[(leaf * 31 + subleaf * 7 + (u32)(cpu + 1) * 131 + (leaf >> 16)) % KEPT];
  if (place->is_kept && place->cpu == cpu && place->leaf == leaf && place->subleaf == subleaf) return place->answer;
  const struct answer answer = cpu < 0 ? run_cpuid(leaf, subleaf) : run_cpuid_on(cpu, leaf, subleaf);
  *place = (struct kept){1, cpu, leaf, subleaf, answer};
  return answer;
}

static const struct answer *whole_leaf(const struct spec *spec, u32 leaf, u32 subleaf) {
  for (u32 at = 0; at < spec->leaf_count; at++) {
    const struct leaf_rule *rule = &spec->leaves[at];
    if (rule->leaf == leaf && (rule->subleaf == ANY_SUBLEAF || rule->subleaf == (long)subleaf)) return &rule->answer;
  }
  return NULL;
}

static int is_absent(const struct spec *spec, u32 leaf) {
  for (u32 at = 0; at < spec->absent_count; at++)
    if (leaf >= spec->absent[at].first && leaf <= spec->absent[at].last) return 1;
  return 0;
}

static struct answer masked(const struct spec *spec, struct answer answer, u32 leaf, u32 subleaf) {
  for (u32 at = 0; at < spec->mask_count; at++) {
    const struct mask_rule *rule = &spec->masks[at];
    if (rule->leaf != leaf || (rule->subleaf != ANY_SUBLEAF && rule->subleaf != (long)subleaf)) continue;
    answer.value[rule->which] = (answer.value[rule->which] & ~rule->clear) | rule->set;
  }
  return answer;
}

static int has_answer(const struct spec *spec, u32 leaf) {
  for (u32 at = 0; at < spec->leaf_count; at++)
    if (spec->leaves[at].leaf == leaf) return 1;
  return 0;
}

/* A leaf beyond the last one: Intel answers as for the last basic leaf, others with zeros (Intel SDM, CPUID; AMD APM 3, appendix E). */
static u32 instead_of(const struct spec *spec, u32 leaf, int task, int proc) {
  if (has_answer(spec, leaf) || !is_absent(spec, leaf)) return leaf;
  const struct answer *first = whole_leaf(spec, 0, 0);
  return first != NULL ? first->value[EAX] : real_cpuid(0, 0, task, proc).value[EAX];
}

struct answer answer_cpuid(const struct spec *spec, struct answer asked, int task, int proc) {
  const u32 subleaf = asked.value[ECX], leaf = instead_of(spec, asked.value[EAX], task, proc);
  const struct answer *whole = whole_leaf(spec, leaf, subleaf);
  if (leaf != asked.value[EAX] && (!is_intel || is_absent(spec, leaf))) return (struct answer){{0, 0, 0, 0}};
  return whole != NULL ? *whole : masked(spec, real_cpuid(leaf, subleaf, task, proc), leaf, subleaf);
}

/* ---- The port ---- */

enum { GREATEST_LAG_US = 1000000, CLOCK_REALTIME = 0 };

static struct answer time_of_day(void) {
  u64 now[2] = {0, 0};
  CALL(clock_gettime, CLOCK_REALTIME, now);
  return (struct answer){{(u32)now[0], (u32)(now[1] / 1000), GREATEST_LAG_US, 0}};
}

/* Without the magic number the instruction stays privileged. */
int answer_port(const struct spec *spec, struct answer *registers) {
  if (registers->value[EAX] != VMWARE_MAGIC || (spec->port_count == 0 && !spec->has_others)) return 0;
  const u32 command = (registers->value[EDX] & 0xffff) == VMWARE_PORT ? registers->value[ECX] & 0xffff : 0x10000;
  for (u32 at = 0; at < spec->port_count; at++) {
    const struct port_rule *rule = &spec->ports[at];
    if (rule->command != command) continue;
    const struct answer answer = rule->time ? time_of_day() : rule->answer;
    for (u32 which = 0; which < 4; which++)
      if ((rule->same >> which & 1) == 0) registers->value[which] = answer.value[which];
    return 1;
  }
  if (spec->has_others) registers->value[EAX] = spec->others;
  return spec->has_others;
}
