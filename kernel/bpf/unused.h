/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * TCP ports that nobody listens on, answered without a memory. Our initial sequence number is SipHash(key, addresses and ports) XOR the
 * visitor's, so any later segment tells by itself whether it belongs to a connection that we opened:
 *
 *     visitor's ISN = (acknowledgement - 1 - what we sent) XOR SipHash(...)
 *
 * and a segment that fits proves its source's address. What does not fit is the kernel's: it answers RST, as for any closed port. So is
 * everything to a port that has a socket, at that very packet: a service that was started a moment ago is reachable. A bare RST carries
 * nothing of our number, so it proves nothing.
 */
#pragma once
#include "answer.h"
#include "siphash.h"

INLINE __u32 cookie(const struct packet *p, const bool is_ipv6, const struct settings *settings) {
  struct sip s;
  const __u32 ports = swap16(p->from_port) | (__u32)swap16(p->to_port) << 16;
  sip_start(&s, settings->key);
  if (is_ipv6) {
    sip_word(&s, p->from.word[0] | (__u64)p->from.word[1] << 32), sip_word(&s, p->from.word[2] | (__u64)p->from.word[3] << 32);
    sip_word(&s, p->to.word[0] | (__u64)p->to.word[1] << 32), sip_word(&s, p->to.word[2] | (__u64)p->to.word[3] << 32);
    sip_word(&s, ports | (__u64)36 << 56);
  } else {
    sip_word(&s, p->from.word[3] | (__u64)p->to.word[3] << 32);
    sip_word(&s, ports | (__u64)12 << 56);
  }
  return sip_end(&s);
}

INLINE __u32 fill_between(struct bpf_sock_tuple *between, const struct packet *p, const bool is_ipv6) {
  if (is_ipv6) {
    __builtin_memcpy(between->ipv6.saddr, &p->from, 16), __builtin_memcpy(between->ipv6.daddr, &p->to, 16);
    between->ipv6.sport = swap16(p->from_port), between->ipv6.dport = swap16(p->to_port);
    return sizeof between->ipv6;
  }
  between->ipv4.saddr = p->from.word[3], between->ipv4.daddr = p->to.word[3];
  between->ipv4.sport = swap16(p->from_port), between->ipv4.dport = swap16(p->to_port);
  return sizeof between->ipv4;
}

/** A listener or a connection, also one that waits. */
INLINE bool has_socket(void *ctx, const bool is_ipv6, const struct packet *p) {
  struct bpf_sock_tuple between;
  const __u32 size = fill_between(&between, p, is_ipv6);
  void *socket = socket_find(ctx, &between, size, (__u64)-1, 0);
  if (!socket) return false;
  socket_release(socket);
  return true;
}

INLINE struct decoy *decoy_of(const struct packet *p) {
  const __u32 port = p->to_port;
  const __u16 *role = map_find(&roles, &port);
  if (!role || !*role) return 0;
  const __u32 number = *role;
  return map_find(&decoys, &number);
}

INLINE int on_syn(void *ctx, const bool xdp, const bool is_ipv6, struct packet *p, const struct settings *settings, __u64 now) {
  if (!is_own(&p->to) || (!p->is_nobodys && has_socket(ctx, is_ipv6, p)) || is_trusted(&p->from)) return pass(xdp);
  if (settings->options & OPTION_SCANS) tell(p, EVENT_UNUSED, 0, now);
  struct decoy *decoy = decoy_of(p);
  if (!decoy || !decoy->kind) return pass(xdp);
  count(COUNT_SYN_ACKS);
  const struct segment s = {.flags = SYN | ACK,
                            .window = decoy->window,
                            .sequence = cookie(p, is_ipv6, settings) ^ p->sequence,
                            .acknowledgement = p->sequence + 1,
                            .mss = decoy->mss};
  return answer(ctx, xdp, is_ipv6, p, &s);
}

/** Takes nothing and keeps the connection: answers probes of the window, which stays closed, and nothing else. */
INLINE bool answer_of_tarpit(const struct packet *p, __s32 ahead, struct segment *s) {
  s->flags = ACK, s->window = 0, s->sequence = p->acknowledgement, s->acknowledgement = p->sequence - ahead;
  return !(p->flags & FIN) && (ahead < 0 || p->payload);
}

/** What of our side the visitor has seen: nothing but the SYN-ACK, the banner, our FIN. */
enum progress { SEEN_NOTHING, SEEN_BANNER, SEEN_END };

/** @param ahead how many bytes the visitor has sent before this segment; -1: a probe */
INLINE bool answer_of_banner(const struct packet *p, struct decoy *decoy, __s32 ahead, const enum progress progress, struct segment *s) {
  const bool at_once = decoy->ending == ENDING_AT_ONCE;
  const bool speaks = progress == SEEN_NOTHING && !ahead && !p->payload && !(p->flags & FIN) && (decoy->size || at_once);
  const bool ends =
      speaks ? at_once : progress != SEEN_END && (p->flags & FIN || (p->payload && ahead >= 0 && decoy->ending == ENDING_AFTER_FIRST));
  if (!speaks && !p->payload && !(p->flags & FIN) && ahead >= 0) return false;
  const __u32 unseen = progress == SEEN_NOTHING && !speaks ? decoy->size + at_once : 0;
  s->flags = ACK | (ends ? FIN : 0) | (speaks && decoy->size ? PSH : 0);
  s->window = decoy->window, s->sequence = p->acknowledgement + unseen;
  s->acknowledgement = ahead < 0 ? p->sequence + 1 : p->sequence + p->payload + (p->flags & FIN ? 1 : 0);
  if (speaks && decoy->size) s->banner = decoy;
  return true;
}

enum { MOST_AHEAD = 65535 };

/** What a segment says of its connection, and whether it says so by numbers that fit exactly. */
struct place {
  enum progress progress;
  __s32 ahead;
  bool is_exact;
};

/** @param heard how many bytes of ours the segment acknowledges behind the SYN-ACK */
INLINE __s32 ahead_of(const struct packet *p, __u32 hash, __u32 heard) {
  return p->sequence - ((p->acknowledgement - 1 - heard) ^ hash) - 1;
}

INLINE bool at(struct place *place, enum progress progress, __s32 ahead) {
  place->progress = progress, place->ahead = ahead;
  return true;
}

/**
 * First the places where the visitor has sent nothing: exact, as 32 bits fit. Behind them both counts move, and XOR carries them into each
 * other: there the visitor is taken to have heard all. A wrong guess costs that visitor an odd segment, nobody anything.
 */
INLINE bool find_place(const struct packet *p, const struct decoy *decoy, __u32 hash, struct place *place) {
  const bool is_tarpit = decoy->kind == DECOY_TARPIT;
  const __u32 said = decoy->size;
  const __s32 nothing = ahead_of(p, hash, 0), banner = ahead_of(p, hash, said), all = ahead_of(p, hash, said + 1);
  place->is_exact = true;
  if (nothing == 0 || (is_tarpit && nothing == -1)) return at(place, SEEN_NOTHING, nothing);
  if (is_tarpit) return false;
  if (banner == 0) return at(place, SEEN_BANNER, 0);
  if (all == 0) return at(place, SEEN_END, 0);
  // Probes come when the visitor has heard what there is.
  if (banner == -1) return at(place, SEEN_BANNER, -1);
  if (all == -1) return at(place, SEEN_END, -1);
  place->is_exact = false;
  if (decoy->ending == ENDING_SILENT) return at(place, SEEN_BANNER, banner) && banner > 0 && banner <= MOST_AHEAD;
  return at(place, SEEN_END, all) && all > 0 && all <= MOST_AHEAD;
}

/** Any segment with ACK but a SYN-ACK. */
INLINE int on_ack(void *ctx, const bool xdp, const bool is_ipv6, struct packet *p, const struct settings *settings, __u64 now) {
  struct decoy *decoy = decoy_of(p);
  struct place place;
  if (!decoy || !decoy->kind || !find_place(p, decoy, cookie(p, is_ipv6, settings), &place)) return pass(xdp);
  if (!is_own(&p->to) || (!p->is_nobodys && has_socket(ctx, is_ipv6, p)) || is_trusted(&p->from)) return pass(xdp);
  if (place.is_exact) tell(p, EVENT_PROOF, decoy->kind, now);
  if (p->flags & RST) return drop(xdp);
  struct segment s = {};
  const bool is_tarpit = decoy->kind == DECOY_TARPIT;
  if (!(is_tarpit ? answer_of_tarpit(p, place.ahead, &s) : answer_of_banner(p, decoy, place.ahead, place.progress, &s))) return drop(xdp);
  count(is_tarpit ? COUNT_PROBES : s.banner ? COUNT_BANNERS : COUNT_SEGMENTS);
  return answer(ctx, xdp, is_ipv6, p, &s);
}
