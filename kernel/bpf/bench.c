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

SECTION("xdp") int empty_xdp(struct xdp_md *ctx __attribute__((unused))) {
  return XDP_PASS;
}

SECTION("tc") int empty_tc(struct __sk_buff *ctx __attribute__((unused))) {
  return TC_ACT_UNSPEC;
}

/** What a listener of all packets (packet(7)) still sees, and nobody behind it. */
SECTION("tc") int drop_tc(struct __sk_buff *ctx __attribute__((unused))) {
  return TC_ACT_SHOT;
}

SECTION("license") char terms[] = "Dual BSD/GPL";
