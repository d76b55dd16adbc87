/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which pattern a packet matches: the steps of src/patterns/tables.ts, of which this is the kernel's reading. Functions that are not
 * inlined are checked by the verifier one by one, so nothing multiplies.
 */
#pragma once
#include "tables.h"

enum { NO_RULE = RULES };

INLINE __u32 little32(const __u8 *bytes) {
  return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (__u32)bytes[3] << 24;
}

INLINE __u32 value_of(const struct scratch *s, const struct condition *c) {
  if (c->field < FIELD_PAYLOAD_LITTLE) return s->field[c->field & (FIELDS - 1)];
  const __u32 word = little32(s->payload + (c->offset & (PAYLOAD_BYTES - 1)));
  return c->field == FIELD_PAYLOAD ? swap32(word) : word;
}

/** 1: the rule holds for the packet. */
__attribute__((noinline)) int holds(struct tables *t, struct scratch *s, __u32 number) {
  if (!t || !s) return 0;
  const struct rule *rule = &t->rules[number & (RULES - 1)];
  if (!(rule->protocols & s->protocol) || !(rule->families & s->family)) return 0;
  if (!(rule->directions & s->direction) || !(rule->flows & s->flow)) return 0;
  const __u32 word = (number * t->meta[META_GROUP_WORDS] + (s->group >> 5)) & (RULES * GROUP_WORDS - 1);
  if (!(t->memberships[word] >> (s->group & 31) & 1)) return 0;
  for (__u32 index = 0; index < MOST_CONDITIONS && index < rule->conditions; index++) {
    const struct condition *c = &t->conditions[(rule->first + index) & (CONDITIONS - 1)];
    const __u32 value = value_of(s, c) & c->mask;
    if ((value >= c->min && value <= c->max) == (c->flags & 1)) return 0;
  }
  return 1;
}

INLINE void consider(struct tables *t, struct scratch *s, __u32 number) {
  if (number < s->best && holds(t, s, number)) s->best = number;
}

__attribute__((noinline)) int consider_list(struct tables *t, struct scratch *s, __u32 first, __u32 size) {
  if (!t || !s) return 0;
  for (__u32 index = 0; index < MOST_IN_LIST && index < size; index++) consider(t, s, t->lists[(first + index) & (LISTS - 1)]);
  return 0;
}

/** Looks for one form's bytes in the hash table. */
__attribute__((noinline)) int consider_form(struct tables *t, struct scratch *s, __u32 number) {
  if (!t || !s) return 0;
  const struct form *form = &t->forms[number & (FORMS - 1)];
  const __u32 offset = form->offset & (PAYLOAD_BYTES - 1);
  if ((__u32)form->offset + form->size > s->payload_size) return 0;
  const __u32 low = little32(s->payload + offset) & form->low;
  const __u32 high = form->size == 8 ? little32(s->payload + offset + 4) & form->high : 0;
  __u32 hash = low * 0x9e3779b1 ^ high * 0x85ebca77 ^ number * 0xc2b2ae3d;
  hash ^= hash >> 15, hash *= 0x2c1b3c6d, hash ^= hash >> 13;
  for (__u32 probe = 0; probe < MOST_PROBES; probe++) {
    const struct slot *slot = &t->slots[(hash + probe) & t->meta[META_SLOT_MASK] & (SLOTS - 1)];
    if (!slot->tag) return 0;
    if (slot->tag == number + 1 && slot->low == low && slot->high == high) return consider_list(t, s, slot->list, slot->size);
  }
  return 0;
}

/** What ends in a state of the automaton, with its last byte at `at`. */
__attribute__((noinline)) int consider_outputs(struct tables *t, struct scratch *s, __u32 state, __u32 at) {
  if (!t || !s) return 0;
  const __u32 first = t->output_first[state & (STATES - 1)];
  for (__u32 index = 0; index < MOST_OUTPUTS; index++) {
    const struct output *output = &t->outputs[(first + index) & (OUTPUTS - 1)];
    if (at >= output->min_end && at <= output->max_end) {
      __u32 *shown = &s->seen[output->rule & (RULES - 1)];
      if (*shown >> 8 != s->packet) *shown = s->packet << 8;
      *shown |= output->bit;
      if ((*shown & 255) == output->need) consider(t, s, output->rule);
    }
    if (output->last) break;
  }
  return 0;
}

__attribute__((noinline)) int search(struct tables *t, struct transitions *automaton, struct scratch *s) {
  if (!t || !automaton || !s) return 0;
  const struct group *group = &t->groups[s->group & (GROUPS - 1)];
  const __u32 shift = t->meta[META_CLASS_SHIFT] & 15;
  __u32 size = s->payload_size < group->depth ? s->payload_size : group->depth, state = 0;
  for (__u32 at = 0; at < PAYLOAD_BYTES; at++) {
    if (at >= size) break;
    const __u32 entry = automaton->entry[((state << shift) + t->classes[s->payload[at]]) & (TRANSITIONS - 1)];
    state = entry & 0x7fff;
    if (entry & 0x8000) consider_outputs(t, s, state, at);
  }
  return 0;
}

INLINE struct span direct_list(const struct tables *t, const struct scratch *s) {
  const struct span none = {};
  if (s->protocol == BIT_TCP) return t->by_flags[s->field[FIELD_TCP_FLAGS] & 255];
  if (s->protocol == BIT_ICMP) return t->by_icmp_type[s->field[FIELD_ICMP_TYPE] & 255];
  return s->protocol == BIT_ICMPV6 ? t->by_icmp_type[256 + (s->field[FIELD_ICMP_TYPE] & 255)] : none;
}

/** The lowest number of all rules that hold; NO_RULE: none does. */
INLINE __u32 best_rule(struct tables *t, struct transitions *automaton, struct scratch *s) {
  const struct group *group = &t->groups[s->group & (GROUPS - 1)];
  const struct span span = direct_list(t, s);
  s->best = NO_RULE;
  if (span.size) consider_list(t, s, span.first, span.size);
  if (group->size) consider_list(t, s, group->list, group->size);
  if (!s->payload_size) return s->best;
  if (group->hash_flows & s->flow)
    for (__u32 form = 0; form < FORMS; form++)
      if (group->forms >> form & 1) consider_form(t, s, form);
  if (group->automaton_flows & s->flow) search(t, automaton, s);
  return s->best;
}
