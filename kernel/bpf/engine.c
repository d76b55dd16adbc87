/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The wire engine: one core at two hooks, tc (clsact) and native XDP. It decides for each packet that comes in whether it passes untouched,
 * which is what nearly all do, is dropped, or becomes its own answer.
 *
 * What must stay true: without a heartbeat everything passes; packets to anybody but this host pass; packets of a trusted source pass; a
 * packet that belongs to a socket passes; nothing is answered that did not come from a single host's Ethernet address.
 */
#include "delay.h"
#include "handover.h"
#include "land.h"
#include "patterns.h"

static const __s64 STALE = 2000000000;

INLINE bool is_alive(__u64 now) {
  const __u32 zero = 0;
  const __u64 *at = map_find(&heartbeat, &zero);
  return at && (__s64)(now - *at) <= STALE;
}

INLINE int on_tcp(void *ctx, const bool xdp, const bool is_ipv6, struct packet *p, const struct settings *settings, __u64 now) {
  if (is_odd(p->flags)) {
    if (settings->options & OPTION_SCANS && is_own(&p->to) && !is_trusted(&p->from)) tell(p, EVENT_ODD, 0, now);
    return pass(xdp);
  }
  if (is_late(p)) return pass(xdp);
  if (p->flags & SYN) return p->flags & ACK ? pass(xdp) : on_syn(ctx, xdp, is_ipv6, p, settings, now);
  return p->flags & ACK ? on_ack(ctx, xdp, is_ipv6, p, settings, now) : pass(xdp);
}

INLINE int on_ip(void *ctx, const enum place_of_engine where, const bool is_ipv6, struct packet *p, __u64 now) {
  const bool xdp = where == AT_XDP;
  struct turn turn = {};
  const __u32 zero = 0;
  const struct settings *settings = map_find(&settings_map, &zero);
  void *start = start_of(ctx, xdp), *end = end_of(ctx, xdp);
  const __u32 room = bytes_of(ctx, xdp) - ETHERNET_BYTES;
  if (!settings || !(is_ipv6 ? read_ipv6(p, start, end, room) : read_ipv4(p, start, end, room))) return pass(xdp);
  if (where == BEHIND_XDP && p->protocol != PROTOCOL_TCP) return pass(xdp);
  if (are_same(&p->from, &p->to) && p->from_port == p->to_port && is_own(&p->to)) {
    on_land(p, settings, now);
    return drop(xdp);
  }
  if (settings->options & OPTION_LAND && (p->protocol != PROTOCOL_TCP || (p->flags & (SYN | ACK)) == SYN)) learn_carrier(p);
  const int decided = on_patterns(ctx, where, is_ipv6, p, settings, &turn, now);
  if (!xdp && decided == SPEAK) return speak(ctx, is_ipv6, p, &turn);
  if (decided != GO_ON) return decided;
  if (p->protocol != PROTOCOL_TCP || where == BEHIND_XDP) return pass(xdp);
  return on_tcp(ctx, xdp, is_ipv6, p, settings, now);
}

INLINE int engine(void *ctx, const enum place_of_engine where, __u32 interface) {
  const bool xdp = where == AT_XDP;
  const __u64 now = clock_coarse();
  const struct ethernet *ethernet = start_of(ctx, xdp);
  if (!is_alive(now) || (void *)(ethernet + 1) > end_of(ctx, xdp)) return pass(xdp);
  struct packet p;
  __builtin_memset(&p, 0, sizeof p);
  p.interface = interface;
  __builtin_memcpy(p.mac.byte, ethernet->from, 6), __builtin_memcpy(p.own_mac, ethernet->to, 6);
  if (is_dead_to(&p.mac, now)) {
    count(COUNT_DEAD);
    return drop(xdp);
  }
  if (p.own_mac[0] & 1) return pass(xdp);
  if (ethernet->type == swap16(TYPE_IPV4)) return on_ip(ctx, where, false, &p, now);
  return ethernet->type == swap16(TYPE_IPV6) ? on_ip(ctx, where, true, &p, now) : pass(xdp);
}

SECTION("xdp") int utsu_xdp(struct xdp_md *ctx) {
  return engine(ctx, AT_XDP, ctx->ingress_ifindex);
}

/**
 * Headers may lie in pages that a program cannot read as they are. Nearly all packets have them in front of their pages; to pull in more
 * than is read would copy headers for each segment that passes.
 */
INLINE bool is_readable(struct __sk_buff *ctx) {
  if (ctx->pkt_type != PACKET_HOST || ctx->vlan_present) return false;
  const __u64 linear = kept(end_of(ctx, false) - start_of(ctx, false));
  const __u32 least = ETHERNET_BYTES + TCP_BYTES + (ctx->protocol == swap16(TYPE_IPV6) ? IPV6_BYTES : IPV4_BYTES);
  if (linear < least && linear < ctx->len) skb_pull(ctx, ctx->len < MOST_HEADERS ? ctx->len : MOST_HEADERS);
  return true;
}

SECTION("tc") int utsu_in(struct __sk_buff *ctx) {
  return is_readable(ctx) ? engine(ctx, AT_TC, ctx->ifindex) : TC_ACT_UNSPEC;
}

/** Where utsu_xdp sees the packets first: what it cannot do, for connections of real servers. */
SECTION("tc") int utsu_after(struct __sk_buff *ctx) {
  return is_readable(ctx) ? engine(ctx, BEHIND_XDP, ctx->ifindex) : TC_ACT_UNSPEC;
}

/** Nothing leaves to whom this host is dead; suspects see another stack, and late. */
SECTION("tc") int utsu_out(struct __sk_buff *ctx) {
  const __u64 now = clock_coarse();
  const struct ethernet *ethernet = start_of(ctx, false);
  if (!is_alive(now) || (void *)(ethernet + 1) > end_of(ctx, false)) return TC_ACT_UNSPEC;
  struct mac mac = {};
  __builtin_memcpy(mac.byte, ethernet->to, 6);
  return is_dead_to(&mac, now) ? TC_ACT_SHOT : on_leaving(ctx, ethernet->type, now);
}

SECTION("sk_lookup") int utsu_turn(struct bpf_sk_lookup *ctx) {
  const __u64 now = clock_coarse();
  return is_alive(now) ? hand_over(ctx, now) : SK_PASS;
}

SECTION("license") char terms[] = "Dual BSD/GPL";
