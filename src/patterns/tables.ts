/**
 * The tables that a set of patterns is compiled to, and how they are read: the one contract between `compile.ts`, which writes them,
 * `interpret.ts`, which reads them in TypeScript, and the kernel's engine (`kernel/bpf`), which reads the same bytes.
 *
 * What must stay true: every number is little-endian, every structure has a fixed size, every loop over a table has a bound below, and no table
 * refers outside itself. So a reader needs no parsing, and can copy each table into a map as it stands.
 *
 * READING ONE PACKET
 *
 *  1. Fields. The packet's headers become `u32 field[32]` (FIELD below). Nothing is matched in a fragment (more fragments to come, or an offset),
 *     in a packet whose headers do not fit into it, or behind more than four IPv6 extension headers.
 *     The first PAYLOAD_BYTES of the payload (what follows the TCP, UDP or 8-byte ICMP header; for other protocols what follows IP) are at hand.
 *  2. Group. TCP: `portGroups[localPort]`; UDP: `portGroups[65536 + localPort]`; ICMP, ICMPv6 and other protocols: meta.icmpGroup, meta.icmp6Group,
 *     meta.otherGroup. The local port is the destination's for packets that come in, the source's for those that go out. Group 0 is
 *     empty and belongs to no port.
 *  3. Direct rules, each verified as in 6:
 *       TCP: `flagLists[flags & 255]`; ICMP: `icmpLists[type]`; ICMPv6: `icmpLists[256 + type]`; and for all protocols the group's own list.
 *  4. Anchors. Only if the payload isn't empty and group.hashFlows has the packet's flow bit: for each form whose bit is set in group.forms, and whose
 *     bytes (offset .. offset + size - 1) lie in the payload: lo = the first four bytes as a little-endian number & form.maskLow, hi = the
 *     next four & form.maskHigh (0 when size is 4), slot = anchorHash(lo, hi, form) & meta.slotMask, then at most LIMITS.probes slots, one after the
 *     other, wrapping round, until one is empty (tag 0). Where lo, hi and tag = form + 1 fit, all rules of its list are verified, and the search ends.
 *  5. Automaton. Only if group.automatonFlows has the packet's flow bit: state = 0; for at = 0 .. min(payloadSize, group.depth) - 1:
 *       entry = transitions[(state << meta.classShift) + classes[payload[at]]]; state = entry & 0x7fff;
 *       if (entry & 0x8000) for each output from outputs[outputFirst[state]] to the one whose `last` is 1 (at most LIMITS.outputsHere):
 *         if (at >= output.minEnd && at <= output.maxEnd) { seen[output.rule] |= output.bit; if (seen[output.rule] == output.need) verify(output.rule); }
 *     `seen` is empty for each packet (in the kernel: a word a rule with the packet's number in its upper bits, so that nothing has to be cleared).
 *  6. A rule is verified: its protocols, families, directions and flows have the packet's bit; memberships has the group's bit (u32 words:
 *     memberships[rule * meta.groupWords + (group >> 5)] >> (group & 31) & 1); and each of its conditions holds:
 *       value = (field == payload ? big-endian word at `offset` of the payload : field == payloadLittle ? the same little-endian : field[...]) & mask;
 *       holds = (value >= min && value <= max) != (flags & CONDITION_NOT).
 *     Conditions on the payload's size come first where they are needed, so bytes behind the payload are never decisive: they may hold anything.
 *  7. Of all rules that were verified the lowest number decides: rules are sorted by what they answer, the strongest first.
 *     A reader may skip any rule that is not lower than the one found.
 */

/** Changes with every change of what is written here. */
export const TABLES_VERSION = 1;

/** How much of a payload is looked at, in bytes: no content ends behind it. */
export const PAYLOAD_BYTES = 256;
/** What the tables may hold at most: the sizes of the kernel's maps. */
export const LIMITS = {
  rules: 4096,
  conditions: 32_768,
  /** Of one rule. */
  conditionsHere: 24,
  groups: 1024,
  forms: 16,
  /** Slots of the anchors' hash table, a power of two. */
  slots: 8192,
  probes: 8,
  lists: 65_536,
  /** Rules in one list. */
  listHere: 64,
  states: 32_768,
  /** Entries of the transition table, 16 bits each. */
  transitions: 1 << 22,
  outputs: 32_768,
  /** Outputs of one state. */
  outputsHere: 64,
  /** Searched contents of one rule: bits of `need`. */
  contents: 8,
  replies: 256,
  replyBytes: 65_536,
  /** One reply, in bytes. */
  replySize: 1024,
} as const;

/** Bits of rule.protocols. `other` stands for every IP protocol that is none of the four. */
export const PROTOCOL_BIT = { tcp: 1, udp: 2, icmp: 4, icmpv6: 8, other: 16 } as const;
/** Bits of rule.families. */
export const FAMILY_BIT = { ipv4: 1, ipv6: 2 } as const;
/** Bits of rule.directions: towards this host, or from it. */
export const DIRECTION_BIT = { in: 1, out: 2 } as const;
/**
 * Bits of rule.flows, group.hashFlows and group.automatonFlows. A packet is in exactly one of them:
 * new: it belongs to no flow that is known, and may open one (a TCP segment with SYN and without ACK; a UDP, ICMP or other packet);
 * first: among the first packets with a payload that this side sends in a known flow (how many, the reader decides: at least one);
 * later: a later packet of a known flow, or one without payload; stray: a TCP segment that neither belongs to a known flow nor asks for one.
 */
export const FLOW_BIT = { new: 1, first: 2, later: 4, stray: 8 } as const;
/** rule.answer and rule.onListener. */
export const ANSWER = { observe: 0, drop: 1, reply: 2, handOver: 3, tarpit: 4 } as const;

/**
 * What a condition looks at. Absent things are 0 unless said otherwise; numbers of more than 8 bits are in host order.
 * TCP options: those that fit, up to the end-of-list option (which isn't counted), in their order; a length that does not fit ends the list.
 */
export const FIELD = {
  /** IPv4 TTL, IPv6 hop limit. */
  ttl: 0,
  /** IPv4 type of service, IPv6 traffic class. */
  tos: 1,
  /** IPv4 identification. */
  ipId: 2,
  /** IPv4 flags and fragment offset: 0x4000 is don't fragment, 0x8000 the reserved bit. */
  fragment: 3,
  /** Bytes of IPv4 options or of IPv6 extension headers. */
  ipOptions: 4,
  /** Bytes of the whole IP packet, header included. */
  ipSize: 5,
  /** Protocol number; for IPv6 that behind the extension headers. */
  ipProtocol: 6,
  /** 1 where source and destination address are the same. */
  sameAddress: 7,
  fromPort: 8,
  toPort: 9,
  /** 1 where a TCP or UDP packet has the same port twice. */
  samePort: 10,
  /** Bytes of the whole payload, also behind PAYLOAD_BYTES. */
  payloadSize: 11,
  /** FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128; the four reserved bits at 0x100 (the lowest) to 0x800. */
  tcpFlags: 12,
  window: 13,
  sequence: 14,
  acknowledgement: 15,
  urgent: 16,
  /** Bit k: there is an option of kind k (1 to 31). */
  optionKinds: 17,
  /** Kinds of the first eight options, four bits each (15 for every kind from 15 on), the first in the lowest bits. */
  optionOrder: 18,
  /** Bytes of TCP options, padding included. */
  optionsSize: 19,
  /** Value of the maximum segment size option (kind 2, length 4). */
  mss: 20,
  /** Shift of the window scale option (kind 3, length 3). */
  windowScale: 21,
  /** TSval of the timestamp option (kind 8, length 10). */
  timestamp: 22,
  /** TCP sequence number XOR the last four bytes of the destination address: 0 for scanners that use the one as the other. */
  sequenceByAddress: 23,
  /** (last four bytes of the destination address XOR destination port XOR sequence number XOR IP identification) & 0xffff, for TCP. */
  idByTarget: 24,
  icmpType: 25,
  icmpCode: 26,
  /** Bytes 4 and 5 of an ICMP or ICMPv6 message. */
  icmpId: 27,
  /** Bytes 6 and 7 of it. */
  icmpSequence: 28,
  /** The payload's word at `offset`, little-endian. */
  payloadLittle: 30,
  /** The payload's word at `offset`, big-endian: its first byte is the highest. */
  payload: 31,
} as const;

/** condition.flags: the condition holds where the value is outside of its range. */
export const CONDITION_NOT = 1;
/** transitions[]: outputs at the state that is entered. */
export const HAS_OUTPUT = 0x8000;

/** Sizes of the structures, in bytes; their fields follow, `name: offset size`. */
export const SIZE = {
  /** firstCondition: 0 4 · conditions: 4 1 · protocols: 5 1 · families: 6 1 · directions: 7 1 · flows: 8 1 · answer: 9 1 · onListener: 10 1 · weight: 11 1 · reply: 12 2 · pattern: 14 2 */
  rule: 16,
  /** offset: 0 2 · field: 2 1 · flags: 3 1 · mask: 4 4 · min: 8 4 · max: 12 4 */
  condition: 16,
  /** forms: 0 4 (bits) · listFirst: 4 2 · listCount: 6 2 · hashFlows: 8 1 · automatonFlows: 9 1 · depth: 10 2 */
  group: 12,
  /** offset: 0 2 · size: 2 2 (4 or 8) · maskLow: 4 4 · maskHigh: 8 4 */
  form: 12,
  /** low: 0 4 · high: 4 4 · tag: 8 1 (form + 1; 0: empty) · pad: 9 1 · listFirst: 10 2 · listCount: 12 2 · pad: 14 2 */
  slot: 16,
  /** first: 0 2 · count: 2 2, of `lists` */
  span: 4,
  /** rule: 0 2 · minEnd: 2 2 · maxEnd: 4 2 (where the content's last byte may stand) · bit: 6 1 · need: 7 1 · last: 8 1 · pad: 9 3 */
  output: 12,
  /** first: 0 4 · size: 4 4, of `replyBytes` */
  reply: 8,
} as const;

/** Indexes of `meta`, a u32 each. */
export const META = {
  version: 0,
  rules: 1,
  conditions: 2,
  groups: 3,
  groupWords: 4,
  icmpGroup: 5,
  icmp6Group: 6,
  otherGroup: 7,
  forms: 8,
  slotMask: 9,
  states: 10,
  /** Byte classes are at most 1 << classShift. */
  classShift: 11,
  outputs: 12,
  replies: 13,
  patterns: 14,
  /** The longest depth of any group. */
  depth: 15,
} as const;

/** All tables of one set of patterns. The names are those of the kernel's maps. */
export interface Tables {
  readonly meta: Uint32Array;
  /** 2 * 65536 group numbers: TCP, then UDP. */
  readonly portGroups: Uint16Array;
  readonly groups: Uint8Array;
  readonly memberships: Uint32Array;
  readonly rules: Uint8Array;
  readonly conditions: Uint8Array;
  /** 256 spans. */
  readonly flagLists: Uint8Array;
  /** 512 spans: ICMP, then ICMPv6. */
  readonly icmpLists: Uint8Array;
  /** Rule numbers. */
  readonly lists: Uint16Array;
  readonly forms: Uint8Array;
  readonly slots: Uint8Array;
  /** 256 classes, one a byte. */
  readonly classes: Uint8Array;
  /** states << classShift entries. */
  readonly transitions: Uint16Array;
  /** For each state, where its outputs begin; 0 where it has none. */
  readonly outputFirst: Uint16Array;
  readonly outputs: Uint8Array;
  readonly replies: Uint8Array;
  readonly replyBytes: Uint8Array;
}

/**
 * Where the search for an anchor begins, before `& meta.slotMask`. In C, with u32 arithmetic:
 * `h = lo * 0x9e3779b1 ^ hi * 0x85ebca77 ^ form * 0xc2b2ae3d; h ^= h >> 15; h *= 0x2c1b3c6d; h ^= h >> 13;`
 */
export function anchorHash(low: number, high: number, form: number): number {
  let hash = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca77) ^ Math.imul(form, 0xc2b2ae3d);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
