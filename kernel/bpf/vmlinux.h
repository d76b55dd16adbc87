/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The few types of the kernel that the engine needs: layouts of packets (RFC 791, 8200, 9293, 768, 792), and what the kernel gives a
 * program at the two hooks. All of it is user-space ABI, so it is the same in every kernel and needs no relocation.
 */
#pragma once

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef int __s32;
typedef long long __s64;
typedef _Bool bool;

enum { false, true };

/** Of `struct __sk_buff` up to what is read of it; offsets are the kernel's. */
struct __sk_buff {
  __u32 len, pkt_type, mark, queue_mapping, protocol, vlan_present, vlan_tci, vlan_proto, priority, ingress_ifindex, ifindex, tc_index;
  __u32 cb[5];
  __u32 hash, tc_classid, data, data_end, napi_id, family, remote_ip4, local_ip4, remote_ip6[4], local_ip6[4];
  __u32 remote_port, local_port, data_meta;
  __u64 flow_keys, tstamp;
  __u32 wire_len, gso_segs;
};

struct xdp_md {
  __u32 data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex;
};

struct bpf_sock_tuple {
  union {
    struct {
      __u32 saddr, daddr;
      __u16 sport, dport;
    } ipv4;
    struct {
      __u32 saddr[4], daddr[4];
      __u16 sport, dport;
    } ipv6;
  };
};

/** Of `struct bpf_sock` up to what is read of it. */
struct bpf_sock {
  __u32 bound_dev_if, family, type, protocol, mark, priority, src_ip4, src_ip6[4], src_port, dst_port, dst_ip4, dst_ip6[4], state;
};

/** Of `struct bpf_tcp_sock` up to what is read of it. */
struct bpf_tcp_sock {
  __u32 snd_cwnd, srtt_us, rtt_min, snd_ssthresh, rcv_nxt, snd_nxt, snd_una;
};

struct bpf_sk_lookup {
  __u64 cookie;
  __u32 family, protocol, remote_ip4, remote_ip6[4];
  __u16 remote_port, pad;
  __u32 local_ip4, local_ip6[4], local_port, ingress_ifindex;
};

struct ethernet {
  __u8 to[6], from[6];
  __u16 type;
} __attribute__((packed));

struct ipv4 {
  __u8 version, service;
  __u16 size, id, fragment;
  __u8 ttl, protocol;
  __u16 check;
  __u32 from, to;
} __attribute__((packed));

struct ipv6 {
  __u32 version;
  __u16 size;
  __u8 next, hops;
  __u32 from[4], to[4];
} __attribute__((packed));

struct tcp {
  __u16 from, to;
  __u32 sequence, acknowledgement;
  __u8 offset, flags;
  __u16 window, check, urgent;
} __attribute__((packed));

enum {
  BPF_MAP_TYPE_HASH = 1,
  BPF_MAP_TYPE_ARRAY = 2,
  BPF_MAP_TYPE_PERCPU_ARRAY = 6,
  BPF_MAP_TYPE_LRU_HASH = 9,
  BPF_MAP_TYPE_LPM_TRIE = 11
};
enum {
  BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
  BPF_MAP_TYPE_SOCKMAP = 15,
  BPF_MAP_TYPE_RINGBUF = 27,
  BPF_F_NO_PREALLOC = 1,
  BPF_ANY = 0,
  BPF_NOEXIST = 1
};
enum { SK_PASS = 1, AF_INET = 2 };
enum { XDP_DROP = 1, XDP_PASS = 2, XDP_TX = 3, TC_ACT_UNSPEC = -1, TC_ACT_SHOT = 2, PACKET_HOST = 0 };
