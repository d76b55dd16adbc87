/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * All that the engine keeps. Addresses are sixteen bytes, IPv4 as ::ffff:a.b.c.d, so one map serves both versions.
 * src/steward/engine/layout.ts holds the same layouts; a test compares them by what the programs do.
 *
 * No map gets an entry for a connection, or for a source that has proved nothing, but `seen`: it is cut off from the others, so a flood of
 * forged sources evicts nobody who matters.
 */
#pragma once
#include "bpf.h"

struct address {
  __u32 word[4];
};

/** Written once, before the programs are attached. */
struct settings {
  __u64 key[2];
  __u32 options;
  __u32 pad;
};
enum { OPTION_LAND = 1, OPTION_SCANS = 2 };

struct {
  NUMBER(type, BPF_MAP_TYPE_ARRAY);
  NUMBER(max_entries, 1);
  TYPE(key, __u32);
  TYPE(value, struct settings);
} settings_map SECTION(".maps");

/** The steward's clock (CLOCK_MONOTONIC, nanoseconds), written by it twice a second. Older than two seconds: everything passes. */
struct {
  NUMBER(type, BPF_MAP_TYPE_ARRAY);
  NUMBER(max_entries, 1);
  TYPE(key, __u32);
  TYPE(value, __u64);
} heartbeat SECTION(".maps");

/** This host's own addresses: nothing that is sent to another one is ever answered. */
struct {
  NUMBER(type, BPF_MAP_TYPE_HASH);
  NUMBER(max_entries, 4096);
  TYPE(key, struct address);
  TYPE(value, __u32);
} addresses SECTION(".maps");

struct network {
  __u32 bits;
  struct address address;
};

/** Sources that are never answered (1), and exceptions from wider networks (0). What is not in here cannot push anything out of here. */
struct {
  NUMBER(type, BPF_MAP_TYPE_LPM_TRIE);
  NUMBER(max_entries, 65536);
  NUMBER(map_flags, BPF_F_NO_PREALLOC);
  TYPE(key, struct network);
  TYPE(value, __u32);
} trusted SECTION(".maps");

/**
 * Suspect and hostile sources, entered only when the address is proved: by the steward, and by the engine itself for what a pattern hands
 * over, whose segment fits the numbers of both sides of a connection.
 */
struct standing {
  __u64 until;
  __u32 state;
  __u32 pad;
};
enum { STATE_UNKNOWN, STATE_KNOWN, STATE_SUSPECT, STATE_HOSTILE };

struct {
  NUMBER(type, BPF_MAP_TYPE_LRU_HASH);
  NUMBER(max_entries, 65536);
  TYPE(key, struct address);
  TYPE(value, struct standing);
} hostile SECTION(".maps");

/** Unknown sources that did something odd, and known ones, which the steward enters. */
struct {
  NUMBER(type, BPF_MAP_TYPE_LRU_HASH);
  NUMBER(max_entries, 65536);
  TYPE(key, struct address);
  TYPE(value, struct standing);
} seen SECTION(".maps");

/** What an unused TCP port does: a number of `decoys`. 0: nothing, the kernel answers as it would. */
struct {
  NUMBER(type, BPF_MAP_TYPE_ARRAY);
  NUMBER(max_entries, 65536);
  TYPE(key, __u32);
  TYPE(value, __u16);
} roles SECTION(".maps");

enum { BANNER_BYTES = 256 };
enum { DECOY_NONE, DECOY_TARPIT, DECOY_BANNER };
/** After the banner: stays silent; ends at once; ends after the visitor's first bytes. */
enum { ENDING_SILENT, ENDING_AT_ONCE, ENDING_AFTER_FIRST };

struct decoy {
  __u8 kind, ending;
  __u16 window, mss, size;
  /** Sum of the banner's 16-bit little-endian words. */
  __u32 sum;
  __u32 pad;
  __u8 banner[BANNER_BYTES];
};

struct {
  NUMBER(type, BPF_MAP_TYPE_ARRAY);
  NUMBER(max_entries, 1024);
  TYPE(key, __u32);
  TYPE(value, struct decoy);
} decoys SECTION(".maps");

struct event {
  __u64 at;
  __u8 kind, protocol, flags, pad;
  __u32 interface;
  struct address from, to;
  __u16 from_port, to_port;
  __u32 detail;
  __u8 mac[6], more[2];
};
enum { EVENT_UNUSED = 1, EVENT_PROOF, EVENT_ODD, EVENT_LAND_DROPPED, EVENT_LAND_DEAD, EVENT_PATTERN };
/** Of the detail of what matched: the pattern's number, the answer that was carried out from bit 16 on, and whether the source is proved.
 */
enum { MATCH_PROVED = 1 << 24 };

struct {
  NUMBER(type, BPF_MAP_TYPE_RINGBUF);
  NUMBER(max_entries, 1 << 20);
} events SECTION(".maps");

/** How many events a source may still cause: by a hash of it, so memory is the same for ten sources and ten million. */
struct allowance {
  __u64 since;
  __u32 used;
  __u32 pad;
};
enum { ALLOWANCES = 16384, REPLY_BUCKETS = 4096, ALLOWANCE_REPLIES_OF_ONE = ALLOWANCES, ALLOWANCE_ALL_FORGED = ALLOWANCES + REPLY_BUCKETS };
enum { ALLOWANCE_ALL_PROVED = ALLOWANCE_ALL_FORGED + 1, ALLOWANCE_REPLIES, ALLOWANCES_IN_ALL };

struct {
  NUMBER(type, BPF_MAP_TYPE_ARRAY);
  NUMBER(max_entries, ALLOWANCES_IN_ALL);
  TYPE(key, __u32);
  TYPE(value, struct allowance);
} allowances SECTION(".maps");

enum {
  COUNT_SYN_ACKS,
  COUNT_PROBES,
  COUNT_BANNERS,
  COUNT_SEGMENTS,
  COUNT_LAND,
  COUNT_DEAD,
  COUNT_EVENTS_LOST,
  COUNT_REPLIES,
  COUNT_DROPPED,
  COUNT_LATE,
  COUNT_OBSERVED,
  COUNT_NONSENSE,
  COUNT_HELD,
  COUNT_TURNED,
  COUNT_ENDED,
  COUNT_LAST_WORDS,
  COUNTS
};

struct {
  NUMBER(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  NUMBER(max_entries, COUNTS);
  TYPE(key, __u32);
  TYPE(value, __u64);
} counts SECTION(".maps");

/** How many segments with a payload a connection has brought, by a hash of it: another one with the same place begins anew. */
struct progress_of_flow {
  __u32 tag, segments;
};
enum { FLOWS = 16384, FIRST_SEGMENTS = 4 };

struct {
  NUMBER(type, BPF_MAP_TYPE_ARRAY);
  NUMBER(max_entries, FLOWS);
  TYPE(key, __u32);
  TYPE(value, struct progress_of_flow);
} flows SECTION(".maps");

/**
 * What became of connections whose segments matched, by a hash of each: since when (seconds; the kind in the lowest two bits; 0: none) and
 * what is still to be told. As large for none as for a million: of those with the same place the oldest goes.
 */
enum { MARK_WAYS = 4, MARK_PLACES = 16384 };
struct mark {
  __u32 tag, since, detail;
};
struct marks {
  struct mark of[MARK_WAYS];
};

struct {
  NUMBER(type, BPF_MAP_TYPE_ARRAY);
  NUMBER(max_entries, MARK_PLACES);
  TYPE(key, __u32);
  TYPE(value, struct marks);
} marks_map SECTION(".maps");

/** For each port a place in `decoy_sockets`, from 1 on; 0: the real service for everybody. */
struct {
  NUMBER(type, BPF_MAP_TYPE_ARRAY);
  NUMBER(max_entries, 65536);
  TYPE(key, __u32);
  TYPE(value, __u16);
} turned_ports SECTION(".maps");

struct mac {
  __u8 byte[6];
  __u16 pad;
};

/** Networks that are reached without a router. */
struct {
  NUMBER(type, BPF_MAP_TYPE_LPM_TRIE);
  NUMBER(max_entries, 4096);
  NUMBER(map_flags, BPF_F_NO_PREALLOC);
  TYPE(key, struct network);
  TYPE(value, __u32);
} links SECTION(".maps");

/** Next hops of routes, as the steward knows them: never dead to anybody. */
struct {
  NUMBER(type, BPF_MAP_TYPE_HASH);
  NUMBER(max_entries, 4096);
  TYPE(key, struct mac);
  TYPE(value, __u32);
} hops SECTION(".maps");

/** Senders that were seen to carry packets of other networks, or of a trusted source. */
struct {
  NUMBER(type, BPF_MAP_TYPE_LRU_HASH);
  NUMBER(max_entries, 8192);
  TYPE(key, struct mac);
  TYPE(value, __u32);
} carriers SECTION(".maps");

/** Senders to whom this host is dead, until when. */
struct {
  NUMBER(type, BPF_MAP_TYPE_LRU_HASH);
  NUMBER(max_entries, 4096);
  TYPE(key, struct mac);
  TYPE(value, __u64);
} dead SECTION(".maps");

/** Until when `dead` has to be looked into at all. */
struct {
  NUMBER(type, BPF_MAP_TYPE_ARRAY);
  NUMBER(max_entries, 1);
  TYPE(key, __u32);
  TYPE(value, __u64);
} dead_until SECTION(".maps");
