/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A suspect's new connection to a real service's port lands in a decoy's listening socket: the addresses stay as they are, nothing is
 * translated, and what the suspect had open before stays with the real service. Where the decoy is gone, its socket left the map with it,
 * and the real service answers. What was handed over is marked, so that patterns leave it to the decoy.
 */
#pragma once
#include "marks.h"

struct {
  NUMBER(type, BPF_MAP_TYPE_SOCKMAP);
  NUMBER(max_entries, 1024);
  TYPE(key, __u32);
  TYPE(value, __u32);
} decoy_sockets SECTION(".maps");

INLINE int hand_over(struct bpf_sk_lookup *ctx, __u64 now) {
  const __u32 port = ctx->local_port;
  const __u16 *place = map_find(&turned_ports, &port);
  if (ctx->protocol != PROTOCOL_TCP || !place || !*place) return SK_PASS;
  struct address from;
  // Volatile, else the compiler makes one access of several, by a pointer into the context that the verifier forbids.
  const volatile struct bpf_sk_lookup *asked = ctx;
  const __u32 family = asked->family, remote4 = asked->remote_ip4;
  from.word[0] = asked->remote_ip6[0], from.word[1] = asked->remote_ip6[1];
  from.word[2] = asked->remote_ip6[2], from.word[3] = asked->remote_ip6[3];
  if (family == AF_INET) map_ipv4(&from, remote4);
  const __u32 number = *place, tag = tag_between(&from, swap16(asked->remote_port), port);
  void *socket = is_suspect(&from, now) && !is_trusted(&from) ? map_find(&decoy_sockets, &number) : 0;
  if (!socket) {
    clear_mark(tag);
    return SK_PASS;
  }
  if (!socket_assign(ctx, socket, 0)) set_mark(tag, MARK_TURNED, 0, now);
  socket_release(socket);
  return SK_PASS;
}
