import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Writable } from "node:stream";
import { buildPacket } from "../../src/patterns/testing/build-packet.ts";
import type { Laboratory, Machine } from "../engine/laboratory.ts";
import { protocolOf } from "./readdress.ts";
import { wireAddress } from "./replayed.ts";

/** An interface of a machine at which frames go out as they are, and whatever comes in is seen. */
export class FramePort {
  readonly mac: Buffer;
  readonly #peer: Buffer;
  readonly #input: Writable;
  readonly #seen: Buffer[] = [];

  private constructor(input: Writable, [mac, peer]: readonly [Buffer, Buffer]) {
    this.#input = input;
    this.mac = mac;
    this.#peer = peer;
  }

  /** @param peer the machine at the other end of the cable */
  static async open(laboratory: Laboratory, [machine, peer]: readonly [Machine, Machine], link: string): Promise<FramePort> {
    const child = laboratory.spawn(machine, "python3", join(import.meta.dirname, "frames.py"), link);
    assert.ok(child.stdout !== null && child.stdin !== null);
    const port = new FramePort(child.stdin, [macOf(laboratory, machine, link), macOf(laboratory, peer, link)]);
    const lines = createInterface({ input: child.stdout });
    await once(lines, "line");
    lines.on("line", (line) => port.#seen.push(Buffer.from(line, "hex")));
    return port;
  }

  /** @param packet from its IP header on; it goes to the machine at the other end */
  send(packet: Uint8Array): void {
    const type = packet[0] === undefined || packet[0] >> 4 === 4 ? [0x08, 0x00] : [0x86, 0xdd];
    this.#input.write(`${Buffer.concat([this.#peer, this.mac, Buffer.from(type), packet]).toString("hex")}\n`);
  }

  /** Sends a ping behind all else, and waits for its answer: what was sent before has been through then. */
  async through(from: string, to: string): Promise<void> {
    const payload = Buffer.from("the last one");
    this.send(buildPacket({ protocol: "icmp", family: "ipv4", from: wireAddress(from), to: wireAddress(to), payload }));
    const isAnswered = () => this.packets().some((packet) => protocolOf(packet) === 1 && packet.subarray(-payload.length).equals(payload));
    for (let tries = 0; tries < 1200 && !isAnswered(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(isAnswered(), "the last one was never answered");
  }

  /** The packets that came in so far, each from its IP header on. */
  packets(): readonly Buffer[] {
    return this.#seen.map((frame) => frame.subarray(14));
  }

  forget(): void {
    this.#seen.length = 0;
  }
}

function macOf(laboratory: Laboratory, machine: Machine, link: string): Buffer {
  const found: unknown = JSON.parse(laboratory.must(machine, "ip", "-j", "link", "show", "dev", link));
  assert.ok(Array.isArray(found));
  return Buffer.from(`${found[0].address}`.replaceAll(":", ""), "hex");
}
