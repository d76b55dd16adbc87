/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * For measuring alone: puts the same packet there before each run of a program, since the engine's answers take its place. What this costs
 * itself is measured with a program that does nothing, and subtracted. Where `number_at` is not 0, each run's packet has another number
 * there, such as another source: so one test run is a flood.
 */
#include "bpf.h"

enum { FRAME_BYTES = 512, BPF_MAP_TYPE_PROG_ARRAY = 3, TARGETS = 4 };
static long (*const run_next)(void *ctx, void *programs, __u32 which) = (void *)12;

struct frame {
  __u32 size, target;
  /** Where in the packet the number stands, four bytes in network order. */
  __u32 number_at, number;
  __u8 bytes[FRAME_BYTES];
};

struct {
  NUMBER(type, BPF_MAP_TYPE_ARRAY);
  NUMBER(max_entries, 1);
  TYPE(key, __u32);
  TYPE(value, struct frame);
} frame SECTION(".maps");

struct {
  NUMBER(type, BPF_MAP_TYPE_PROG_ARRAY);
  NUMBER(max_entries, TARGETS);
  NUMBER(key_size, sizeof(__u32));
  NUMBER(value_size, sizeof(__u32));
} xdp_targets SECTION(".maps");

struct {
  NUMBER(type, BPF_MAP_TYPE_PROG_ARRAY);
  NUMBER(max_entries, TARGETS);
  NUMBER(key_size, sizeof(__u32));
  NUMBER(value_size, sizeof(__u32));
} tc_targets SECTION(".maps");

/** The number's place in the frame's own bytes. */
INLINE void count_on(struct frame *wanted) {
  const __u64 at = kept(wanted->number_at);
  if (!at || at > FRAME_BYTES - 4) return;
  const __u32 number = swap32(wanted->number++);
  __builtin_memcpy(wanted->bytes + at, &number, 4);
}

SECTION("xdp") int bench_xdp(struct xdp_md *ctx) {
  const __u32 zero = 0;
  struct frame *wanted = map_find(&frame, &zero);
  if (!wanted || !wanted->size) return 0;
  const __u64 last = kept(wanted->size - 1);
  if (last >= FRAME_BYTES || xdp_move_end(ctx, (int)wanted->size - (int)kept(ctx->data_end - ctx->data))) return 0;
  count_on(wanted);
  if (xdp_store(ctx, 0, wanted->bytes, last + 1)) return 0;
  run_next(ctx, &xdp_targets, wanted->target);
  return 0;
}

SECTION("tc") int bench_tc(struct __sk_buff *ctx) {
  const __u32 zero = 0;
  struct frame *wanted = map_find(&frame, &zero);
  if (!wanted || !wanted->size) return 0;
  const __u64 last = kept(wanted->size - 1);
  count_on(wanted);
  if (last >= FRAME_BYTES || skb_resize(ctx, wanted->size, 0) || skb_store(ctx, 0, wanted->bytes, last + 1, 0)) return 0;
  run_next(ctx, &tc_targets, wanted->target);
  return 0;
}

/** A crowd of visitors, each with an address of its own in 10.0.0.0/8, who connect to one port. */
struct crowd {
  __u8 to[6], from[6];
  __u32 host;
  __u16 port, pad;
  __u32 next;
  __u64 sent, completed;
};

struct {
  NUMBER(type, BPF_MAP_TYPE_ARRAY);
  NUMBER(max_entries, 1);
  TYPE(key, __u32);
  TYPE(value, struct crowd);
} crowd SECTION(".maps");

INLINE __u32 ones(__u64 sum) {
  sum = (sum & 0xffffffff) + (sum >> 32), sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16), sum = (sum & 0xffff) + (sum >> 16);
  return 0xffff ^ (sum & 0xffff);
}

enum { ETHERNET = 14, WORDS = 10, PLAIN_BYTES = ETHERNET + 4 * WORDS, SEGMENT_SYN = 2, SEGMENT_ACK = 16 };
/** Words of a segment: five of IPv4, five of TCP, then options. */
enum { IP_FROM = 3, IP_TO, TCP_PORTS, TCP_SEQUENCE, TCP_ACKNOWLEDGEMENT, TCP_FLAGS, TCP_CHECK, TCP_OPTIONS };

/** Everything of it but its numbers: pages come back as others left them. */
INLINE void write_segment(void *start, const struct crowd *c, __u32 visitor, __u32 words, __u8 flags, __u64 options) {
  struct ethernet *e = start;
  __u32 *w = start + ETHERNET;
  __builtin_memcpy(e->to, c->to, 6), __builtin_memcpy(e->from, c->from, 6);
  e->type = swap16(0x0800);
  w[0] = 0x45 | (__u32)swap16(20 + words * 4) << 16, w[1] = swap32(0x4000), w[2] = 64 | 6 << 8;
  w[IP_FROM] = swap32(0x0a000000 | (visitor & 0xffffff)), w[IP_TO] = c->host;
  w[2] |= ones((__u64)w[0] + w[1] + w[2] + w[IP_FROM] + w[IP_TO]) << 16;
  w[TCP_PORTS] = swap16((__u16)(1024 + visitor % 60000)) | (__u32)c->port << 16;
  w[TCP_FLAGS] = words << 4 | (__u32)flags << 8 | (__u32)swap16(64240) << 16;
  w[TCP_CHECK] = ones((__u64)w[IP_FROM] + w[IP_TO] + swap32(words * 4) + (6 << 24) + w[TCP_PORTS] + w[TCP_SEQUENCE] +
                      w[TCP_ACKNOWLEDGEMENT] + w[TCP_FLAGS] + options);
}

/** Run by the kernel's test runs with live frames: the next visitor's SYN. */
SECTION("xdp") int knock_xdp(struct xdp_md *ctx) {
  const __u32 zero = 0;
  struct crowd *c = map_find(&crowd, &zero);
  void *start = (void *)(long)ctx->data;
  __u32 *w = start + ETHERNET;
  if (!c || (void *)(w + TCP_OPTIONS + 2) > (void *)(long)ctx->data_end) return XDP_DROP;
  const __u32 visitor = c->next++;
  w[TCP_SEQUENCE] = visitor * 0x9e3779b1, w[TCP_ACKNOWLEDGEMENT] = 0;
  w[TCP_OPTIONS] = swap32(0x020405b4), w[TCP_OPTIONS + 1] = swap32(0x01030307);
  write_segment(start, c, visitor, 7, SEGMENT_SYN, (__u64)w[TCP_OPTIONS] + w[TCP_OPTIONS + 1]);
  c->sent++;
  return XDP_TX;
}

/** At the visitors' end of the cable: completes the handshake. */
SECTION("xdp") int visit_xdp(struct xdp_md *ctx) {
  const __u32 zero = 0, both = SEGMENT_SYN | SEGMENT_ACK;
  struct crowd *c = map_find(&crowd, &zero);
  struct ethernet *e = (void *)(long)ctx->data;
  __u32 *w = (void *)e + ETHERNET;
  if (!c || (void *)(w + WORDS) > (void *)(long)ctx->data_end || e->type != swap16(0x0800)) return XDP_PASS;
  if (w[IP_FROM] != c->host || (w[TCP_FLAGS] >> 8 & both) != both) return XDP_DROP;
  const __u32 visitor = swap32(w[IP_TO]), theirs = swap32(w[TCP_SEQUENCE]), ours = w[TCP_ACKNOWLEDGEMENT];
  if (xdp_move_end(ctx, PLAIN_BYTES - (int)kept(ctx->data_end - ctx->data))) return XDP_DROP;
  void *start = (void *)(long)ctx->data;
  w = start + ETHERNET;
  if ((void *)(w + WORDS) > (void *)(long)ctx->data_end) return XDP_DROP;
  w[TCP_SEQUENCE] = ours, w[TCP_ACKNOWLEDGEMENT] = swap32(theirs + 1);
  write_segment(start, c, visitor, 5, SEGMENT_ACK, 0);
  c->completed++;
  return XDP_TX;
}

SECTION("xdp") int empty_xdp(struct xdp_md *ctx __attribute__((unused))) {
  return XDP_PASS;
}

SECTION("tc") int empty_tc(struct __sk_buff *ctx __attribute__((unused))) {
  return TC_ACT_UNSPEC;
}

/** What a listener of all packets (packet(7)) still sees, and nobody behind it. */
SECTION("classifier") int drop_tc(struct __sk_buff *ctx __attribute__((unused))) {
  return TC_ACT_SHOT;
}

SECTION("license") char terms[] = "Dual BSD/GPL";
