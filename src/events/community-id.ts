import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { EventEndpoint } from "./event.ts";

/**
 * Community ID version 1: one name for a connection that all tools compute alike, whichever end they see first.
 * https://github.com/corelight/community-id-spec, seed 0.
 */

const PROTOCOLS = { tcp: 6, udp: 17 } as const;
const SEED = 0;

/**
 * The name; undefined if an address is not a numeric one.
 *
 *     seed      2  big-endian
 *     address   4 or 16  of the smaller end (by address, then by port)
 *     address   4 or 16  of the other
 *     protocol  1
 *     padding   1  zero
 *     port      2  of the smaller end
 *     port      2  of the other
 */
export function communityId(transport: "tcp" | "udp", source: EventEndpoint, destination: EventEndpoint): string | undefined {
  const from = addressBytes(source.address);
  const to = addressBytes(destination.address);
  if (from === undefined || to === undefined || from.length !== to.length) return undefined;
  const order = Buffer.compare(from, to) || source.port - destination.port;
  const ends = [
    { address: from, port: source.port },
    { address: to, port: destination.port },
  ];
  const [small, large] = order <= 0 ? ends : ends.toReversed();
  if (small === undefined || large === undefined) return undefined;
  const parts = [u16(SEED), small.address, large.address, Buffer.of(PROTOCOLS[transport], 0), u16(small.port), u16(large.port)];
  return `1:${createHash("sha1").update(Buffer.concat(parts)).digest("base64")}`;
}

/** The 4 or 16 bytes of a numeric address; undefined if it is none. */
export function addressBytes(address: string): Buffer | undefined {
  return address.includes(":") ? bytesOf6(address) : bytesOf4(address);
}

function bytesOf4(address: string): Buffer | undefined {
  const parts = address.split(".");
  const isRight = parts.length === 4 && parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256);
  return isRight ? Buffer.from(parts.map(Number)) : undefined;
}

/** RFC 4291 §2.2: groups of hex digits, `::` for the longest run of zeros, the last two groups perhaps as an IPv4 address. */
function bytesOf6(address: string): Buffer | undefined {
  const halves = address.split("::");
  if (halves.length > 2) return undefined;
  const [head = "", tail] = halves;
  const before = groupBytes(head, tail === undefined);
  const after = tail === undefined ? Buffer.alloc(0) : groupBytes(tail, true);
  if (before === undefined || after === undefined) return undefined;
  const zeros = V6_BYTES - before.length - after.length;
  if (tail === undefined ? zeros !== 0 : zeros < 2) return undefined;
  return Buffer.concat([before, Buffer.alloc(zeros), after]);
}

function groupBytes(text: string, mayEndIn4: boolean): Buffer | undefined {
  if (text === "") return Buffer.alloc(0);
  const groups = text.split(":");
  const parts = groups.map((group, index) => {
    if (mayEndIn4 && index === groups.length - 1 && group.includes(".")) return bytesOf4(group);
    return /^[0-9a-fA-F]{1,4}$/.test(group) ? u16(Number.parseInt(group, 16)) : undefined;
  });
  return parts.includes(undefined) ? undefined : Buffer.concat(parts.flatMap((part) => part ?? []));
}

function u16(value: number): Buffer {
  return Buffer.of((value >>> 8) & 0xff, value & 0xff);
}

const V6_BYTES = 16;
