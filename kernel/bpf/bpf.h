/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a program asks of the kernel, by the numbers of its user-space ABI, and how a map is described to libbpf: a structure in the section
 * `.maps`, of which libbpf reads the types.
 */
#pragma once
#include "vmlinux.h"

#define SECTION(name) __attribute__((section(name), used))
#define INLINE static inline __attribute__((always_inline))
#define likely(what) __builtin_expect(!!(what), 1)
#define unlikely(what) __builtin_expect(!!(what), 0)

/** Fields of a map's description: a number is the size of an array that nothing points to. */
#define NUMBER(name, value) int(*name)[value]
#define TYPE(name, type) type *name

static void *(*const map_find)(void *map, const void *key) = (void *)1;
static long (*const map_set)(void *map, const void *key, const void *value, __u64 flags) = (void *)2;
static __u64 (*const clock_exact)(void) = (void *)5;
static __u32 (*const chance)(void) = (void *)7;
static long (*const skb_store)(void *skb, __u32 at, const void *from, __u32 size, __u64 flags) = (void *)9;
static long (*const skb_fix_transport)(void *skb, __u32 at, __u64 from, __u64 to, __u64 flags) = (void *)11;
static long (*const send_copy)(void *skb, __u32 interface, __u64 flags) = (void *)13;
static long (*const send_out)(__u32 interface, __u64 flags) = (void *)23;
static long (*const skb_load)(const void *skb, __u32 at, void *to, __u32 size) = (void *)26;
static __s64 (*const sum_difference)(void *from, __u32 from_size, void *to, __u32 to_size, __u32 seed) = (void *)28;
static long (*const skb_resize)(void *skb, __u32 size, __u64 flags) = (void *)38;
static long (*const skb_pull)(void *skb, __u32 size) = (void *)39;
static long (*const xdp_move_start)(void *frame, int delta) = (void *)44;
static long (*const xdp_move_end)(void *frame, int delta) = (void *)65;
static void *(*const datagram_socket_find)(void *hook, struct bpf_sock_tuple *between, __u32 size, __u64 netns, __u64 flags) = (void *)85;
static long (*const socket_release)(void *socket) = (void *)86;
static struct bpf_tcp_sock *(*const tcp_socket)(void *socket) = (void *)96;
static void *(*const socket_find)(void *hook, struct bpf_sock_tuple *between, __u32 size, __u64 netns, __u64 flags) = (void *)99;
static long (*const socket_assign)(void *lookup, void *socket, __u64 flags) = (void *)124;
static void *(*const ring_reserve)(void *ring, __u64 size, __u64 flags) = (void *)131;
static void (*const ring_submit)(void *record, __u64 flags) = (void *)132;
static __u64 (*const clock_coarse)(void) = (void *)160;
static long (*const xdp_load)(void *frame, __u32 at, void *to, __u32 size) = (void *)189;
static long (*const xdp_store)(void *frame, __u32 at, void *from, __u32 size) = (void *)190;

INLINE __u16 swap16(__u16 value) {
  return __builtin_bswap16(value);
}

INLINE __u32 swap32(__u32 value) {
  return __builtin_bswap32(value);
}

/** Keeps the compiler from joining what is known of a number with how it was made: the verifier would not follow. */
INLINE __u64 kept(__u64 value) {
  asm volatile("" : "+r"(value));
  return value;
}
