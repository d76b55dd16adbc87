/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is remembered of single connections, in arrays whose size is fixed: how many first segments they brought, and what became of those
 * that matched. Where two have the same place the older one is forgotten, which costs nobody but its client an odd segment.
 */
#pragma once
#include "events.h"

enum mark_kind { MARK_ENDED, MARK_HELD, MARK_UNPROVED, MARK_TURNED };

INLINE __u32 tag_between(const struct address *from, __u32 from_port, __u32 to_port) {
  return mixed(from) ^ (from_port | to_port << 16) * 0x165667b1;
}

INLINE __u32 tag_of(const struct packet *p) {
  return tag_between(&p->from, p->from_port, p->to_port);
}

INLINE struct progress_of_flow *flow_at(__u32 tag) {
  const __u32 place = tag & (FLOWS - 1);
  return map_find(&flows, &place);
}

/** Not the bits that decide of a flow's place: else those that are near each other would be in both. */
INLINE struct marks *marks_at(__u32 tag) {
  const __u32 place = tag >> 16 & (MARK_PLACES - 1);
  return map_find(&marks_map, &place);
}

INLINE enum mark_kind mark_kind(const struct mark *mark) {
  return mark->since & 3;
}

/** 0: there is none. */
INLINE struct mark *mark_of(struct marks *marks, __u32 tag) {
  for (__u32 way = 0; way < MARK_WAYS; way++)
    if (marks->of[way].tag == tag && marks->of[way].since) return &marks->of[way];
  return 0;
}

INLINE bool is_marked(__u32 tag, const enum mark_kind kind) {
  struct marks *marks = marks_at(tag);
  const struct mark *mark = marks ? mark_of(marks, tag) : 0;
  return mark && mark_kind(mark) == kind;
}

INLINE void set_mark(__u32 tag, const enum mark_kind kind, __u32 detail, __u64 now) {
  struct marks *marks = marks_at(tag);
  if (!marks) return;
  struct mark *mark = mark_of(marks, tag), *oldest = &marks->of[0];
  for (__u32 way = 1; way < MARK_WAYS; way++)
    if (marks->of[way].since < oldest->since) oldest = &marks->of[way];
  if (!mark) mark = oldest;
  mark->tag = tag, mark->since = (__u32)(now / SECOND) << 2 | kind, mark->detail = detail;
}

INLINE void clear_mark(__u32 tag) {
  struct marks *marks = marks_at(tag);
  struct mark *mark = marks ? mark_of(marks, tag) : 0;
  if (mark) mark->since = 0;
}

/** Whether its first segments are being counted, so that it is a connection of a socket's most likely. */
INLINE bool is_tracked(__u32 tag) {
  const struct progress_of_flow *flow = flow_at(tag);
  return flow && flow->tag == tag;
}

INLINE void forget_flow(__u32 tag) {
  struct progress_of_flow *flow = flow_at(tag);
  if (flow && flow->tag == tag) flow->tag = 0;
}
