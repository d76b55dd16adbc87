/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A packet's headers as the fields that patterns look at (src/patterns/tables.ts, FIELD), and the beginning of its payload. */
#pragma once
#include "packet.h"
#include "tables.h"

/** RFC 9293 §3.2: kind 1, and from kind 2 on a length that counts itself. What does not fit ends the list. */
__attribute__((noinline)) int read_options(struct scratch *s, __u32 size) {
  if (!s) return 0;
  __u32 kinds = 0, order = 0, count = 0;
  __u32 at = 0;
  for (__u32 step = 0; step < 40 && at < size && at < 40; step++) {
    const __u32 here = at & 63;
    const __u32 kind = s->options[here];
    if (!kind) break;
    const __u32 length = kind == 1 ? 1 : at + 1 < size ? s->options[(here + 1) & 63] : 0;
    if ((kind > 1 && length < 2) || !length || at + length > size) break;
    if (kind < 32) kinds |= 1u << kind;
    if (count < 8) order |= (kind < 15 ? kind : 15) << (4 * count);
    const __u32 high = s->options[(here + 2) & 63] << 8 | s->options[(here + 3) & 63];
    if (kind == 2 && length == 4) s->field[FIELD_MSS] = high;
    if (kind == 3 && length == 3) s->field[FIELD_WINDOW_SCALE] = high >> 8;
    if (kind == 8 && length == 10) s->field[FIELD_TIMESTAMP] = high << 16 | s->options[(here + 4) & 63] << 8 | s->options[(here + 5) & 63];
    count++, at += length;
  }
  s->field[FIELD_OPTION_KINDS] = kinds, s->field[FIELD_OPTION_ORDER] = order;
  return 0;
}

/** @param target the last four bytes of the destination address */
INLINE void tcp_fields(struct scratch *s, const struct packet *p, const struct tcp *tcp, __u32 target) {
  s->field[FIELD_TCP_FLAGS] = (tcp->offset & 15) << 8 | tcp->flags;
  s->field[FIELD_WINDOW] = swap16(tcp->window), s->field[FIELD_URGENT] = swap16(tcp->urgent);
  s->field[FIELD_SEQUENCE] = p->sequence, s->field[FIELD_ACKNOWLEDGEMENT] = p->acknowledgement;
  s->field[FIELD_OPTIONS_SIZE] = p->header - TCP_BYTES;
  s->field[FIELD_SEQUENCE_BY_ADDRESS] = p->sequence ^ target;
  s->field[FIELD_ID_BY_TARGET] = (target ^ p->to_port ^ p->sequence ^ s->field[FIELD_IP_ID]) & 0xffff;
}

INLINE void ip_fields(struct scratch *s, const struct packet *p, const void *start, const bool is_ipv6) {
  if (is_ipv6) {
    const struct ipv6 *ip = start;
    s->field[FIELD_TTL] = ip->hops, s->field[FIELD_TOS] = swap32(ip->version) >> 20 & 255;
    s->field[FIELD_IP_SIZE] = IPV6_BYTES + swap16(ip->size);
  } else {
    const struct ipv4 *ip = start;
    s->field[FIELD_TTL] = ip->ttl, s->field[FIELD_TOS] = ip->service, s->field[FIELD_IP_ID] = swap16(ip->id);
    s->field[FIELD_FRAGMENT] = swap16(ip->fragment), s->field[FIELD_IP_SIZE] = swap16(ip->size);
  }
  s->field[FIELD_IP_PROTOCOL] = p->protocol, s->field[FIELD_SAME_ADDRESS] = are_same(&p->from, &p->to);
  s->family = is_ipv6 ? BIT_IPV6 : BIT_IPV4;
}

INLINE __u8 protocol_bit(const struct packet *p, const bool is_ipv6) {
  if (p->protocol == PROTOCOL_TCP) return BIT_TCP;
  if (p->protocol == PROTOCOL_UDP) return BIT_UDP;
  if (p->protocol == PROTOCOL_ICMP && !is_ipv6) return BIT_ICMP;
  return p->protocol == PROTOCOL_ICMPV6 && is_ipv6 ? BIT_ICMPV6 : BIT_OTHER;
}

/** Nothing is no mistake; more than `most` is. */
INLINE bool load_bytes(void *ctx, const bool xdp, __u32 at, void *to, __u64 size, const __u32 most) {
  if (!size) return true;
  const __u64 last = kept(size - 1);
  if (last >= most) return false;
  return xdp ? !xdp_load(ctx, at, to, last + 1) : !skb_load(ctx, at, to, last + 1);
}

/** @return false where the packet is broken, so nothing may be matched */
INLINE bool read_fields(void *ctx, const bool xdp, const bool is_ipv6, const struct packet *p, struct scratch *s) {
  const __u32 ip_bytes = is_ipv6 ? IPV6_BYTES : IPV4_BYTES, transport = ETHERNET_BYTES + ip_bytes;
  const void *start = start_of(ctx, xdp), *end = end_of(ctx, xdp);
  __builtin_memset(s->field, 0, sizeof s->field);
  if (start + transport > end) return false;
  ip_fields(s, p, start + ETHERNET_BYTES, is_ipv6);
  s->protocol = protocol_bit(p, is_ipv6), s->direction = BIT_IN;
  __u32 payload = s->field[FIELD_IP_SIZE] - ip_bytes, at = transport;
  if (s->protocol == BIT_TCP) {
    if (start + transport + TCP_BYTES > end) return false;
    tcp_fields(s, p, start + transport, swap32(p->to.word[3]));
    payload -= p->header, at += p->header;
    __u32 options = p->header - TCP_BYTES;
    if (!load_bytes(ctx, xdp, transport + TCP_BYTES, s->options, options, 40)) return false;
    if (options) read_options(s, options);
  } else if (s->protocol != BIT_OTHER) {
    const __u16 *word = start + transport;
    if ((void *)(word + 4) > end || payload < 8) return false;
    const __u32 size = s->protocol == BIT_UDP ? swap16(word[2]) : payload;
    if (size < 8 || size > payload) return false;
    payload = size - 8, at += 8;
    if (s->protocol != BIT_UDP) {
      s->field[FIELD_ICMP_TYPE] = word[0] & 255, s->field[FIELD_ICMP_CODE] = word[0] >> 8;
      s->field[FIELD_ICMP_ID] = swap16(word[2]), s->field[FIELD_ICMP_SEQUENCE] = swap16(word[3]);
    }
  }
  if (s->protocol & (BIT_TCP | BIT_UDP)) {
    s->field[FIELD_FROM_PORT] = p->from_port, s->field[FIELD_TO_PORT] = p->to_port;
    s->field[FIELD_SAME_PORT] = p->from_port == p->to_port;
  }
  s->field[FIELD_PAYLOAD_SIZE] = payload;
  __u32 size = payload < PAYLOAD_BYTES ? payload : PAYLOAD_BYTES;
  s->payload_size = size;
  s->packet = (s->packet + 1) & 0xffffff;
  return load_bytes(ctx, xdp, at, s->payload, size, PAYLOAD_BYTES);
}
