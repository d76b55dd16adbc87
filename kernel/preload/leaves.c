/*
 * What CPUID answers. The true answer is asked for with faulting switched off in this thread for that moment; an interrupting handler that
 * asks meanwhile meets the true processor. Answers that are the same on every CPU are kept; the table is written without locks, since any
 * thread may be stopped in here by a signal, or be copied by fork(2).
 */
#include "preload.h"

enum { KEPT = 256, TRIES = 8, EAX = 0, EBX = 1, EDX = 3, EXTENDED = 0x80000000U };
enum { FREE, BEING_WRITTEN, WRITTEN };

static int is_hybrid, is_intel;

static struct kept {
  int state;
  u32 leaf, subleaf;
  struct answer answer;
} kept[KEPT];

static struct answer run_cpuid(u32 leaf, u32 subleaf) {
  struct answer r;
  __asm__ volatile("cpuid" : "=a"(r.value[0]), "=b"(r.value[1]), "=c"(r.value[2]), "=d"(r.value[3]) : "a"(leaf), "c"(subleaf));
  return r;
}

void prepare_leaves(void) {
  const struct answer vendor = run_cpuid(0, 0);
  const u32 first = vendor.value[EBX];
  is_intel = first == 0x756e6547 || first == 0x746e6543 || first == 0x68532020; /* "Genu", "Cent", "  Sh" */
  is_hybrid = vendor.value[EAX] >= 7 && (run_cpuid(7, 0).value[EDX] >> 15 & 1) != 0;
}

/* APIC ids; on hybrid processors, all. */
static int differs_between_cpus(u32 leaf) {
  return is_hybrid || leaf == 1 || leaf == 0xb || leaf == 0x1f || leaf == 0x8000001e;
}

static struct kept *place_of(u32 leaf, u32 subleaf, u32 try) {
  return &kept[(leaf * 31 + subleaf * 7 + (leaf >> 16) + try) % KEPT];
}

static const struct answer *kept_answer(u32 leaf, u32 subleaf) {
  for (u32 try = 0; try < TRIES; try++) {
    const struct kept *place = place_of(leaf, subleaf, try);
    if (__atomic_load_n(&place->state, __ATOMIC_ACQUIRE) == WRITTEN && place->leaf == leaf && place->subleaf == subleaf)
      return &place->answer;
  }
  return NULL;
}

static void keep(u32 leaf, u32 subleaf, struct answer answer) {
  for (u32 try = 0; try < TRIES; try++) {
    struct kept *place = place_of(leaf, subleaf, try);
    int expected = FREE;
    if (!__atomic_compare_exchange_n(&place->state, &expected, BEING_WRITTEN, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) continue;
    place->leaf = leaf;
    place->subleaf = subleaf;
    place->answer = answer;
    __atomic_store_n(&place->state, WRITTEN, __ATOMIC_RELEASE);
    return;
  }
}

static int has_subleaves(u32 leaf) {
  return leaf == 4 || leaf == 7 || leaf == 0xb || leaf == 0xd || leaf == 0x1f || leaf == 0x8000001d;
}

static void keep_range(u32 first) {
  const u32 last = run_cpuid(first, 0).value[EAX];
  for (u32 leaf = first; leaf <= last && leaf < first + 0x40; leaf++)
    for (u32 subleaf = 0; subleaf < (has_subleaves(leaf) ? 4 : 1); subleaf++)
      if (kept_answer(leaf, subleaf) == NULL) keep(leaf, subleaf, run_cpuid(leaf, subleaf));
}

void keep_leaves(void) {
  keep_range(0);
  keep_range(EXTENDED);
}

static struct answer real_leaf(u32 leaf, u32 subleaf) {
  const int may_be_kept = !differs_between_cpus(leaf);
  const struct answer *known = may_be_kept || preload.is_sandboxed ? kept_answer(leaf, subleaf) : NULL;
  if (known != NULL) return *known;
  if (preload.is_sandboxed || CALL(arch_prctl, ARCH_SET_CPUID, 1) != 0) return (struct answer){{0, 0, 0, 0}};
  const struct answer answer = run_cpuid(leaf, subleaf);
  CALL(arch_prctl, ARCH_SET_CPUID, 0);
  if (may_be_kept) keep(leaf, subleaf, answer);
  return answer;
}

/* ---- The spec's changes: the same rules as the tracer's (../tracer/processor.c) ---- */

static int is_for(long rule, u32 subleaf) {
  return rule == ANY_SUBLEAF || rule == (long)subleaf;
}

static const struct answer *whole_leaf(u32 leaf, u32 subleaf) {
  for (u32 at = 0; at < preload.spec.leaf_count; at++) {
    const struct leaf_rule *rule = &preload.spec.leaves[at];
    if (rule->leaf == leaf && is_for(rule->subleaf, subleaf)) return &rule->answer;
  }
  return NULL;
}

static int has_answer(u32 leaf) {
  for (u32 at = 0; at < preload.spec.leaf_count; at++)
    if (preload.spec.leaves[at].leaf == leaf) return 1;
  return 0;
}

static int is_absent(u32 leaf) {
  if (has_answer(leaf)) return 0;
  for (u32 at = 0; at < preload.spec.absent_count; at++)
    if (leaf >= preload.spec.absent[at].first && leaf <= preload.spec.absent[at].last) return 1;
  return 0;
}

static struct answer changed_leaf(u32 leaf, u32 subleaf) {
  const struct answer *whole = whole_leaf(leaf, subleaf);
  if (whole != NULL) return *whole;
  struct answer answer = real_leaf(leaf, subleaf);
  for (u32 at = 0; at < preload.spec.mask_count; at++) {
    const struct mask_rule *rule = &preload.spec.masks[at];
    if (rule->leaf != leaf || !is_for(rule->subleaf, subleaf)) continue;
    answer.value[rule->which] = (answer.value[rule->which] & ~rule->clear) | rule->set;
  }
  return answer;
}

/* A leaf beyond the last one: Intel answers as for the last basic leaf, others with zeros (Intel SDM, CPUID; AMD APM 3, appendix E). */
struct answer forge_leaf(u32 leaf, u32 subleaf) {
  if (!is_absent(leaf)) return changed_leaf(leaf, subleaf);
  const u32 last = changed_leaf(0, 0).value[EAX];
  return !is_intel || is_absent(last) ? (struct answer){{0, 0, 0, 0}} : changed_leaf(last, subleaf);
}
