import { done, malformed, type Parsed, partial } from "../parsed.ts";
import { Reader } from "../reader.ts";
import { Writer } from "../writer.ts";
import { internetChecksum } from "./internet-checksum.ts";

/** An IPv4 packet without options. Addresses are four bytes. */
export interface Ipv4Packet {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly protocol: number;
  readonly ttl: number;
  readonly id: number;
  readonly dontFragment: boolean;
  readonly payload: Uint8Array;
}

export const PROTOCOL_ICMP = 1;
export const PROTOCOL_TCP = 6;

/**
 * RFC 791 §3.1:
 *   version and header length  1    (length in units of four bytes)
 *   type of service            1
 *   total length               2
 *   identification             2
 *   flags and fragment offset  2    (0x4000: don't fragment)
 *   time to live               1
 *   protocol                   1
 *   header checksum            2
 *   source, destination        4 + 4
 *   options                    header length - 20
 *
 * A fragment that is not the first is malformed here: nothing in it can be read.
 */
export function parseIpv4(bytes: Uint8Array): Parsed<Ipv4Packet> {
  if (bytes.length < 20) return partial();
  const reader = new Reader(bytes);
  const first = reader.u8();
  const headerSize = (first & 15) * 4;
  reader.u8();
  const totalSize = reader.u16();
  const id = reader.u16();
  const fragment = reader.u16();
  const ttl = reader.u8();
  const protocol = reader.u8();
  reader.u16();
  if (first >> 4 !== 4 || headerSize < 20 || totalSize < headerSize) return malformed("no IPv4 header");
  if ((fragment & 0x1fff) !== 0) return malformed("a later fragment");
  if (bytes.length < totalSize) return partial();
  const [from, to] = [reader.bytes(4), reader.bytes(4)];
  const payload = bytes.subarray(headerSize, totalSize);
  return done({ from, to, protocol, ttl, id, dontFragment: (fragment & 0x4000) !== 0, payload }, totalSize);
}

export function encodeIpv4({ from, to, protocol, ttl, id, dontFragment, payload }: Ipv4Packet): Buffer {
  const header = new Writer(20)
    .u8(0x45)
    .u8(0)
    .u16(20 + payload.length)
    .u16(id)
    .u16(dontFragment ? 0x4000 : 0)
    .u8(ttl)
    .u8(protocol)
    .u16(0)
    .bytes(from)
    .bytes(to)
    .finish();
  header.writeUInt16BE(internetChecksum(header), 10);
  return Buffer.concat([header, payload]);
}

/** Four bytes of `192.0.2.1`; undefined: it is no dotted IPv4 address. */
export function ipv4Bytes(address: string): Uint8Array | undefined {
  const parts = address.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return Uint8Array.from(parts, Number);
}
