/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What user space is told, and how much of it: each source has an allowance a second, and so have all together, apart for what is proved
 * and for what anybody can forge. So no flood hides a proof.
 */
#pragma once
#include "packet.h"

static const __u64 SECOND = 1000000000;
enum { EVENTS_OF_ONE = 64, EVENTS_FORGED = 8192, EVENTS_PROVED = 65536 };

INLINE void count(__u32 which) {
  __u64 *counter = map_find(&counts, &which);
  if (counter) *counter += 1;
}

/** Races between processors let a few more through, which does no harm. */
INLINE bool is_allowed(__u32 which, __u32 most, __u64 now) {
  struct allowance *left = map_find(&allowances, &which);
  if (!left) return false;
  if (now - left->since >= SECOND) left->since = now, left->used = 0;
  if (left->used >= most) return false;
  left->used += 1;
  return true;
}

INLINE __u32 mixed(const struct address *address) {
  __u32 hash =
      address->word[0] * 0x9e3779b1 ^ address->word[1] * 0x85ebca77 ^ address->word[2] * 0xc2b2ae3d ^ address->word[3] * 0x27d4eb2f;
  hash ^= hash >> 15;
  hash *= 0x2c1b3c6d;
  return hash ^ hash >> 13;
}

INLINE __u32 bucket_of(const struct address *address) {
  return mixed(address) & (ALLOWANCES / 2 - 1);
}

__attribute__((noinline)) int tell(struct packet *p, __u8 kind, __u32 detail, __u64 now) {
  if (!p) return 0;
  const bool proved = kind == EVENT_PROOF || (kind == EVENT_PATTERN && detail & MATCH_PROVED);
  const __u32 mine = bucket_of(&p->from) + (proved ? ALLOWANCES / 2 : 0);
  struct event *event = 0;
  if (is_allowed(mine, EVENTS_OF_ONE, now) &&
      is_allowed(proved ? ALLOWANCE_ALL_PROVED : ALLOWANCE_ALL_FORGED, proved ? EVENTS_PROVED : EVENTS_FORGED, now))
    event = ring_reserve(&events, sizeof *event, 0);
  if (!event) {
    count(COUNT_EVENTS_LOST);
    return 0;
  }
  event->at = now, event->kind = kind, event->protocol = p->protocol, event->flags = p->flags, event->pad = p->is_ipv6;
  event->interface = p->interface, event->from = p->from, event->to = p->to;
  event->from_port = p->from_port, event->to_port = p->to_port, event->detail = detail;
  __builtin_memcpy(event->mac, p->mac.byte, 6), event->more[0] = event->more[1] = 0;
  ring_submit(event, 0);
  return 1;
}

/** The longest network that holds the address decides: one with 0 is an exception from a wider one. */
INLINE bool is_trusted(const struct address *address) {
  struct network key = {.bits = 128, .address = *address};
  const __u32 *yes = map_find(&trusted, &key);
  return yes && *yes;
}

INLINE bool is_own(const struct address *address) {
  return map_find(&addresses, address) != 0;
}

INLINE bool is_ipv6_address(const struct address *address) {
  return address->word[0] | address->word[1];
}

INLINE struct address network_of(const struct address *address) {
  return (struct address){.word = {address->word[0], address->word[1], 0, 0}};
}

/** Who counts as one source: of IPv6 a /64, whose host chooses among all its addresses; but the hosts of a link share fe80::/64 (RFC 4291).
 */
INLINE struct address source_of(const struct address *address) {
  const bool is_of_link = (address->word[0] & swap32(0xffc00000)) == swap32(0xfe800000);
  return is_ipv6_address(address) && !is_of_link ? network_of(address) : *address;
}

INLINE bool stands_suspect(const struct address *address, __u64 now) {
  const struct standing *standing = map_find(&hostile, address);
  return standing && standing->until > now && standing->state >= STATE_SUSPECT;
}

/** Entered on proof of the address: itself, or its whole network. */
INLINE bool is_suspect(const struct address *address, __u64 now) {
  if (stands_suspect(address, now)) return true;
  const struct address network = network_of(address);
  return is_ipv6_address(address) && stands_suspect(&network, now);
}
