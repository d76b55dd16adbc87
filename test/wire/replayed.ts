import { compilePatterns, Interpreter, loadPatterns, readPacket } from "../../src/patterns/index.ts";
import { buildPacket } from "../../src/patterns/testing/build-packet.ts";
import { loadBenign, loadVectors, type Vector } from "../../src/patterns/testing/vectors.ts";
import { addressBytes } from "../../src/steward/engine/layout.ts";
import { protocolOf, readdress, transportAt } from "./readdress.ts";

/** Packets of the shipped patterns' vectors and of ordinary programs as they go over a wire, each with a source of its own. */
export const patternSet = loadPatterns();
export const compiled = compilePatterns(patternSet);
const interpreter = new Interpreter(compiled.tables);

export type Family = "ipv4" | "ipv6";
type Flow = Vector["circumstances"]["flow"];

export interface Replayed {
  readonly said: string;
  readonly family: Family;
  readonly source: string;
  readonly packet: Buffer;
  /** The pattern that must recognise it; undefined: none. */
  readonly wanted: string | undefined;
  readonly flow: Flow;
}

/** The address as it stands in a packet. */
export function wireAddress(text: string): Buffer {
  const bytes = addressBytes(text);
  return text.includes(":") ? bytes : bytes.subarray(12);
}

/** What the engine leaves alone: IPv4 options, IPv6 extension headers, what goes out, and LAND, which no pattern decides. */
function isForEngine({ bytes, circumstances }: Vector): boolean {
  const isPlain = bytes[0] === 0x45 || (bytes[0] === 0x60 && ![0, 43, 44, 60].includes(bytes[6] ?? 0));
  const [at, size] = bytes[0] === 0x45 ? [12, 4] : [8, 16];
  const isLand = bytes.subarray(at, at + size).equals(bytes.subarray(at + size, at + 2 * size));
  return circumstances.direction === "in" && isPlain && !isLand;
}

const SYN = 2;
const ACK = 16;

/** The state of its flow as it is on a wire: a SYN opens one, whatever was said, and nothing without ACK belongs to one. */
function flowOnWire(packet: Buffer, asked: Flow): Flow {
  if (protocolOf(packet) !== 6) return "new";
  const flags = packet[transportAt(packet) + 13] ?? 0;
  if ((flags & (SYN | ACK)) === SYN) return "new";
  if (asked === "stray" || (flags & ACK) === 0) return "stray";
  return asked !== "later" && payloadOf(packet).length > 0 ? "first" : "later";
}

/** What a TCP segment or a datagram carries. */
export function payloadOf(packet: Buffer): Buffer {
  const transport = transportAt(packet);
  return packet.subarray(transport + (protocolOf(packet) === 6 ? ((packet[transport + 12] ?? 0) >> 4) * 4 : 8));
}

export function yardstick(packet: Buffer, flow: Flow): string | undefined {
  const seen = readPacket(packet, { direction: "in", flow });
  const number = seen === undefined ? undefined : interpreter.patterns(seen)[0];
  return number === undefined ? undefined : compiled.patterns[number]?.id;
}

/** A network of 64 bits each over IPv6: that is one source to the engine. */
export function sourceOf(family: Family, index: number): string {
  return family === "ipv4" ? `10.9.${index >> 8}.${index & 255}` : `2001:db8:9:${(index + 1).toString(16)}::9`;
}

function prepared({ bytes, circumstances, said }: Vector, index: number): Replayed {
  const family = bytes[0] === 0x45 ? "ipv4" : "ipv6";
  const source = sourceOf(family, index);
  const packet = readdress(bytes, { from: wireAddress(source) });
  const flow = flowOnWire(packet, circumstances.flow);
  return { said, family, source, packet, wanted: yardstick(packet, flow), flow };
}

/** The first segment of the connection to which this one belongs; its numbers are such that this one is its first payload, or a later one. */
export function opening({ packet, family, source, flow }: Replayed): Buffer {
  const tcp = transportAt(packet);
  return buildPacket({
    ...{ protocol: "tcp", family, from: wireAddress(source), flags: "S", window: 64_240 },
    to: packet.subarray(tcp - (family === "ipv4" ? 4 : 16), tcp),
    ...{ fromPort: packet.readUInt16BE(tcp), toPort: packet.readUInt16BE(tcp + 2) },
    sequence: (packet.readUInt32BE(tcp + 4) - (flow === "first" ? 1 : 10)) >>> 0,
    options: [
      { kind: "mss", value: 1460 },
      { kind: "sackOK" },
      { kind: "ts", value: 77, echo: 0 },
      { kind: "nop" },
      { kind: "wscale", value: 7 },
    ],
  });
}

export function isInConnection({ packet, flow }: Pick<Replayed, "packet" | "flow">): boolean {
  return protocolOf(packet) === 6 && (flow === "first" || flow === "later");
}

export function replayed(): readonly Replayed[] {
  const both = (["ipv4", "ipv6"] as const).map((family) => loadVectors(patternSet.patterns, family));
  const all = [...both.flatMap(({ matching, near }) => [...matching, ...near]), ...loadBenign()];
  return all.filter(isForEngine).map(prepared);
}
