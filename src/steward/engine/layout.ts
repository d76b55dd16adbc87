import { isIPv4, isIPv6 } from "node:net";
import { OperatorError } from "../../errors/operator-error.ts";
import { ANSWER, type Answer } from "../../patterns/index.ts";
import { Reader } from "../../wire/reader.ts";

/**
 * The bytes of keys and values in the engine's maps (kernel/bpf/maps.h). Numbers are in the machine's order, which on all that the engine runs
 * on is little-endian; addresses are sixteen bytes as on the wire, IPv4 as ::ffff:a.b.c.d.
 */

/** @throws OperatorError `source-invalid` */
export function addressBytes(text: string): Buffer {
  if (isIPv4(text)) return Buffer.concat([MAPPED, Buffer.from(text.split(".").map(Number))]);
  if (isIPv6(text) && !text.includes("%")) return ipv6Bytes(text);
  throw new OperatorError("source-invalid", `${text} is no address.`);
}

const MAPPED = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);

/** RFC 4291 §2.2: eight groups of hexadecimal digits, `::` for as many zeros as are missing; the last two may be written as IPv4. */
function ipv6Bytes(text: string): Buffer {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const plain = dotted === null ? text : `${dotted[1]}${hexPair(dotted[2], dotted[3])}:${hexPair(dotted[4], dotted[5])}`;
  const [before = "", after = ""] = plain.split("::");
  const [head, tail] = [groups(before), groups(after)];
  const zeros = plain.includes("::") ? Array.from({ length: 8 - head.length - tail.length }, () => 0) : [];
  const bytes = Buffer.alloc(16);
  for (const [index, group] of [...head, ...zeros, ...tail].entries()) bytes.writeUInt16BE(group, index * 2);
  return bytes;
}

function groups(text: string): readonly number[] {
  return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}

function hexPair(high = "0", low = "0"): string {
  return (Number(high) * 256 + Number(low)).toString(16);
}

/** `192.0.2.1` or `2001:db8::1` of sixteen bytes. */
export function addressText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes);
  if (buffer.subarray(0, 12).equals(MAPPED)) return [...buffer.subarray(12)].join(".");
  const words = Array.from({ length: 8 }, (_, index) => buffer.readUInt16BE(index * 2).toString(16));
  return new URL(`http://[${words.join(":")}]`).hostname.slice(1, -1);
}

/**
 * `struct network`: bits 4 · address 16. A network is `192.0.2.0/24`, `2001:db8::/32`, or an address alone.
 *
 * @throws OperatorError `source-invalid`
 */
export function networkBytes(text: string): Buffer {
  const [address = "", length] = text.split("/");
  const bytes = addressBytes(address);
  const [most, more] = isIPv4(address) ? [32, 96] : [128, 0];
  if (length !== undefined && (!/^\d{1,3}$/.test(length) || Number(length) > most))
    throw new OperatorError("source-invalid", `${text} is no network.`);
  const bits = Buffer.alloc(4);
  bits.writeUInt32LE((length === undefined ? most : Number(length)) + more);
  return Buffer.concat([bits, bytes]);
}

/**
 * Who counts as one source: an address, or the first of an IPv6 network of 64 bits.
 *
 * @throws OperatorError `source-invalid`
 */
export function sourceBytes(text: string): Buffer {
  const [address = "", bits] = text.split("/");
  const bytes = addressBytes(address);
  if (bits === undefined || bits === (isIPv4(address) ? "32" : "128")) return bytes;
  if (bits === "64" && isIPv6(address)) return Buffer.concat([bytes.subarray(0, 8), Buffer.alloc(8)]);
  throw new OperatorError("source-invalid", `${text} is no source: an address, or an IPv6 network of 64 bits.`);
}

/** `struct mac`: byte 6 · pad 2. Undefined: that is no hardware address of Ethernet. */
export function macBytes(text: string): Buffer | undefined {
  if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text)) return undefined;
  return Buffer.concat([Buffer.from(text.replaceAll(":", ""), "hex"), Buffer.alloc(2)]);
}

/** What an unused port does. */
export type UnusedAnswer =
  /** Accepts the connection and holds it with a closed window. */
  | { readonly kind: "tarpit" }
  /** Says `banner` (at most 256 bytes, none at all too), then stays silent, ends at once, or ends after the visitor's first bytes. */
  | { readonly kind: "banner"; readonly banner: Uint8Array; readonly ending: "silence" | "end" | "end-after-first" };

export const BANNER_BYTES = 256;
export const DECOY_BYTES = 16 + BANNER_BYTES;
const ENDINGS = { silence: 0, end: 1, "end-after-first": 2 } as const;
/** 1,460: what fits into an Ethernet frame with IPv4 (RFC 879); less 20 for IPv6, which the smaller number covers too. */
const SEGMENT_BYTES = 1440;

/** `struct decoy`: kind 1 · ending 1 · window 2 · mss 2 · size 2 · sum 4 · pad 4 · banner 256. */
export function decoyBytes(answer: UnusedAnswer): Buffer {
  const bytes = Buffer.alloc(DECOY_BYTES);
  if (answer.kind === "tarpit") {
    bytes.writeUInt8(1, 0);
    return bytes;
  }
  const banner = Buffer.alloc(BANNER_BYTES);
  banner.set(answer.banner.subarray(0, BANNER_BYTES));
  let sum = 0;
  for (let at = 0; at < BANNER_BYTES; at += 2) sum += banner.readUInt16LE(at);
  bytes.writeUInt8(2, 0);
  bytes.writeUInt8(ENDINGS[answer.ending], 1);
  bytes.writeUInt16LE(65_535, 2);
  bytes.writeUInt16LE(SEGMENT_BYTES, 4);
  bytes.writeUInt16LE(answer.banner.length, 6);
  bytes.writeUInt32LE(sum, 8);
  bytes.set(banner, 16);
  return bytes;
}

/** State of a source, and until when on the monotonic clock (nanoseconds): `struct standing`: until 8 · state 4 · pad 4. */
export type Standing = "known" | "suspect" | "hostile";
const STANDINGS = { known: 1, suspect: 2, hostile: 3 } as const;

export function standingBytes(state: Standing, until: bigint): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64LE(until, 0);
  bytes.writeUInt32LE(STANDINGS[state], 8);
  return bytes;
}

/** `struct settings`: key 16 · options 4 · pad 4. */
export function settingsBytes(key: Uint8Array, { land, scans }: { readonly land: boolean; readonly scans: boolean }): Buffer {
  const bytes = Buffer.alloc(24);
  bytes.set(key.subarray(0, 16));
  bytes.writeUInt32LE((land ? 1 : 0) | (scans ? 2 : 0), 16);
  return bytes;
}

/**
 * What the engine saw: a SYN to a port without a socket; a segment that proves its source's address; flags that no stack sends; a LAND packet
 * that was dropped, or after which the host is dead to its sender; a packet that matched a pattern.
 */
export const EVENT_KINDS = ["", "unused-port", "proof", "odd-flags", "land-dropped", "land-dead", "pattern"] as const;

export interface EngineEvent {
  readonly kind: Exclude<(typeof EVENT_KINDS)[number], "">;
  /** Nanoseconds of the monotonic clock, a few milliseconds exact. */
  readonly at: bigint;
  readonly protocol: number;
  readonly flags: number;
  readonly interface: number;
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly toPort: number;
  /** As the engine wrote it; proof: what answered (1 tarpit, 2 banner). */
  readonly detail: number;
  readonly mac: string;
  /** Of `pattern` alone. */
  readonly match?: PatternMatch;
}

/** Which pattern a packet matched, and what it got. */
export interface PatternMatch {
  /** Place in the compiled set's `patterns`. */
  readonly pattern: number;
  /** What was carried out, which may be less than the pattern says: a real service's visitor is only observed, until it is suspect. */
  readonly answer: Answer;
  /** The packet's numbers fit both sides of a connection, or the cookie of our SYN-ACK: nobody else sent it in this source's name. */
  readonly isProved: boolean;
}

/** pattern, 16 bits · answer, 8 bits · 1 where the source is proved */
function matchOf(detail: number): PatternMatch {
  const number = (detail >>> 16) & 0xff;
  const answer = ANSWERS.find((name) => ANSWER[name] === number) ?? "observe";
  return { pattern: detail & 0xffff, answer, isProved: detail >>> 24 === 1 };
}

const ANSWERS = ["observe", "drop", "reply", "handOver", "tarpit"] as const;

const EVENT_BYTES = 64;

/** `struct event`: at 8 · kind 1 · protocol 1 · flags 1 · pad 1 · interface 4 · from 16 · to 16 · ports 2 + 2 · detail 4 · mac 6 · more 2. */
export function parseEvent(record: Uint8Array): EngineEvent | undefined {
  if (record.length < EVENT_BYTES) return undefined;
  const reader = new Reader(record);
  const at = Buffer.from(reader.bytes(8)).readBigUInt64LE();
  const kind = EVENT_KINDS[reader.u8()];
  const [protocol, flags] = [reader.u8(), reader.u8()];
  reader.u8();
  const network = reader.u32le();
  const [from, to] = [reader.bytes(16), reader.bytes(16)];
  const [fromPort, toPort, detail] = [reader.u16le(), reader.u16le(), reader.u32le()];
  const mac = [...reader.bytes(6)].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
  if (kind === undefined || kind === "") return undefined;
  return {
    kind,
    at,
    protocol,
    flags,
    interface: network,
    from: addressText(from),
    to: addressText(to),
    fromPort,
    toPort,
    detail,
    mac,
    ...(kind === "pattern" ? { match: matchOf(detail) } : {}),
  };
}
