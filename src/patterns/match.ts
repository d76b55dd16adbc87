import { isLetter } from "./content-shape.ts";
import { type Circumstances, type Packet, readPacket } from "./packet.ts";
import type { Anchored, Content, Numeric, Pattern, Searched } from "./pattern.ts";
import { inRange } from "./range.ts";
import { DIRECTION_BIT, FAMILY_BIT, FIELD, FLOW_BIT, PAYLOAD_BYTES, PROTOCOL_BIT } from "./tables.ts";

/**
 * What patterns mean, as plainly as it can be said: the yardstick for the compiled tables and for the kernel's engine.
 *
 * @param bytes an IP packet from its first byte on
 * @returns ids of all patterns that match, in the order of `patterns`
 */
export function matchPatterns(patterns: readonly Pattern[], bytes: Uint8Array, circumstances: Circumstances): readonly string[] {
  const packet = readPacket(bytes, circumstances);
  return packet === undefined ? [] : patterns.filter((pattern) => matches(pattern, packet)).map(({ id }) => id);
}

export function matches(pattern: Pattern, packet: Packet): boolean {
  return (
    applies(pattern, packet) &&
    conditionsHold(pattern, packet) &&
    pattern.alternatives.some((contents) => contents.every((content) => isIn(content, packet.payload)))
  );
}

function applies({ protocols, families, directions, flows, ports }: Pattern, packet: Packet): boolean {
  return (
    protocols.some((protocol) => PROTOCOL_BIT[protocol] === packet.protocol) &&
    families.some((family) => FAMILY_BIT[family] === packet.family) &&
    directions.some((direction) => DIRECTION_BIT[direction] === packet.direction) &&
    flows.some((flow) => FLOW_BIT[flow] === packet.flow) &&
    (ports.length === 0 || ports.some(({ from, to }) => packet.localPort >= from && packet.localPort <= to))
  );
}

function conditionsHold({ conditions }: Pattern, { fields }: Packet): boolean {
  return conditions.every((condition) => inRange(fields[FIELD[condition.field]] ?? 0, condition));
}

function isIn(content: Content, payload: Uint8Array): boolean {
  if (content.kind === "anchored") return standsAt(content, payload);
  return content.kind === "searched" ? isFound(content, payload) : numberFits(content, payload);
}

function standsAt({ at, bytes, mask }: Anchored, payload: Uint8Array): boolean {
  if (at + bytes.length > payload.length) return false;
  return bytes.every((byte, index) => (((payload[at + index] ?? 0) ^ byte) & (mask[index] ?? 0)) === 0);
}

function isFound(content: Searched, payload: Uint8Array): boolean {
  const last = Math.min(content.within, payload.length, PAYLOAD_BYTES) - content.bytes.length;
  for (let from = content.from; from <= last; from++) {
    if (content.bytes.every((byte, index) => sameByte(byte, payload[from + index] ?? 0, content.ignoreCase))) return true;
  }
  return false;
}

function sameByte(wanted: number, found: number, ignoreCase: boolean): boolean {
  return wanted === found || (ignoreCase && isLetter(wanted) && isLetter(found) && (wanted & 0xdf) === (found & 0xdf));
}

function numberFits(number: Numeric, payload: Uint8Array): boolean {
  if (number.at + number.size > payload.length) return false;
  const bytes = [...payload.subarray(number.at, number.at + number.size)];
  if (number.littleEndian) bytes.reverse();
  return inRange(
    bytes.reduce((sum, byte) => sum * 256 + byte, 0),
    number,
  );
}
