import { internetChecksum } from "../../wire/packets/internet-checksum.ts";
import { PROTOCOL_TCP } from "../../wire/packets/ipv4.ts";
import { encodeTcp, type TcpOption } from "../../wire/packets/tcp.ts";
import { Writer } from "../../wire/writer.ts";

/** What a packet of a vector is, with what is usual where nothing is said. Addresses are of the documentation's networks. */
export interface PacketSpec {
  readonly protocol: "tcp" | "udp" | "icmp" | "icmpv6" | number;
  readonly family?: "ipv4" | "ipv6" | undefined;
  readonly from?: Uint8Array | undefined;
  readonly to?: Uint8Array | undefined;
  readonly fromPort?: number | undefined;
  readonly toPort?: number | undefined;
  readonly payload?: Uint8Array | undefined;
  readonly ttl?: number | undefined;
  readonly tos?: number | undefined;
  readonly id?: number | undefined;
  readonly fragment?: number | undefined;
  readonly flags?: string | undefined;
  readonly window?: number | undefined;
  readonly sequence?: number | undefined;
  readonly acknowledgement?: number | undefined;
  readonly urgent?: number | undefined;
  readonly reserved?: number | undefined;
  readonly options?: readonly TcpOption[] | undefined;
  readonly icmpType?: number | undefined;
  readonly icmpCode?: number | undefined;
  readonly icmpId?: number | undefined;
  readonly icmpSequence?: number | undefined;
}

const NUMBERS = { tcp: 6, udp: 17, icmp: 1, icmpv6: 58 } as const;
export const VISITOR = { ipv4: Uint8Array.of(198, 51, 100, 7), ipv6: address6(7) };
export const HOST = { ipv4: Uint8Array.of(192, 0, 2, 10), ipv6: address6(10) };

/** 2001:db8::N */
function address6(last: number): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set([0x20, 0x01, 0x0d, 0xb8]);
  bytes[15] = last;
  return bytes;
}

/** A whole IP packet with right checksums. */
export function buildPacket(spec: PacketSpec): Buffer {
  const family = spec.family ?? (spec.protocol === "icmpv6" ? "ipv6" : "ipv4");
  const from = spec.from ?? VISITOR[family];
  const to = spec.to ?? HOST[family];
  const protocol = typeof spec.protocol === "number" ? spec.protocol : NUMBERS[spec.protocol];
  const body = buildTransport(spec, { from, to, protocol });
  return family === "ipv4" ? buildIpv4(spec, { from, to, protocol, body }) : buildIpv6(spec, { from, to, protocol, body });
}

interface Addressed {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly protocol: number;
}

function buildTransport(spec: PacketSpec, at: Addressed): Uint8Array {
  const payload = spec.payload ?? new Uint8Array();
  if (spec.protocol === "tcp") return buildTcp(spec, at, payload);
  if (spec.protocol === "udp") return buildUdp(spec, at, payload);
  return typeof spec.protocol === "number" ? payload : buildIcmp(spec, at, payload);
}

function buildTcp(spec: PacketSpec, { from, to }: Addressed, payload: Uint8Array): Uint8Array {
  const { fromPort = 40_000, toPort = 80, sequence = 0x1234_5678, acknowledgement = 0, flags = "PA", window = 64_240, options = [] } = spec;
  const segment = encodeTcp({ fromPort, toPort, sequence, acknowledgement, flags, window, options, payload }, [from, to]);
  segment.writeUInt16BE(spec.urgent ?? 0, 18);
  segment.writeUInt8(segment.readUInt8(12) | (spec.reserved ?? 0), 12);
  return withChecksum(segment, 16, pseudoHeader({ from, to, protocol: PROTOCOL_TCP }, segment.length));
}

function buildUdp(spec: PacketSpec, at: Addressed, payload: Uint8Array): Uint8Array {
  const { fromPort = 40_000, toPort = 53 } = spec;
  const datagram = new Writer(8)
    .u16(fromPort)
    .u16(toPort)
    .u16(8 + payload.length)
    .u16(0)
    .bytes(payload)
    .finish();
  return withChecksum(datagram, 6, pseudoHeader(at, datagram.length));
}

function buildIcmp(spec: PacketSpec, at: Addressed, payload: Uint8Array): Uint8Array {
  const { icmpType = spec.protocol === "icmp" ? 8 : 128, icmpCode = 0, icmpId = 77, icmpSequence = 1 } = spec;
  const message = new Writer(8).u8(icmpType).u8(icmpCode).u16(0).u16(icmpId).u16(icmpSequence).bytes(payload).finish();
  return withChecksum(message, 2, spec.protocol === "icmp" ? new Uint8Array() : pseudoHeader(at, message.length));
}

function pseudoHeader({ from, to, protocol }: Addressed, size: number): Uint8Array {
  return new Writer(40).bytes(from).bytes(to).u32(size).u32(protocol).finish();
}

function withChecksum(message: Buffer, at: number, pseudo: Uint8Array): Buffer {
  message.writeUInt16BE(0, at);
  message.writeUInt16BE(internetChecksum(pseudo, message), at);
  return message;
}

function buildIpv4(spec: PacketSpec, { from, to, protocol, body }: Addressed & { readonly body: Uint8Array }): Buffer {
  const header = new Writer(20)
    .u8(0x45)
    .u8(spec.tos ?? 0)
    .u16(20 + body.length)
    .u16(spec.id ?? 0x4d2)
    .u16(spec.fragment ?? 0x4000)
    .u8(spec.ttl ?? 64)
    .u8(protocol)
    .u16(0)
    .bytes(from)
    .bytes(to)
    .finish();
  header.writeUInt16BE(internetChecksum(header), 10);
  return Buffer.concat([header, body]);
}

function buildIpv6(spec: PacketSpec, { from, to, protocol, body }: Addressed & { readonly body: Uint8Array }): Buffer {
  const header = new Writer(40)
    .u32(0x6000_0000 + (spec.tos ?? 0) * 0x10_0000)
    .u16(body.length)
    .u8(protocol)
    .u8(spec.ttl ?? 64)
    .bytes(from)
    .bytes(to)
    .finish();
  return Buffer.concat([header, body]);
}
