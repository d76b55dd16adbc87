/** Bytes of a packet that go from one address to another, with the checksums of IPv4, TCP, UDP and ICMPv6 as they then must be. */
export function readdress(packet: Uint8Array, { from, to }: { readonly from: Uint8Array; readonly to?: Uint8Array }): Buffer {
  const made = Buffer.from(packet);
  const isIpv4 = made.readUInt8(0) >> 4 === 4;
  const [at, size] = isIpv4 ? [12, 4] : [8, 16];
  made.set(from, at);
  if (to !== undefined) made.set(to, at + size);
  const change = wordSum(made.subarray(at, at + 2 * size)) - wordSum(Buffer.from(packet.subarray(at, at + 2 * size)));
  for (const place of checksums(made, isIpv4)) made.writeUInt16BE(adjusted(made.readUInt16BE(place), change), place);
  return made;
}

/** Where TCP begins, or whatever IP carries. */
export function transportAt(packet: Buffer): number {
  const first = packet.readUInt8(0);
  return first >> 4 === 4 ? (first & 15) * 4 : 40;
}

export function protocolOf(packet: Buffer): number {
  return packet.readUInt8(packet.readUInt8(0) >> 4 === 4 ? 9 : 6);
}

/** A TCP segment that acknowledges another number (RFC 1624). */
export function reacknowledge(packet: Uint8Array, acknowledgement: number): Buffer {
  const made = Buffer.from(packet);
  const tcp = transportAt(made);
  const before = wordSum(made.subarray(tcp + 8, tcp + 12));
  made.writeUInt32BE(acknowledgement >>> 0, tcp + 8);
  const change = wordSum(made.subarray(tcp + 8, tcp + 12)) - before;
  made.writeUInt16BE(adjusted(made.readUInt16BE(tcp + 16), change), tcp + 16);
  return made;
}

function checksums(packet: Buffer, isIpv4: boolean): readonly number[] {
  const transport = transportAt(packet);
  const inside = { 6: 16, 17: 6, 58: 2 }[protocolOf(packet)];
  const own = inside === undefined ? [] : [transport + inside];
  return isIpv4 ? [10, ...own] : own;
}

function wordSum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  return sum;
}

/** RFC 1624 §3: HC' = ~(~HC + ~m + m'). */
function adjusted(checksum: number, change: number): number {
  const sum = (~checksum & 0xffff) + change;
  const folded = ((sum % 0xffff) + 0xffff) % 0xffff;
  return ~folded & 0xffff;
}
