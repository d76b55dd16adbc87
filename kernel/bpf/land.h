/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Packets from an address of ours to the same one (LAND). None is legitimate, so each is dropped. Its sender's hardware address then sees a
 * dead host for a minute, as systems of the nineties were: but only where nobody else can be behind that address. It must be no next hop of
 * a route, and must never have carried packets of another network or of a trusted source.
 */
#pragma once
#include "events.h"

static const __u64 MINUTE = 60000000000;

INLINE bool is_on_link(const struct packet *p) {
  struct network key = {.bits = 128, .address = p->from};
  return map_find(&links, &key) != 0;
}

/** Asked of what opens a conversation: SYN, UDP, ICMP. */
INLINE void learn_carrier(const struct packet *p) {
  if (map_find(&carriers, &p->mac)) return;
  if (is_on_link(p) && !is_trusted(&p->from)) return;
  const __u32 yes = 1;
  map_set(&carriers, &p->mac, &yes, BPF_ANY);
}

INLINE bool is_dead_to(const struct mac *mac, __u64 now) {
  const __u32 zero = 0;
  const __u64 *until = map_find(&dead_until, &zero);
  if (!until || *until <= now) return false;
  until = map_find(&dead, mac);
  return until && *until > now;
}

INLINE void on_land(struct packet *p, const struct settings *settings, __u64 now) {
  const __u32 zero = 0;
  const __u64 until = now + MINUTE;
  count(COUNT_LAND);
  if (!(settings->options & OPTION_LAND) || p->mac.byte[0] & 1 || map_find(&hops, &p->mac) || map_find(&carriers, &p->mac)) {
    tell(p, EVENT_LAND_DROPPED, 0, now);
    return;
  }
  map_set(&dead, &p->mac, &until, BPF_ANY);
  map_set(&dead_until, &zero, &until, BPF_ANY);
  tell(p, EVENT_LAND_DEAD, 0, now);
}
