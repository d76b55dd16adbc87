/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The compiled patterns as the kernel holds them. src/patterns/tables.ts says what each table means and how a packet is read by them;
 * src/steward/engine/pattern-maps.ts writes these bytes. A set is two values, each read by index alone: every index is masked to its
 * table's size, so no table can lead out of it. There is room for two sets: a new one is written beside the old, then `active` changes.
 */
#pragma once
#include "maps.h"

enum { PAYLOAD_BYTES = 256, FIELDS = 32 };
enum { RULES = 4096, CONDITIONS = 32768, GROUPS = 1024, GROUP_WORDS = 32, FORMS = 16, SLOTS = 8192, LISTS = 65536, STATES = 32768 };
enum { OUTPUTS = 32768, REPLIES = 256, REPLY_ALL = 65536, REPLY_BYTES = 1024, TRANSITIONS = 1 << 21, PORTS = 65536 };
enum { MOST_PROBES = 8, MOST_IN_LIST = 64, MOST_CONDITIONS = 24, MOST_OUTPUTS = 64 };

enum { BIT_TCP = 1, BIT_UDP = 2, BIT_ICMP = 4, BIT_ICMPV6 = 8, BIT_OTHER = 16 };
enum { BIT_IPV4 = 1, BIT_IPV6 = 2, BIT_IN = 1, BIT_OUT = 2 };
enum { FLOW_NEW = 1, FLOW_FIRST = 2, FLOW_LATER = 4, FLOW_STRAY = 8 };
enum { ANSWER_OBSERVE, ANSWER_DROP, ANSWER_REPLY, ANSWER_HAND_OVER, ANSWER_TARPIT };

enum {
  FIELD_TTL,
  FIELD_TOS,
  FIELD_IP_ID,
  FIELD_FRAGMENT,
  FIELD_IP_OPTIONS,
  FIELD_IP_SIZE,
  FIELD_IP_PROTOCOL,
  FIELD_SAME_ADDRESS,
  FIELD_FROM_PORT,
  FIELD_TO_PORT,
  FIELD_SAME_PORT,
  FIELD_PAYLOAD_SIZE,
  FIELD_TCP_FLAGS,
  FIELD_WINDOW,
  FIELD_SEQUENCE,
  FIELD_ACKNOWLEDGEMENT,
  FIELD_URGENT,
  FIELD_OPTION_KINDS,
  FIELD_OPTION_ORDER,
  FIELD_OPTIONS_SIZE,
  FIELD_MSS,
  FIELD_WINDOW_SCALE,
  FIELD_TIMESTAMP,
  FIELD_SEQUENCE_BY_ADDRESS,
  FIELD_ID_BY_TARGET,
  FIELD_ICMP_TYPE,
  FIELD_ICMP_CODE,
  FIELD_ICMP_ID,
  FIELD_ICMP_SEQUENCE,
  FIELD_PAYLOAD_LITTLE = 30,
  FIELD_PAYLOAD
};

enum {
  META_GROUP_WORDS = 4,
  META_ICMP_GROUP,
  META_ICMP6_GROUP,
  META_OTHER_GROUP,
  META_FORMS,
  META_SLOT_MASK,
  META_STATES,
  META_CLASS_SHIFT
};

struct rule {
  __u32 first;
  __u8 conditions, protocols, families, directions, flows, answer, on_listener, weight;
  __u16 reply, pattern;
};

struct condition {
  __u16 offset;
  __u8 field, flags;
  __u32 mask, min, max;
};

struct group {
  __u32 forms;
  __u16 list, size;
  __u8 hash_flows, automaton_flows;
  __u16 depth;
};

struct form {
  __u16 offset, size;
  __u32 low, high;
};

struct slot {
  __u32 low, high;
  __u8 tag, pad;
  __u16 list, size, more;
};

struct span {
  __u16 first, size;
};

struct output {
  __u16 rule, min_end, max_end;
  __u8 bit, need, last, pad[3];
};

struct reply {
  __u32 first, size;
  /** Sum of its 16-bit little-endian words. */
  __u32 sum, pad;
};

struct tables {
  __u32 meta[16];
  struct span by_flags[256], by_icmp_type[512];
  __u8 classes[256];
  struct form forms[FORMS];
  struct group groups[GROUPS];
  struct rule rules[RULES];
  struct condition conditions[CONDITIONS];
  struct slot slots[SLOTS];
  struct output outputs[OUTPUTS];
  struct reply replies[REPLIES];
  __u32 memberships[RULES * GROUP_WORDS];
  __u16 port_groups[2 * PORTS];
  __u16 lists[LISTS];
  __u16 output_first[STATES];
  __u8 reply_bytes[REPLY_ALL + REPLY_BYTES];
};

struct transitions {
  __u16 entry[TRANSITIONS];
};

struct tables_map {
  NUMBER(type, BPF_MAP_TYPE_ARRAY);
  NUMBER(max_entries, 1);
  NUMBER(key_size, sizeof(__u32));
  NUMBER(value_size, sizeof(struct tables));
};

struct transitions_map {
  NUMBER(type, BPF_MAP_TYPE_ARRAY);
  NUMBER(max_entries, 1);
  NUMBER(key_size, sizeof(__u32));
  NUMBER(value_size, sizeof(struct transitions));
};

struct {
  NUMBER(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  NUMBER(max_entries, 2);
  TYPE(key, __u32);
  struct tables_map *values[];
} tables_sets SECTION(".maps");

struct {
  NUMBER(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  NUMBER(max_entries, 2);
  TYPE(key, __u32);
  struct transitions_map *values[];
} transitions_sets SECTION(".maps");

/** Which of the two sets is read; 2: none. */
struct {
  NUMBER(type, BPF_MAP_TYPE_ARRAY);
  NUMBER(max_entries, 1);
  TYPE(key, __u32);
  TYPE(value, __u32);
} active SECTION(".maps");

/** What is known of the packet at hand; one a processor. */
struct scratch {
  __u32 field[FIELDS];
  __u8 payload[PAYLOAD_BYTES + 8];
  __u32 payload_size;
  __u32 group;
  __u32 best;
  __u32 packet;
  __u8 protocol, family, direction, flow;
  __u8 options[64];
  /** For each rule which of its texts this packet has shown; the packet's number in the upper bits, so nothing has to be cleared. */
  __u32 seen[RULES];
};

struct {
  NUMBER(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  NUMBER(max_entries, 1);
  TYPE(key, __u32);
  TYPE(value, struct scratch);
} scratch SECTION(".maps");
