/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * For measuring alone: puts the same packet there before each run of a program, since the engine's answers take its place. What this costs
 * itself is measured with a program that does nothing, and subtracted.
 */
#include "packet.h"

enum { FRAME_BYTES = 512, BPF_MAP_TYPE_PROG_ARRAY = 3, TARGETS = 4 };
static long (*const run_next)(void *ctx, void *programs, __u32 which) = (void *)12;

struct frame {
  __u32 size, target;
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

SECTION("xdp") int bench_xdp(struct xdp_md *ctx) {
  const __u32 zero = 0;
  struct frame *wanted = map_find(&frame, &zero);
  if (!wanted || !wanted->size) return 0;
  const __u64 last = kept(wanted->size - 1);
  if (last >= FRAME_BYTES || xdp_move_end(ctx, (int)wanted->size - (int)bytes_of(ctx, true))) return 0;
  if (xdp_store(ctx, 0, wanted->bytes, last + 1)) return 0;
  run_next(ctx, &xdp_targets, wanted->target);
  return 0;
}

SECTION("tc") int bench_tc(struct __sk_buff *ctx) {
  const __u32 zero = 0;
  struct frame *wanted = map_find(&frame, &zero);
  if (!wanted || !wanted->size) return 0;
  const __u64 last = kept(wanted->size - 1);
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

SECTION("license") char terms[] = "Dual BSD/GPL";
