/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Ends a real server's connection whose segment matched, and speaks to its client in the server's place. The segment itself becomes an RST
 * that fits exactly, so the server's socket is gone at once, without TIME-WAIT; a copy of it, turned round, is what the client gets: the
 * nonsense and the end of the connection, the end alone (its next connection is handed over), or one byte taken and a closed window.
 *
 * What the client sends afterwards belongs to no socket, and no RST of the kernel may show that. An ended connection leaves a mark in
 * `marks_map`, whose size is fixed: there a bare ACK is dropped, all else acknowledged with an end. A held one needs no mark: since only
 * one byte was taken, its client says the rest again and again, and what a suspect says to a listening port outside of any connection gets
 * a closed window. No bare ACK and no RST is ever answered, so nothing goes in circles; no answer is larger than what it answers, but the
 * nonsense.
 *
 * Only behind the stack's own hook can the numbers of a socket be read, so where the engine sits at XDP, a program at tc does this.
 */
#pragma once
#include "marks.h"
#include "tables.h"
#include "unused.h"

enum { TCP_LISTEN = 10, NEARBY = 65536, SPEAK = -1001, WINDOW = 502 };
static const __u64 TURNED_FOR = 600000000000;

/** What is said in the server's place. */
struct turn {
  struct segment segment;
  /** None: no bytes. */
  const struct reply *reply;
  struct tables *tables;
  /** Whether a socket is to end, and at which number. */
  bool ends;
  __u32 next;
};

/** How a packet stands to what this host knows. */
struct standing_of_flow {
  __u8 flow;
  /** A socket of this host would get it, or the kernel itself answers. */
  bool is_real;
  /** The socket is no listener. */
  bool is_connection;
  /** Its numbers fit both sides of a connection: its source is who it says. */
  bool is_proved;
  /** What the socket takes next; where that is not known, this packet. */
  __u32 next;
};

/** Blind guesses fit once in 2^47 times. */
INLINE void read_numbers(struct standing_of_flow *found, const struct packet *p, struct bpf_sock *socket) {
  const struct bpf_tcp_sock *numbers = tcp_socket(socket);
  if (!numbers) return;
  found->next = numbers->rcv_nxt;
  found->is_proved =
      p->sequence - numbers->rcv_nxt + NEARBY < 2 * NEARBY && p->acknowledgement - numbers->snd_una <= numbers->snd_nxt - numbers->snd_una;
}

/** RFC 7323 appendix A: where stacks put their timestamps. */
struct stamps {
  __u32 head, value, echo;
};

INLINE bool read_stamps(void *ctx, const struct packet *p, __u32 at, struct stamps *stamps) {
  return p->header >= TCP_BYTES + sizeof *stamps && !skb_load(ctx, at + TCP_BYTES, stamps, sizeof *stamps) &&
         stamps->head == swap32(0x0101080a);
}

/** Begins small and grows: so no page of the old packet stays, nor a checksum of the device's over all of it. */
INLINE bool remake(void *ctx, __u32 headers, __u32 size) {
  return !skb_resize(ctx, headers, 0) && !skb_resize(ctx, headers + 1, 0) && resize(ctx, false, size);
}

/** All headers, from p->to to p->from. @param stamps none: no timestamps */
INLINE bool write_headers(struct __sk_buff *ctx, const bool is_ipv6, const struct packet *p, const struct segment *s,
                          const struct stamps *stamps, const struct reply *reply, bool unfinished) {
  const __u32 at = ETHERNET_BYTES + (is_ipv6 ? IPV6_BYTES : IPV4_BYTES), tcp_bytes = TCP_BYTES + (stamps ? sizeof *stamps : 0);
  const __u32 payload = reply ? reply->size : 0;
  struct made made = {};
  __u32 *word = made_at(&made, at);
  write_ip(&made, is_ipv6, p, at - ETHERNET_BYTES + tcp_bytes + payload);
  __u64 rest = reply ? reply->sum : 0;
  if (stamps) {
    word[5] = stamps->head, word[6] = stamps->echo, word[7] = stamps->value;
    rest += (__u64)word[5] + word[6] + word[7];
  }
  const struct following following = {.words = tcp_bytes / 4, .payload = payload, .sum = rest};
  write_tcp(word, p, s, &following, unfinished);
  return store_headers(ctx, false, &made, at + tcp_bytes);
}

/** Makes the packet one of the client's to the server again, in the server's direction. */
INLINE void turn_round(struct packet *p) {
  const struct address from = p->from;
  const __u16 port = p->from_port;
  const struct mac mac = p->mac;
  p->from = p->to, p->to = from, p->from_port = p->to_port, p->to_port = port;
  __builtin_memcpy(p->mac.byte, p->own_mac, 6), __builtin_memcpy(p->own_mac, mac.byte, 6);
}

/** What did not work costs a packet, which comes again: it never reaches the server. */
INLINE int speak(struct __sk_buff *ctx, const bool is_ipv6, struct packet *p, const struct turn *turn) {
  const __u32 at = ETHERNET_BYTES + (is_ipv6 ? IPV6_BYTES : IPV4_BYTES), headers = at + TCP_BYTES;
  const struct reply *reply = turn->reply;
  const __u32 size = reply ? reply->size : 0;
  struct stamps stamps = {};
  const bool has_stamps = read_stamps(ctx, p, at, &stamps);
  const __u32 in_front = has_stamps ? headers + sizeof stamps : headers;
  const bool unfinished = is_unfinished(p, start_of(ctx, false) + at, end_of(ctx, false));
  if (size > REPLY_BYTES || !remake(ctx, headers, in_front + size)) return drop(false);
  if (!write_headers(ctx, is_ipv6, p, &turn->segment, has_stamps ? &stamps : 0, reply, unfinished)) return drop(false);
  if (reply && turn->tables &&
      !store_bytes(ctx, false, in_front, &turn->tables->reply_bytes[reply->first & (REPLY_ALL - 1)], size, REPLY_BYTES))
    return drop(false);
  if (!turn->ends) return send_back(ctx, false);
  if (send_copy(ctx, ctx->ifindex, 0) || !resize(ctx, false, headers)) return drop(false);
  const struct segment reset = {.flags = RST | ACK, .sequence = turn->next, .acknowledgement = turn->segment.sequence};
  turn_round(p);
  if (!write_headers(ctx, is_ipv6, p, &reset, 0, 0, unfinished)) return drop(false);
  count(COUNT_ENDED);
  return pass(false);
}

/** All that was sent is taken, and the connection ends. */
INLINE void end_of_all(struct segment *s, const struct packet *p) {
  s->flags = FIN | ACK, s->window = WINDOW;
  s->sequence = p->acknowledgement, s->acknowledgement = p->sequence + p->payload + (p->flags & FIN ? 1 : 0);
}

/** @param taken up to where the client's bytes are acknowledged */
INLINE void closed_window(struct segment *s, const struct packet *p, __u32 taken) {
  s->flags = ACK, s->window = 0, s->sequence = p->acknowledgement, s->acknowledgement = taken;
}

INLINE void enter_suspect(const struct packet *p, __u64 now) {
  const struct standing standing = {.until = now + TURNED_FOR, .state = STATE_SUSPECT};
  const struct address source = source_of(&p->from);
  if (!is_suspect(&p->from, now)) map_set(&hostile, &source, &standing, BPF_ANY);
}

/** The state of the socket that would get the packet; 0: there is none. */
INLINE __u32 socket_state(void *ctx, const bool is_ipv6, const struct packet *p) {
  struct bpf_sock_tuple between;
  const __u32 size = fill_between(&between, p, is_ipv6);
  struct bpf_sock *socket = socket_find(ctx, &between, size, (__u64)-1, 0);
  if (!socket) return 0;
  const __u32 state = socket->state;
  socket_release(socket);
  return state;
}

/** A packet whose connection had no socket yet matched, so nothing proved its source. Now it has one: whether that was told. */
INLINE bool is_told(void *ctx, const bool is_ipv6, struct packet *p, __u32 detail, __u64 now) {
  struct standing_of_flow found = {};
  struct bpf_sock_tuple between;
  const __u32 size = fill_between(&between, p, is_ipv6);
  struct bpf_sock *socket = socket_find(ctx, &between, size, (__u64)-1, 0);
  if (!socket) return false;
  if (socket->state != TCP_LISTEN) read_numbers(&found, p, socket);
  socket_release(socket);
  if (found.is_proved) tell(p, EVENT_PATTERN, detail | MATCH_PROVED, now);
  return found.is_proved;
}

/**
 * A segment with ACK, without SYN and RST, of a connection that the engine ended or holds.
 *
 * @param may_hold whether there are patterns for this port that look into payloads: else no connection to it was ever held
 */
INLINE int on_ended(void *ctx, const bool is_ipv6, struct packet *p, bool may_hold, struct turn *turn, __u64 now) {
  const __u32 tag = tag_of(p);
  struct marks *marks = marks_at(tag);
  if (!marks) return GO_ON;
  struct mark *mark = mark_of(marks, tag);
  if (mark && mark_kind(mark) == MARK_TURNED) return GO_ON;
  if (mark && mark_kind(mark) == MARK_UNPROVED) {
    if (is_told(ctx, is_ipv6, p, mark->detail, now)) mark->since = 0;
    return GO_ON;
  }
  if (!mark && (!may_hold || !p->payload || is_tracked(tag) || !is_suspect(&p->from, now))) return GO_ON;
  const __u32 state = socket_state(ctx, is_ipv6, p);
  if (state && state != TCP_LISTEN) {
    if (mark) mark->since = 0;
    return GO_ON;
  }
  if ((!mark && !state) || !is_own(&p->to) || is_trusted(&p->from)) return GO_ON;
  const bool is_held = !mark || mark_kind(mark) == MARK_HELD;
  if (!p->payload && (is_held || !(p->flags & FIN))) return drop(false);
  if (is_held)
    closed_window(&turn->segment, p, p->sequence);
  else
    end_of_all(&turn->segment, p);
  count(is_held ? COUNT_PROBES : COUNT_LAST_WORDS);
  return SPEAK;
}
