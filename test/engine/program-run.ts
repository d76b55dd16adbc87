import { isIPv4 } from "node:net";
import { join } from "node:path";
import koffi from "koffi";
import { number32, number64 } from "../../src/steward/engine/bpf-map.ts";
import { BpfObject, presentCalls } from "../../src/steward/engine/bpf-object.ts";
import { addressBytes, decoyBytes, settingsBytes, type UnusedAnswer } from "../../src/steward/engine/layout.ts";
import { errorName, type LibbpfCalls } from "../../src/steward/engine/libbpf-calls.ts";
import { encodeIpv4, parseIpv4 } from "../../src/wire/packets/ipv4.ts";
import { encodeTcp, parseTcp, type TcpSegment } from "../../src/wire/packets/tcp.ts";
import { needs } from "../rig/needs.ts";
import { siphash } from "./siphash.ts";

/**
 * The engine's programs, run by the kernel on single packets that a test made (BPF_PROG_TEST_RUN): what they answer and which bytes come out.
 * Nothing is attached, nothing is sent. Sockets are looked for in a network namespace of this process alone, which has none at first.
 */
export const OBJECT = join(import.meta.dirname, "..", "..", "kernel", "bpf", "engine.bpf.o");
export const KEY = Buffer.from("000102030405060708090a0b0c0d0e0f", "hex");
export const HOST = "192.0.2.1";
export const HOST6 = "2001:db8::1";
export const VISITOR = "198.51.100.7";
export const VISITOR6 = "2001:db8:77::7";

/** What every test here needs. */
export const ENGINE = needs("root", "libbpf.so.1");

export type Hook = "utsu_in" | "utsu_xdp";
export const HOOKS: readonly Hook[] = ["utsu_in", "utsu_xdp"];

/** What a program decided, the same words for both hooks. */
export type Verdict = "pass" | "drop" | "answer";
export const VERDICTS: Readonly<Record<string, Verdict>> = {
  "utsu_in 4294967295": "pass",
  "utsu_in 2": "drop",
  "utsu_in 7": "answer",
  "utsu_after 4294967295": "pass",
  "utsu_after 2": "drop",
  "utsu_after 7": "answer",
  "utsu_out 4294967295": "pass",
  "utsu_out 2": "drop",
  "utsu_xdp 2": "pass",
  "utsu_xdp 1": "drop",
  "utsu_xdp 3": "answer",
};

const CLONE_NEWNET = 0x40000000;
let apart = false;

/** Gives this process (its main thread, which makes all sockets) a network of its own, once. */
export function apartNetwork(): void {
  if (apart) return;
  if (presentCalls().unshare(CLONE_NEWNET) !== 0) throw new Error(`no network namespace: ${errorName(-1)}`);
  apart = true;
}

export interface Ran {
  readonly verdict: Verdict;
  readonly bytes: Buffer;
  /** Of one run, the mean. */
  readonly nanoseconds: number;
}

export class EngineRun implements Disposable {
  readonly object: BpfObject;

  constructor(ports: Readonly<Record<number, UnusedAnswer>> = {}, options = { land: true, scans: true }) {
    apartNetwork();
    this.object = BpfObject.load(OBJECT);
    this.object.map("settings_map").set(number32(0), settingsBytes(KEY, options));
    for (const address of [HOST, HOST6]) this.object.map("addresses").set(addressBytes(address), number32(1));
    for (const [index, [port, answer]] of Object.entries(ports).entries()) {
      this.object.map("decoys").set(number32(index + 1), decoyBytes(answer));
      this.object.map("roles").set(number32(Number(port)), number32(index + 1).subarray(0, 2));
    }
    this.beat();
  }

  #agoMs = 0;

  /** @param agoMs how old the steward's last sign of life is at each run from now on: a slow machine is no dead steward */
  beat(agoMs = 0): void {
    this.#agoMs = agoMs;
    this.object.map("heartbeat").set(number32(0), number64(process.hrtime.bigint() - BigInt(agoMs) * 1_000_000n));
  }

  run(program: Hook | "utsu_after" | "utsu_out", frame: Uint8Array, repeat = 1): Ran {
    this.beat(this.#agoMs);
    const { returned, bytes, nanoseconds } = programRun(this.object.calls, this.object.program(program), { frame, repeat });
    const told = `${program} ${returned}`;
    const verdict = VERDICTS[told];
    if (verdict === undefined) throw new Error(`${told} is no answer`);
    return { verdict, bytes, nanoseconds };
  }

  /** Lets the program see the segment, and reads its answer. */
  talk(program: Hook | "utsu_after", between: Between, segment: Partial<TcpSegment>): Ran & { readonly answer: TcpSegment | undefined } {
    const ran = this.run(program, tcpFrame(between, segment));
    return { ...ran, answer: ran.verdict === "answer" ? tcpOf(ran.bytes) : undefined };
  }

  [Symbol.dispose](): void {
    this.object[Symbol.dispose]();
  }
}

/** One test run of a loaded program: what it returned, the frame behind it, and how long it took. */
export function programRun(
  calls: LibbpfCalls,
  program: number,
  { frame, repeat }: { readonly frame: Uint8Array; readonly repeat: number },
) {
  const [into, out] = [Buffer.from(frame), Buffer.alloc(4096)];
  const options = Buffer.alloc(80);
  options.writeBigUInt64LE(80n, 0);
  options.writeBigUInt64LE(koffi.address(into), 8);
  options.writeBigUInt64LE(koffi.address(out), 16);
  options.writeUInt32LE(into.length, 24);
  options.writeUInt32LE(out.length, 28);
  options.writeInt32LE(repeat, 60);
  const result = calls.testRun(program, options);
  if (result < 0) throw new Error(`no test run: ${errorName(result)}`);
  const bytes = Buffer.from(out.subarray(0, options.readUInt32LE(28)));
  return { returned: options.readUInt32LE(56), bytes, nanoseconds: options.readUInt32LE(64) };
}

/** From whom to whom. */
export type Between = readonly [from: string, to: string];

export const SENDER_MAC = Buffer.from("02000000aa01", "hex");
/** The hardware address of the loopback device, which test runs pretend to come in by. */
export const OWN_MAC = Buffer.alloc(6);

/** What IP carries. */
export interface Carried {
  readonly protocol: number;
  readonly payload: Uint8Array;
}

export function frame(between: Between, { protocol, payload }: Carried, mac: Uint8Array = SENDER_MAC): Buffer {
  const [from, to] = [bytesOf(between[0]), bytesOf(between[1])];
  const type = Buffer.from(from.length === 4 ? [0x08, 0x00] : [0x86, 0xdd]);
  const ip =
    from.length === 4
      ? encodeIpv4({ from, to, protocol, ttl: 64, id: 7, dontFragment: true, payload })
      : Buffer.concat([Buffer.from([0x60, 0, 0, 0, payload.length >> 8, payload.length & 255, protocol, 64]), from, to, payload]);
  return Buffer.concat([OWN_MAC, mac, type, ip]);
}

export function bytesOf(address: string): Buffer {
  return isIPv4(address) ? addressBytes(address).subarray(12) : addressBytes(address);
}

export const PLAIN_SEGMENT: TcpSegment = {
  fromPort: 40_000,
  toPort: 9,
  sequence: 0x1234_5678,
  acknowledgement: 0,
  flags: "S",
  window: 64_240,
  options: [],
  payload: Buffer.alloc(0),
};

export function tcpFrame(between: Between, segment: Partial<TcpSegment>, mac: Uint8Array = SENDER_MAC): Buffer {
  const payload = encodeTcp({ ...PLAIN_SEGMENT, ...segment }, [bytesOf(between[0]), bytesOf(between[1])]);
  return frame(between, { protocol: 6, payload }, mac);
}

/** The TCP segment in a frame, whose checksums must be right and whose size must be exact. */
export function tcpOf(bytes: Buffer): TcpSegment {
  const isIpv4 = bytes.readUInt16BE(12) === 0x0800;
  const ip = bytes.subarray(14);
  const [from, to, segment] = isIpv4 ? ipv4Parts(ip) : [ip.subarray(8, 24), ip.subarray(24, 40), ip.subarray(40)];
  if (!isIpv4 && ip.readUInt16BE(4) !== segment.length) throw new Error("the frame is longer than its packet");
  const parsed = parseTcp(segment);
  if (parsed.status !== "done") throw new Error("no TCP segment");
  const again = encodeTcp(parsed.value, [from, to]);
  if (!again.equals(segment)) throw new Error(`checksum or header: ${segment.toString("hex")}, wanted ${again.toString("hex")}`);
  return parsed.value;
}

function ipv4Parts(ip: Buffer): readonly [Uint8Array, Uint8Array, Buffer] {
  const parsed = parseIpv4(ip);
  if (parsed.status !== "done" || parsed.size !== ip.length) throw new Error("the frame is longer than its packet");
  const again = encodeIpv4(parsed.value);
  if (!again.equals(ip)) throw new Error("the header's checksum is wrong");
  return [parsed.value.from, parsed.value.to, Buffer.from(parsed.value.payload)];
}

/** The number that the engine's initial sequence number is the visitor's XOR: SipHash of source, destination and both ports as on the wire. */
export function cookie([from, to]: Between, fromPort: number, toPort: number): number {
  const ports = Buffer.from([fromPort >> 8, fromPort & 255, toPort >> 8, toPort & 255]);
  return Number(siphash(KEY, Buffer.concat([bytesOf(from), bytesOf(to), ports])) & 0xffff_ffffn);
}
