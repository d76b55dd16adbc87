import { Lot } from "../../src/patterns/testing/lot.ts";
import { internetChecksum } from "../../src/wire/packets/internet-checksum.ts";
import { readdress, transportAt } from "./readdress.ts";
import { type Replayed, sourceOf, wireAddress } from "./replayed.ts";

/**
 * Packets that nobody thought of: vectors with wrong lengths, header sizes, flags, fragments, options, extension headers, and whatever; two of three with
 * right checksums, so that the kernel takes what can be taken.
 */
export function mutants(of: readonly Replayed[], count: number): readonly Replayed[] {
  const lot = new Lot(20_261_122);
  return Array.from({ length: count }, (_, index) => {
    const one = lot.one(of);
    const source = sourceOf(one.family, FIRST + index);
    const packet = withChecksums(lot.one(CHANGES)(readdress(one.packet, { from: wireAddress(source) }), lot), lot.below(3) > 0);
    return { ...one, source, packet, said: packet.toString("hex") };
  });
}

/** Behind those of the vectors themselves. */
const FIRST = 4096;
/** Extensions (RFC 8200 §4), tunnels, and protocols that are none. */
const NEXT_HEADERS = [0, 43, 44, 60, 51, 50, 59, 41, 4, 6, 17, 58, 132];

type Change = (packet: Buffer, lot: Lot) => Buffer;
const isIpv4 = (packet: Buffer) => packet.readUInt8(0) >> 4 === 4;

function put(packet: Buffer, at: number, value: number): Buffer {
  if (at < packet.length) packet.writeUInt8(value, at);
  return packet;
}

const CHANGES: readonly Change[] = [
  (packet, lot) => packet.subarray(0, packet.length - lot.below(Math.min(packet.length - 30, 40) + 1)),
  (packet, lot) => Buffer.concat([packet, lot.bytes(lot.below(60))]),
  // TCP: size of the header, flags; UDP, ICMP: whatever is there.
  (packet, lot) => put(packet, transportAt(packet) + 12, lot.below(256)),
  (packet, lot) => put(packet, transportAt(packet) + 13, lot.below(256)),
  (packet, lot) => (isIpv4(packet) ? put(packet, 0, 0x40 + lot.below(16)) : put(packet, 6, lot.one(NEXT_HEADERS))),
  // Fragments; another length.
  (packet, lot) => put(packet, isIpv4(packet) ? 6 : 4, lot.below(256)),
  (packet, lot) => {
    const first = isIpv4(packet) ? 20 : 40;
    for (let left = 3; left > 0; left -= 1) put(packet, first + lot.below(40), lot.below(256));
    return packet;
  },
];

const PLACES: Readonly<Record<number, number>> = { 1: 2, 6: 16, 17: 6, 58: 2 };

/** Of IPv4's header always: else nobody would look further. */
function withChecksums(packet: Buffer, ofTransport: boolean): Buffer {
  const made = Buffer.from(packet);
  const version4 = isIpv4(made);
  if (made[0] === 0x45) made.writeUInt16BE(0, 10);
  if (made[0] === 0x45) made.writeUInt16BE(internetChecksum(made.subarray(0, 20)), 10);
  const [at, protocol] = version4 ? [20, made.readUInt8(9)] : [40, made.readUInt8(6)];
  const end = version4 ? made.readUInt16BE(2) : 40 + made.readUInt16BE(4);
  const place = at + (PLACES[protocol] ?? 0);
  if (!ofTransport || place === at || end > made.length || place + 2 > end) return made;
  made.writeUInt16BE(0, place);
  const pseudo = Buffer.concat([
    made.subarray(version4 ? 12 : 8, at),
    Buffer.from([0, 0, (end - at) >> 8, (end - at) & 255, 0, 0, 0, protocol]),
  ]);
  made.writeUInt16BE(internetChecksum(protocol === 1 ? Buffer.alloc(0) : pseudo, made.subarray(at, end)), place);
  return made;
}
