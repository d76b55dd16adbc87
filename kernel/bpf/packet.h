/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the engine knows of a packet. Whatever it does not understand whole (fragments, IPv4 options, IPv6 extension headers, tunnels, a
 * VLAN tag) is none of its business: it passes.
 */
#pragma once
#include "maps.h"

enum { ETHERNET_BYTES = 14, IPV4_BYTES = 20, IPV6_BYTES = 40, TCP_BYTES = 20, MOST_HEADERS = 114 };
enum { TYPE_IPV4 = 0x0800, TYPE_IPV6 = 0x86dd };
enum { PROTOCOL_ICMP = 1, PROTOCOL_TCP = 6, PROTOCOL_UDP = 17, PROTOCOL_ICMPV6 = 58 };
enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16, URG = 32 };

struct packet {
  struct address from, to;
  struct mac mac;
  __u8 own_mac[6];
  bool is_ipv6;
  __u8 protocol, flags;
  /** In host order; 0 where there are none. */
  __u16 from_port, to_port;
  /** Bytes behind the TCP header. */
  __u16 payload;
  __u32 sequence, acknowledgement;
  __u32 interface;
  /** Of the TCP header, in bytes. */
  __u16 header;
  /** Of a TCP segment: it was looked for, and there is no socket that would get it. */
  bool is_nobodys;
};

/** Else the compiler keeps an address within the context, which the verifier forbids. */
INLINE void *apart(void *ctx) {
  return (void *)kept((__u64)ctx);
}

INLINE void *start_of(void *ctx, const bool xdp) {
  ctx = apart(ctx);
  return xdp ? (void *)(long)((struct xdp_md *)ctx)->data : (void *)(long)((struct __sk_buff *)ctx)->data;
}

INLINE void *end_of(void *ctx, const bool xdp) {
  ctx = apart(ctx);
  return xdp ? (void *)(long)((struct xdp_md *)ctx)->data_end : (void *)(long)((struct __sk_buff *)ctx)->data_end;
}

INLINE __u32 bytes_of(void *ctx, const bool xdp) {
  if (!xdp) return ((struct __sk_buff *)ctx)->len;
  // Else the compiler takes the difference of halves of pointers, which the verifier forbids.
  return kept(end_of(ctx, xdp) - start_of(ctx, xdp));
}

INLINE __u32 folded(__u64 sum) {
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return sum;
}

INLINE __u64 summed(const struct address *address) {
  return (__u64)address->word[0] + address->word[1] + address->word[2] + address->word[3];
}

/** RFC 9293 §3.1, RFC 8200 §8.1. That of mapped IPv4 addresses has 0xffff twice more, which is nothing in one's complement. */
INLINE __u64 pseudo_header(const struct packet *p, __u32 size, __u8 protocol) {
  return summed(&p->from) + summed(&p->to) + swap32(size) + ((__u32)protocol << 24);
}

INLINE void map_ipv4(struct address *address, __u32 word) {
  address->word[0] = address->word[1] = 0;
  address->word[2] = swap32(0xffff);
  address->word[3] = word;
}

INLINE bool are_same(const struct address *one, const struct address *other) {
  return !((one->word[0] ^ other->word[0]) | (one->word[1] ^ other->word[1]) | (one->word[2] ^ other->word[2]) |
           (one->word[3] ^ other->word[3]));
}

/**
 * Whether the device is still to complete the TCP checksum (CHECKSUM_PARTIAL), which is then only that of the pseudo header: so it is in
 * packets of this machine, never at XDP. Where there is no payload, one that is right as it stands is no such.
 */
INLINE bool is_unfinished(const struct packet *p, const void *tcp, const void *end) {
  if (tcp + sizeof(struct tcp) > end) return false;
  const __u64 pseudo = pseudo_header(p, p->header + p->payload, PROTOCOL_TCP);
  if (((const struct tcp *)tcp)->check != folded(pseudo)) return false;
  if (p->payload) return true;
  __u64 sum = pseudo;
  for (__u32 at = 0; at < 60; at += 4) {
    const __u32 *word = tcp + at;
    if (at >= p->header || (const void *)(word + 1) > end) break;
    sum += *word;
  }
  return folded(sum) != 0xffff;
}

/** Flags that no stack sends: NULL, FIN without ACK (Xmas too), SYN with FIN or RST. */
INLINE bool is_odd(__u8 flags) {
  if (flags & SYN) return flags & (FIN | RST);
  return !(flags & (RST | ACK));
}

INLINE bool read_ports(struct packet *p, const void *transport, const void *end, __u32 size) {
  const struct tcp *tcp = transport;
  if (p->protocol == PROTOCOL_UDP) {
    if (transport + 8 > end || size < 8) return false;
    p->from_port = swap16(tcp->from), p->to_port = swap16(tcp->to);
    return true;
  }
  if (p->protocol != PROTOCOL_TCP) return true;
  if (transport + sizeof *tcp > end) return false;
  p->header = (tcp->offset >> 4) * 4;
  if (p->header < TCP_BYTES || p->header > size) return false;
  p->from_port = swap16(tcp->from), p->to_port = swap16(tcp->to);
  p->sequence = swap32(tcp->sequence), p->acknowledgement = swap32(tcp->acknowledgement);
  p->flags = tcp->flags, p->payload = size - p->header;
  return true;
}

INLINE bool read_ipv4(struct packet *p, void *start, void *end, __u32 room) {
  const struct ipv4 *ip = start + ETHERNET_BYTES;
  if ((void *)(ip + 1) > end || ip->version != 0x45) return false;
  const __u32 size = swap16(ip->size);
  if (ip->fragment & swap16(0x3fff) || size < IPV4_BYTES || size > room) return false;
  map_ipv4(&p->from, ip->from), map_ipv4(&p->to, ip->to);
  p->protocol = ip->protocol;
  return read_ports(p, ip + 1, end, size - IPV4_BYTES);
}

/** RFC 8200 §4, RFC 6275, RFC 7401: hop-by-hop options, routing, fragment, destination options, mobility, host identity. */
INLINE bool is_extension(__u8 next) {
  return next == 0 || next == 43 || next == 44 || next == 60 || next == 135 || next == 139;
}

INLINE bool read_ipv6(struct packet *p, void *start, void *end, __u32 room) {
  const struct ipv6 *ip = start + ETHERNET_BYTES;
  if ((void *)(ip + 1) > end || swap16(ip->size) + IPV6_BYTES > room || is_extension(ip->next)) return false;
  __builtin_memcpy(&p->from, ip->from, 16), __builtin_memcpy(&p->to, ip->to, 16);
  p->is_ipv6 = true, p->protocol = ip->next;
  return read_ports(p, ip + 1, end, swap16(ip->size));
}
