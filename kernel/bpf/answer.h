/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Turns a packet into the answer to it, and sends it back where it came from. All checksums are made anew; where the device is to complete
 * that of a packet of this machine (it goes by the position, which stays), only the pseudo header's is written.
 */
#pragma once
#include "events.h"

/** Where the engine sits; the third is at tc for what cannot be done at XDP. */
enum place_of_engine { AT_TC, AT_XDP, BEHIND_XDP };
enum { GO_ON = -1000 };
enum { MSS_OPTION = 0x0204, HOPS = 64, DONT_FRAGMENT = 0x4000 };

struct segment {
  __u8 flags;
  __u16 window;
  __u32 sequence, acknowledgement;
  /** 0: no such option. */
  __u16 mss;
  /** Its banner is the payload; none without. */
  struct decoy *banner;
};

/** What follows a TCP header's first five words: how long the header is, how much it carries, the sum of options and payload. */
struct following {
  __u32 words, payload;
  __u64 sum;
};

/** The five words of the header; options are counted in, and written by the caller. */
INLINE void write_tcp(__u32 *word, const struct packet *p, const struct segment *s, const struct following *following, bool unfinished) {
  word[0] = swap16(p->to_port) | (__u32)swap16(p->from_port) << 16;
  word[1] = swap32(s->sequence), word[2] = swap32(s->acknowledgement);
  word[3] = following->words << 4 | (__u32)s->flags << 8 | (__u32)swap16(s->window) << 16;
  __u64 sum = pseudo_header(p, following->words * 4 + following->payload, PROTOCOL_TCP);
  if (!unfinished) sum = 0xffff ^ folded(sum + word[0] + word[1] + word[2] + word[3] + following->sum);
  word[4] = folded(sum);
}

INLINE void write_ipv4(struct ipv4 *ip, const struct packet *p, __u32 size) {
  ip->version = 0x45, ip->service = 0, ip->size = swap16(size), ip->id = 0, ip->fragment = swap16(DONT_FRAGMENT);
  ip->ttl = HOPS, ip->protocol = p->protocol, ip->from = p->to.word[3], ip->to = p->from.word[3];
  const __u64 sum = (__u64)0x45 + ip->size + ip->fragment + (HOPS | p->protocol << 8) + ip->from + ip->to;
  ip->check = 0xffff ^ folded(sum);
}

INLINE void write_ipv6(struct ipv6 *ip, const struct packet *p, __u32 size) {
  ip->version = 0x60, ip->size = swap16(size - IPV6_BYTES), ip->next = p->protocol, ip->hops = HOPS;
  __builtin_memcpy(ip->from, &p->to, 16), __builtin_memcpy(ip->to, &p->from, 16);
}

INLINE void write_ethernet(struct ethernet *ethernet, const struct packet *p) {
  __builtin_memcpy(ethernet->to, p->mac.byte, 6), __builtin_memcpy(ethernet->from, p->own_mac, 6);
  ethernet->type = swap16(p->is_ipv6 ? TYPE_IPV6 : TYPE_IPV4);
}

/** All of it is written anew, so it may grow at either end: behind, many frames have no room, in front at least 150 bytes. */
INLINE bool resize(void *ctx, const bool xdp, __u32 size) {
  if (xdp) {
    const int more = (int)size - (int)bytes_of(ctx, xdp);
    return !xdp_move_end(ctx, more) || (more > 0 && !xdp_move_start(ctx, -more));
  }
  return !skb_resize(ctx, size, 0) && !skb_pull(ctx, 0);
}

/**
 * Where headers are made: two bytes that nobody uses, Ethernet, IP, TCP. The program stores them by a helper: one that writes into packets
 * directly makes the kernel copy the headers of every packet that comes, also of those that pass.
 */
struct made {
  __u32 word[22];
};
enum { UNUSED_BYTES = 2, MADE_BYTES = 4 * 22 - UNUSED_BYTES };

INLINE void *made_at(struct made *made, __u32 at) {
  return (void *)made + UNUSED_BYTES + at;
}

INLINE void write_ip(struct made *made, const bool is_ipv6, const struct packet *p, __u32 size) {
  write_ethernet(made_at(made, 0), p);
  if (is_ipv6)
    write_ipv6(made_at(made, ETHERNET_BYTES), p, size);
  else
    write_ipv4(made_at(made, ETHERNET_BYTES), p, size);
}

INLINE int send_back(void *ctx, const bool xdp) {
  return xdp ? XDP_TX : (int)send_out(((struct __sk_buff *)ctx)->ifindex, 0);
}

INLINE int drop(const bool xdp) {
  return xdp ? XDP_DROP : TC_ACT_SHOT;
}

INLINE int pass(const bool xdp) {
  return xdp ? XDP_PASS : TC_ACT_UNSPEC;
}

/** Nothing is no mistake; more than `most` is. */
INLINE bool store_bytes(void *ctx, const bool xdp, __u32 at, __u8 *from, __u64 size, const __u32 most) {
  if (!size) return true;
  const __u64 last = kept(size - 1);
  if (last >= most) return false;
  return xdp ? !xdp_store(ctx, at, from, last + 1) : !skb_store(ctx, at, from, last + 1, 0);
}

/** The packet's first bytes become these. */
INLINE bool store_headers(void *ctx, const bool xdp, struct made *made, __u32 size) {
  return store_bytes(ctx, xdp, 0, made_at(made, 0), size, MADE_BYTES);
}

INLINE int answer(void *ctx, const bool xdp, const bool is_ipv6, const struct packet *p, const struct segment *s) {
  const __u32 ip_bytes = is_ipv6 ? IPV6_BYTES : IPV4_BYTES, tcp_bytes = s->mss ? 24 : 20, headers = ETHERNET_BYTES + ip_bytes + tcp_bytes;
  __u32 payload = s->banner ? s->banner->size : 0;
  const bool unfinished = !xdp && is_unfinished(p, start_of(ctx, xdp) + ETHERNET_BYTES + ip_bytes, end_of(ctx, xdp));
  if (payload > BANNER_BYTES || !resize(ctx, xdp, headers + payload)) return drop(xdp);
  struct made made = {};
  write_ip(&made, is_ipv6, p, ip_bytes + tcp_bytes + payload);
  __u32 *word = made_at(&made, ETHERNET_BYTES + ip_bytes);
  const __u32 option = swap32((__u32)MSS_OPTION << 16 | s->mss);
  const struct following following = {
      .words = tcp_bytes / 4, .payload = payload, .sum = (s->mss ? option : 0) + (__u64)(payload ? s->banner->sum : 0)};
  write_tcp(word, p, s, &following, unfinished);
  if (s->mss) word[5] = option;
  if (!store_headers(ctx, xdp, &made, headers)) return drop(xdp);
  if (payload && !store_bytes(ctx, xdp, headers, s->banner->banner, payload, BANNER_BYTES)) return drop(xdp);
  return send_back(ctx, xdp);
}
