import { DIRECTION_BIT, FAMILY_BIT, FIELD, FLOW_BIT, PROTOCOL_BIT } from "./tables.ts";
import { readTcpOptions } from "./tcp-options.ts";

/**
 * One packet as patterns see it: the fields of its headers and its payload. The layout of the fields is in tables.ts.
 *
 * What must stay true: hostile bytes give either facts that are right or none; nothing is read behind the packet's own length.
 */
export interface Packet {
  /** Indexed by FIELD. */
  readonly fields: Uint32Array;
  /** A bit of PROTOCOL_BIT, and so on. */
  readonly protocol: number;
  readonly family: number;
  readonly direction: number;
  readonly flow: number;
  /** This host's port; 0 where the protocol has none. */
  readonly localPort: number;
  readonly payload: Uint8Array;
}

/** What the packet itself doesn't say. */
export interface Circumstances {
  readonly direction: keyof typeof DIRECTION_BIT;
  readonly flow: keyof typeof FLOW_BIT;
}

const MAX_EXTENSIONS = 4;
const [HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION] = [0, 43, 44, 60];

/** @param bytes an IP packet from its first byte on. @returns undefined where nothing may be matched: tables.ts says when. */
export function readPacket(bytes: Uint8Array, circumstances: Circumstances): Packet | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = new Uint32Array(32);
  const inner = bytes.length < 20 ? undefined : readIp(view, fields);
  if (inner === undefined) return undefined;
  const { family, protocol, at, end } = inner;
  fields[FIELD.ipProtocol] = protocol;
  const kind = kindOf(protocol, family);
  const payloadAt = readTransport(kind, { view, fields, at, end });
  if (payloadAt === undefined) return undefined;
  const payload = bytes.subarray(payloadAt.from, payloadAt.to);
  fields[FIELD.payloadSize] = payload.length;
  return {
    ...{ fields, payload, protocol: PROTOCOL_BIT[kind], family: FAMILY_BIT[family] },
    direction: DIRECTION_BIT[circumstances.direction],
    flow: FLOW_BIT[circumstances.flow],
    localPort: fields[circumstances.direction === "in" ? FIELD.toPort : FIELD.fromPort] ?? 0,
  };
}

interface Inner {
  readonly family: "ipv4" | "ipv6";
  readonly protocol: number;
  /** Where what IP carries begins and ends. */
  readonly at: number;
  readonly end: number;
}

interface Transport {
  readonly view: DataView;
  readonly fields: Uint32Array;
  readonly at: number;
  readonly end: number;
}

function readIp(view: DataView, fields: Uint32Array): Inner | undefined {
  const version = view.getUint8(0) >> 4;
  return version === 4 ? readIpv4(view, fields) : version === 6 ? readIpv6(view, fields) : undefined;
}

/** RFC 791 §3.1; the fields are those of src/wire/packets/ipv4.ts. */
function readIpv4(view: DataView, fields: Uint32Array): Inner | undefined {
  const headerSize = (view.getUint8(0) & 15) * 4;
  const size = view.getUint16(2);
  const fragment = view.getUint16(6);
  if (headerSize < 20 || size < headerSize || size > view.byteLength || (fragment & 0x3fff) !== 0) return undefined;
  fields[FIELD.tos] = view.getUint8(1);
  fields[FIELD.ipSize] = size;
  fields[FIELD.ipId] = view.getUint16(4);
  fields[FIELD.fragment] = fragment;
  fields[FIELD.ttl] = view.getUint8(8);
  fields[FIELD.ipOptions] = headerSize - 20;
  fields[FIELD.sameAddress] = Number(view.getUint32(12) === view.getUint32(16));
  fields[FIELD.sequenceByAddress] = view.getUint32(16);
  return { family: "ipv4", protocol: view.getUint8(9), at: headerSize, end: size };
}

/**
 * RFC 8200 §3:
 *   version, traffic class, flow label   4
 *   payload length                       2    (without this header)
 *   next header                          1
 *   hop limit                            1
 *   source, destination                  16 + 16
 */
function readIpv6(view: DataView, fields: Uint32Array): Inner | undefined {
  if (view.byteLength < 40) return undefined;
  const end = 40 + view.getUint16(4);
  if (end > view.byteLength) return undefined;
  const last = skipExtensions(view, end);
  if (last === undefined) return undefined;
  fields[FIELD.tos] = (view.getUint16(0) >> 4) & 0xff;
  fields[FIELD.ipSize] = end;
  fields[FIELD.ttl] = view.getUint8(7);
  fields[FIELD.ipOptions] = last.at - 40;
  fields[FIELD.sameAddress] = Number([8, 12, 16, 20].every((at) => view.getUint32(at) === view.getUint32(at + 16)));
  fields[FIELD.sequenceByAddress] = view.getUint32(36);
  return { family: "ipv6", protocol: last.next, at: last.at, end };
}

/** Extension headers (RFC 8200 §4): next header 1, length 1 in units of eight bytes without the first. */
function skipExtensions(view: DataView, end: number): { readonly next: number; readonly at: number } | undefined {
  let next = view.getUint8(6);
  let at = 40;
  for (let count = 0; count <= MAX_EXTENSIONS; count++) {
    if (next === FRAGMENT) return undefined;
    if (next !== HOP_BY_HOP && next !== ROUTING && next !== DESTINATION) return { next, at };
    if (at + 8 > end) return undefined;
    next = view.getUint8(at);
    at += (view.getUint8(at + 1) + 1) * 8;
    if (at > end) return undefined;
  }
  return undefined;
}

function kindOf(protocol: number, family: string): keyof typeof PROTOCOL_BIT {
  if (protocol === 6) return "tcp";
  if (protocol === 17) return "udp";
  if (protocol === 1 && family === "ipv4") return "icmp";
  return protocol === 58 && family === "ipv6" ? "icmpv6" : "other";
}

function readTransport(kind: keyof typeof PROTOCOL_BIT, packet: Transport): { readonly from: number; readonly to: number } | undefined {
  if (kind === "tcp") return readTcp(packet);
  const { fields, at, end } = packet;
  fields[FIELD.sequenceByAddress] = 0;
  if (kind === "udp") return readUdp(packet);
  return kind === "other" ? { from: at, to: end } : readIcmp(packet);
}

/** RFC 9293 §3.1; the fields are those of src/wire/packets/tcp.ts. */
function readTcp({ view, fields, at, end }: Transport): { readonly from: number; readonly to: number } | undefined {
  if (at + 20 > end) return undefined;
  const headerSize = (view.getUint8(at + 12) >> 4) * 4;
  if (headerSize < 20 || at + headerSize > end) return undefined;
  readPorts({ view, fields, at, end });
  const sequence = view.getUint32(at + 4);
  const target = fields[FIELD.sequenceByAddress] ?? 0;
  fields[FIELD.sequence] = sequence;
  fields[FIELD.acknowledgement] = view.getUint32(at + 8);
  fields[FIELD.tcpFlags] = view.getUint16(at + 12) & 0x0fff;
  fields[FIELD.window] = view.getUint16(at + 14);
  fields[FIELD.urgent] = view.getUint16(at + 18);
  fields[FIELD.optionsSize] = headerSize - 20;
  fields[FIELD.sequenceByAddress] = sequence ^ target;
  fields[FIELD.idByTarget] = (target ^ (fields[FIELD.toPort] ?? 0) ^ sequence ^ (fields[FIELD.ipId] ?? 0)) & 0xffff;
  readTcpOptions(new DataView(view.buffer, view.byteOffset + at + 20, headerSize - 20), fields);
  return { from: at + headerSize, to: end };
}

/** RFC 768: ports 2 + 2, length 2 (with this header), checksum 2. */
function readUdp({ view, fields, at, end }: Transport): { readonly from: number; readonly to: number } | undefined {
  if (at + 8 > end) return undefined;
  const size = view.getUint16(at + 4);
  if (size < 8 || at + size > end) return undefined;
  readPorts({ view, fields, at, end });
  return { from: at + 8, to: at + size };
}

function readPorts({ view, fields, at }: Transport): void {
  const [from, to] = [view.getUint16(at), view.getUint16(at + 2)];
  fields[FIELD.fromPort] = from;
  fields[FIELD.toPort] = to;
  fields[FIELD.samePort] = Number(from === to);
}

/** RFC 792, RFC 4443 §2.1: type 1, code 1, checksum 2, and four bytes that echoes use as identifier and sequence number. */
function readIcmp({ view, fields, at, end }: Transport): { readonly from: number; readonly to: number } | undefined {
  if (at + 8 > end) return undefined;
  fields[FIELD.icmpType] = view.getUint8(at);
  fields[FIELD.icmpCode] = view.getUint8(at + 1);
  fields[FIELD.icmpId] = view.getUint16(at + 4);
  fields[FIELD.icmpSequence] = view.getUint16(at + 6);
  return { from: at + 8, to: end };
}
