/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How this host's stack looks to suspects: what it sends them by itself gets another time to live, another identification, and the options
 * of a SYN-ACK stand in another order. Values stay, so what was agreed between both ends holds; lengths stay, so nothing moves.
 *
 * What must stay true: the program writes by helpers alone. One that writes into a packet directly makes the kernel copy the headers of
 * every packet that leaves, also of those that are no business of ours. Checksums follow by the difference, and the kernel knows where it
 * is still to make them (CHECKSUM_PARTIAL), so segments of any size are right.
 */
#pragma once
#include "answer.h"

enum { IDENTIFICATION_STAYS, IDENTIFICATION_ZERO, IDENTIFICATION_SEQUENTIAL, IDENTIFICATION_RANDOM };
enum { ORDER_PLACES = 16, OPTION_BYTES = 40 };
/** RFC 9293 §3.2, RFC 7323, RFC 2018. */
enum { KIND_END, KIND_NOP, KIND_MSS, KIND_SCALE, KIND_SACK, KIND_TIMESTAMPS = 8 };

/** What suspects get; written by the steward. */
struct toward_suspects {
  /** 0: nothing at all is to be done to what leaves. */
  __u8 wanted;
  /** 0: stays. */
  __u8 hops;
  __u8 identification;
  /** Of `order`; 0: options stay. */
  __u8 places;
  __u8 order[ORDER_PLACES];
  /** The last identification, where they count. */
  __u32 counted;
};

struct {
  NUMBER(type, BPF_MAP_TYPE_ARRAY);
  NUMBER(max_entries, 1);
  TYPE(key, __u32);
  TYPE(value, struct toward_suspects);
} toward_suspects SECTION(".maps");

/** Options of the SYN-ACK at hand; one a processor. */
struct reordering {
  __u8 old[64], made[64];
  /** For each kind one more than where it stands; 0: it is not there. */
  __u8 place[16];
  __u32 size, at, out, spare;
};

struct {
  NUMBER(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  NUMBER(max_entries, 1);
  TYPE(key, __u32);
  TYPE(value, struct reordering);
} reordering SECTION(".maps");

/** What is known of a packet that leaves. */
struct outgoing {
  struct address from, to;
  bool is_ipv6;
  __u8 protocol, hops;
  __u16 identification, fragment, size, check;
  /** Where the transport header begins. */
  __u32 transport;
};

INLINE __u32 option_size(__u32 kind) {
  if (kind == KIND_MSS) return 4;
  if (kind == KIND_SCALE) return 3;
  if (kind == KIND_SACK) return 2;
  return kind == KIND_TIMESTAMPS ? 10 : 0;
}

enum { NEXT_OPTION, NO_MORE_OPTIONS, STRANGE_OPTION };

/** Takes note of the option at `at`. What is counted stands in memory, since the verifier would follow each number a register can have. */
__attribute__((noinline)) int find_option(struct reordering *r) {
  if (!r) return STRANGE_OPTION;
  const __u32 at = r->at, kind = r->old[at & 63];
  if (at >= r->size || kind == KIND_END) return NO_MORE_OPTIONS;
  const __u32 size = kind == KIND_NOP ? 1 : option_size(kind);
  r->at += size;
  if (kind == KIND_NOP) return NEXT_OPTION;
  if (!size || r->old[(at + 1) & 63] != size || at + size > r->size || r->place[kind & 15]) return STRANGE_OPTION;
  r->place[kind & 15] = at + 1, r->spare -= size;
  return NEXT_OPTION;
}

/** False: there is an option that is not known, or twice, so all stay. */
INLINE bool find_options(struct reordering *r) {
  r->spare = r->size;
  int found = NEXT_OPTION;
  for (__u32 step = 0; step <= OPTION_BYTES && found == NEXT_OPTION; step++) found = find_option(r);
  return found == NO_MORE_OPTIONS;
}

__attribute__((noinline)) int put_option(struct reordering *r, __u32 kind) {
  if (!r) return 0;
  const __u32 place = r->place[kind & 15], size = option_size(kind);
  if (!place) return 0;
  for (__u32 step = 0; step < 10; step++)
    if (step < size) r->made[(r->out + step) & 63] = r->old[(place - 1 + step) & 63];
  r->out += size, r->place[kind & 15] = 0;
  return 1;
}

__attribute__((noinline)) int put_nop(struct reordering *r) {
  if (!r || !r->spare) return 0;
  r->made[r->out & 63] = KIND_NOP;
  r->out++, r->spare--;
  return 1;
}

/** What the wanted order does not name comes behind, then what is left of the room. */
INLINE void order_options(struct reordering *r, const struct toward_suspects *wanted) {
  for (__u32 at = 0; at < ORDER_PLACES && at < wanted->places; at++) {
    const __u32 kind = wanted->order[at];
    if (kind == KIND_NOP)
      put_nop(r);
    else
      put_option(r, kind);
  }
  put_option(r, KIND_MSS), put_option(r, KIND_SACK), put_option(r, KIND_TIMESTAMPS), put_option(r, KIND_SCALE);
  for (__u32 step = 0; step < OPTION_BYTES; step++)
    if (!put_nop(r)) break;
}

INLINE void rewrite_options(struct __sk_buff *ctx, const struct toward_suspects *wanted, const struct outgoing *o) {
  const __u32 zero = 0;
  __u8 head[2];
  struct reordering *r = map_find(&reordering, &zero);
  if (!r || skb_load(ctx, o->transport + 12, head, sizeof head) || (head[1] & (SYN | ACK | RST | FIN)) != (SYN | ACK)) return;
  const __u64 last = kept((head[0] >> 4) * 4 - TCP_BYTES - 1);
  if (last >= OPTION_BYTES) return;
  __builtin_memset(r, 0, sizeof *r);
  r->size = last + 1;
  if (skb_load(ctx, o->transport + TCP_BYTES, r->old, last + 1) || !find_options(r)) return;
  order_options(r, wanted);
  const __s64 difference = sum_difference(r->old, OPTION_BYTES, r->made, OPTION_BYTES, 0);
  if (!difference || skb_store(ctx, o->transport + TCP_BYTES, r->made, last + 1, 0)) return;
  skb_fix_transport(ctx, o->transport + 16, 0, difference, 0);
}

/** RFC 6864 §4.1: only what may be fragmented on its way needs an identification of its own. */
INLINE __u16 identification_of(struct __sk_buff *ctx, struct toward_suspects *wanted, const struct outgoing *o) {
  const bool is_atomic = o->fragment & swap16(DONT_FRAGMENT) || swap16(o->size) <= 576;
  if (wanted->identification == IDENTIFICATION_ZERO) return is_atomic ? 0 : o->identification;
  if (wanted->identification == IDENTIFICATION_RANDOM) return chance();
  const __u32 segments = ctx->gso_segs ? ctx->gso_segs : 1;
  return swap16(__sync_fetch_and_add(&wanted->counted, segments) + 1);
}

/** Below: who sends so few means it, as traceroute(8) does. */
enum { FEWEST_HOPS = 32 };

INLINE void rewrite_ipv4(struct __sk_buff *ctx, struct toward_suspects *wanted, const struct outgoing *o) {
  const __u8 ttl = wanted->hops && o->hops >= FEWEST_HOPS ? wanted->hops : o->hops;
  const bool stays = !wanted->identification || o->fragment & swap16(0x3fff);
  const __u16 identification = stays ? o->identification : identification_of(ctx, wanted, o);
  // RFC 1624 §3, of the two words that change.
  const __u64 sum = (__u16)~o->check + (__u64)(__u16)~o->identification + identification + (__u16) ~(o->hops | o->protocol << 8) +
                    (ttl | o->protocol << 8);
  __u16 word[4] = {identification, o->fragment, ttl | o->protocol << 8, ~folded(sum)};
  if (ttl != o->hops || identification != o->identification) skb_store(ctx, ETHERNET_BYTES + 4, word, sizeof word, 0);
}

INLINE void rewrite(struct __sk_buff *ctx, struct toward_suspects *wanted, const struct outgoing *o) {
  if (!o->is_ipv6)
    rewrite_ipv4(ctx, wanted, o);
  else if (wanted->hops && o->hops >= FEWEST_HOPS && wanted->hops != o->hops)
    skb_store(ctx, ETHERNET_BYTES + 7, &wanted->hops, 1, 0);
  if (wanted->places && o->protocol == PROTOCOL_TCP && !(o->fragment & swap16(0x3fff))) rewrite_options(ctx, wanted, o);
}
