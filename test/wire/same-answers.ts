import assert from "node:assert/strict";
import type { FramePort } from "./frame-port.ts";
import { protocolOf, transportAt } from "./readdress.ts";
import { type Replayed, wireAddress } from "./replayed.ts";

/** What each source got back: packets without what the kernel draws, each once. */
export type Answers = ReadonlyMap<string, readonly string[]>;

/** Sends all packets and a ping behind them, and waits until that was answered and nothing more comes back. */
export async function replayTo(port: FramePort, all: readonly Replayed[]): Promise<Answers> {
  port.forget();
  for (const { packet } of all) port.send(packet);
  await port.through("10.9.255.254", "192.0.2.10");
  for (let quiet = 0, before = -1; quiet < 10; ) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const now = port.packets().length;
    quiet = now === before ? quiet + 1 : 0;
    before = now;
  }
  const sources = new Set(all.map(({ source }) => wireAddress(source).toString("hex")));
  const found = new Map<string, Set<string>>();
  for (const packet of port.packets()) {
    const to = receiverOf(packet);
    if (sources.has(to)) found.set(to, (found.get(to) ?? new Set()).add(withoutChance(packet).toString("hex")));
  }
  return new Map([...found].map(([to, packets]) => [to, [...packets].sort()]));
}

export function assertSameAnswers(now: Answers, before: Answers, all: readonly Replayed[]): void {
  for (const { source, said } of all) {
    const to = wireAddress(source).toString("hex");
    assert.deepEqual(now.get(to), before.get(to), `${source} ${said}`);
  }
}

function receiverOf(packet: Buffer): string {
  const transport = transportAt(packet);
  return packet.subarray(transport - (packet.readUInt8(0) >> 4 === 4 ? 4 : 16), transport).toString("hex");
}

const SYN = 2;

/** Zeros instead of identification, flow label and checksums, and of what SYN-ACKs draw: sequence number and timestamps. */
function withoutChance(packet: Buffer): Buffer {
  const made = Buffer.from(packet);
  const transport = transportAt(made);
  if (made.readUInt8(0) >> 4 === 4) made.fill(0, 4, 6).fill(0, 10, 12);
  else made.writeUInt32BE((made.readUInt32BE(0) & 0xfff00000) >>> 0, 0);
  const protocol = protocolOf(made);
  if (protocol !== 6) return protocol === 17 ? made.fill(0, transport + 6, transport + 8) : made.fill(0, transport + 2, transport + 4);
  made.fill(0, transport + 16, transport + 18);
  if ((made.readUInt8(transport + 13) & SYN) !== 0) withoutDrawn(made, transport);
  return made;
}

function withoutDrawn(packet: Buffer, transport: number): void {
  packet.fill(0, transport + 4, transport + 8);
  const end = transport + (packet.readUInt8(transport + 12) >> 4) * 4;
  for (let at = transport + 20; at < end; ) {
    const kind = packet.readUInt8(at);
    if (kind === 8) packet.fill(0, at + 2, at + 6);
    at += kind === 1 ? 1 : Math.max(2, packet.readUInt8(at + 1));
  }
}
