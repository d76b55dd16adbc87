/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Suspects are answered late: their packets get an earliest departure time, which the queue `fq` of their interface keeps (skb->tstamp:
 * Linux 4.20 and later). A constant is added to what was planned already, so the order within a flow stays.
 *
 * What must stay true: what waits can fill at most half of the queue, since whoever comes when it is full is dropped, also legitimate
 * packets. What a suspect is sent beyond that is dropped, as overtaking would break the order.
 */
#pragma once
#include "stack.h"

/** How an interface delays; there is none where no queue keeps the time. */
struct delay {
  __u64 nanoseconds;
  /** How many may be planned within `nanoseconds`, and how many were since `since`. */
  __u64 since;
  __u32 most, used;
};

struct {
  NUMBER(type, BPF_MAP_TYPE_HASH);
  NUMBER(max_entries, 64);
  TYPE(key, __u32);
  TYPE(value, struct delay);
} delays SECTION(".maps");

/** Later than this is planned by another clock: the queue's business. */
static const __u64 HORIZON = 10000000000;

INLINE int delayed(struct __sk_buff *ctx) {
  const __u32 interface = ctx->ifindex;
  struct delay *delay = map_find(&delays, &interface);
  if (!delay || !delay->nanoseconds) return TC_ACT_UNSPEC;
  const __u64 now = clock_exact(), planned = ctx->tstamp;
  if (planned > now + HORIZON) return TC_ACT_UNSPEC;
  if (now - delay->since >= delay->nanoseconds) delay->since = now, delay->used = 0;
  if (delay->used >= delay->most) return TC_ACT_SHOT;
  delay->used += 1;
  ctx->tstamp = (planned > now ? planned : now) + delay->nanoseconds;
  count(COUNT_LATE);
  return TC_ACT_UNSPEC;
}

/** Neighbour discovery and multicast listeners (RFC 4861, RFC 3810) live by their hop limit and by being at once. */
INLINE bool is_of_the_link(struct __sk_buff *ctx, const struct outgoing *o) {
  __u8 type;
  return o->is_ipv6 && o->protocol == PROTOCOL_ICMPV6 && (skb_load(ctx, o->transport, &type, 1) || type > 129);
}

INLINE bool read_outgoing_ipv4(struct __sk_buff *ctx, struct outgoing *o) {
  struct ipv4 ip;
  if (skb_load(ctx, ETHERNET_BYTES, &ip, sizeof ip) || ip.version >> 4 != 4) return false;
  map_ipv4(&o->from, ip.from), map_ipv4(&o->to, ip.to);
  o->protocol = ip.protocol, o->hops = ip.ttl, o->identification = ip.id, o->fragment = ip.fragment, o->size = ip.size, o->check = ip.check;
  o->transport = ETHERNET_BYTES + (ip.version & 15) * 4;
  return true;
}

INLINE bool read_outgoing_ipv6(struct __sk_buff *ctx, struct outgoing *o) {
  struct ipv6 ip;
  if (skb_load(ctx, ETHERNET_BYTES, &ip, sizeof ip)) return false;
  __builtin_memcpy(&o->from, ip.from, 16), __builtin_memcpy(&o->to, ip.to, 16);
  o->is_ipv6 = true, o->protocol = ip.next, o->hops = ip.hops, o->transport = ETHERNET_BYTES + IPV6_BYTES;
  return true;
}

/** What this host itself sends to a suspect; all else leaves as it came. */
INLINE int on_leaving(struct __sk_buff *ctx, __u16 type, __u64 now) {
  const __u32 zero = 0;
  struct toward_suspects *wanted = map_find(&toward_suspects, &zero);
  if (!wanted || !wanted->wanted) return TC_ACT_UNSPEC;
  struct outgoing o = {};
  if (type == swap16(TYPE_IPV4) ? !read_outgoing_ipv4(ctx, &o) : type != swap16(TYPE_IPV6) || !read_outgoing_ipv6(ctx, &o))
    return TC_ACT_UNSPEC;
  if (!is_suspect(&o.to, now) || !is_own(&o.from) || is_trusted(&o.to) || is_of_the_link(ctx, &o)) return TC_ACT_UNSPEC;
  rewrite(ctx, wanted, &o);
  return delayed(ctx);
}
