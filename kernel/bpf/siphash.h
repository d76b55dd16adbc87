/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * SipHash-2-4 (Aumasson and Bernstein, 2012) of messages of known size, eight little-endian bytes at a time. The last word carries the
 * message's size in its highest byte.
 */
#pragma once
#include "bpf.h"

struct sip {
  __u64 v0, v1, v2, v3;
};

INLINE __u64 rotated(__u64 value, int by) {
  return value << by | value >> (64 - by);
}

INLINE void sip_round(struct sip *s) {
  s->v0 += s->v1, s->v1 = rotated(s->v1, 13) ^ s->v0, s->v0 = rotated(s->v0, 32);
  s->v2 += s->v3, s->v3 = rotated(s->v3, 16) ^ s->v2;
  s->v0 += s->v3, s->v3 = rotated(s->v3, 21) ^ s->v0;
  s->v2 += s->v1, s->v1 = rotated(s->v1, 17) ^ s->v2, s->v2 = rotated(s->v2, 32);
}

INLINE void sip_start(struct sip *s, const __u64 key[2]) {
  s->v0 = key[0] ^ 0x736f6d6570736575, s->v1 = key[1] ^ 0x646f72616e646f6d;
  s->v2 = key[0] ^ 0x6c7967656e657261, s->v3 = key[1] ^ 0x7465646279746573;
}

INLINE void sip_word(struct sip *s, __u64 word) {
  s->v3 ^= word;
  sip_round(s), sip_round(s);
  s->v0 ^= word;
}

INLINE __u64 sip_end(struct sip *s) {
  s->v2 ^= 0xff;
  sip_round(s), sip_round(s), sip_round(s), sip_round(s);
  return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}
