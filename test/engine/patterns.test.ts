import assert from "node:assert/strict";
import test from "node:test";
import { compilePatterns, Interpreter, loadPatterns, readPacket } from "../../src/patterns/index.ts";
import { loadVectors, type Vector } from "../../src/patterns/testing/vectors.ts";
import { number32, RingBuffer } from "../../src/steward/engine/bpf-map.ts";
import { addressBytes, addressText, decoyBytes, parseEvent } from "../../src/steward/engine/layout.ts";
import { PatternMaps } from "../../src/steward/engine/pattern-maps.ts";
import { cookie, ENGINE, EngineRun, HOOKS, type Hook, OWN_MAC, SENDER_MAC } from "./program-run.ts";

/** The kernel's reading of the compiled patterns against the interpreter's. */
const set = loadPatterns();
const compiled = compilePatterns(set);
const interpreter = new Interpreter(compiled.tables);
const PORTS = 65_536;

class PatternRun implements Disposable {
  readonly run = new EngineRun();
  readonly #ring: RingBuffer;
  #matched: number | undefined;

  constructor() {
    new PatternMaps(this.run.object).load(compiled.tables);
    // Behind every port a decoy, so that segments can belong to a connection without a socket.
    this.run.object.map("decoys").set(number32(1), decoyBytes({ kind: "banner", banner: Buffer.alloc(0), ending: "silence" }));
    for (let port = 0; port < PORTS; port += 1) this.run.object.map("roles").set(number32(port), number32(1).subarray(0, 2));
    this.#ring = new RingBuffer(this.run.object.calls, this.run.object.map("events"), (record) => {
      const event = parseEvent(record);
      if (event?.kind === "pattern") this.#matched = event.detail & 0xffff;
    });
  }

  /** The pattern's number that the program told; undefined: none. */
  matched(hook: Hook, packet: Buffer): number | undefined {
    const [from, to] = ends(packet);
    this.run.object.map("addresses").set(to, number32(1));
    this.#forget(from);
    this.run.beat();
    this.#matched = undefined;
    this.run.run(hook, Buffer.concat([OWN_MAC, SENDER_MAC, Buffer.from(packet[0] === 0x45 ? [8, 0] : [0x86, 0xdd]), packet]));
    this.#ring.consume();
    return this.#matched;
  }

  /** What the source has told so far does not count. */
  #forget(from: Buffer): void {
    const [a = 0, b = 0, c = 0, d = 0] = [0, 4, 8, 12].map((at) => from.readUInt32LE(at));
    let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77) ^ Math.imul(c, 0xc2b2ae3d) ^ Math.imul(d, 0x27d4eb2f);
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x2c1b3c6d);
    hash = (hash ^ (hash >>> 13)) >>> 0;
    for (const place of [hash & 8191, (hash & 8191) + 8192, 16_384 + 4096, 16_384 + 4096 + 1])
      this.run.object.map("allowances").set(number32(place), Buffer.alloc(16));
  }

  [Symbol.dispose](): void {
    this.#ring[Symbol.dispose]();
    this.run[Symbol.dispose]();
  }
}

/** Both addresses of an IP packet, sixteen bytes each. */
function ends(packet: Buffer): readonly [Buffer, Buffer] {
  if (packet[0] !== 0x45) return [packet.subarray(8, 24), packet.subarray(24, 40)];
  const mapped = (at: number) => addressBytes([...packet.subarray(at, at + 4)].join("."));
  return [mapped(12), mapped(16)];
}

/** What the engine leaves alone: IPv4 options, IPv6 extension headers, its own LAND rule. */
function isForEngine({ bytes, circumstances }: Vector): boolean {
  const [from, to] = ends(bytes);
  const isPlain = bytes[0] === 0x45 || (bytes[0] === 0x60 && ![0, 43, 44, 60].includes(bytes[6] ?? 0));
  return circumstances.direction === "in" && isPlain && !from.equals(to);
}

type Circumstances = Vector["circumstances"];
interface Placed {
  readonly packet: Buffer;
  readonly circumstances: Circumstances;
}

/**
 * Makes a TCP segment what its flow says: part of a connection of the decoy's, its first bytes or later ones, or of none. A SYN opens a flow, whatever
 * was said, and nothing else does; datagrams always may.
 */
function placed({ bytes, circumstances }: Pick<Vector, "bytes" | "circumstances">): Placed {
  const packet = Buffer.from(bytes);
  const tcp = packet[0] === 0x45 ? 20 : 40;
  const flow = flowOf(packet, circumstances.flow);
  if (flow === "first" || flow === "later") {
    const [from, to] = ends(packet).map(addressText);
    const hash = cookie([from ?? "", to ?? ""], packet.readUInt16BE(tcp), packet.readUInt16BE(tcp + 2));
    const isn = packet.readUInt32BE(tcp + 4) - 1 - (flow === "first" ? 0 : 9);
    packet.writeUInt32BE(((hash ^ isn) + 1) >>> 0, tcp + 8);
  }
  return { packet, circumstances: { ...circumstances, flow } };
}

function flowOf(packet: Buffer, asked: Circumstances["flow"]): Circumstances["flow"] {
  const [tcp, protocol] = packet[0] === 0x45 ? [20, packet[9]] : [40, packet[6]];
  const flags = packet[tcp + 13] ?? 0;
  if (protocol !== 6 || (flags & 18) === 2) return "new";
  if (asked === "stray" || (flags & 16) === 0) return "stray";
  const payload = packet.length - tcp - ((packet[tcp + 12] ?? 0) >> 4) * 4;
  return asked !== "later" && payload > 0 ? "first" : "later";
}

function expected(packet: Buffer, circumstances: Circumstances): number | undefined {
  const seen = readPacket(packet, circumstances);
  return seen === undefined ? undefined : interpreter.patterns(seen)[0];
}

const name = (number: number | undefined) => (number === undefined ? "nothing" : (compiled.patterns[number]?.id ?? `${number}`));

for (const family of ["ipv4", "ipv6"] as const)
  test(`${family}: the kernel recognises in every vector what the tables say`, ENGINE, () => {
    const { matching, near } = loadVectors(set.patterns, family);
    using run = new PatternRun();
    const tried = [...matching, ...near].filter(isForEngine);
    let recognised = 0;
    for (const vector of tried) {
      const { packet, circumstances } = placed(vector);
      const wanted = expected(packet, circumstances);
      for (const hook of HOOKS) assert.equal(name(run.matched(hook, packet)), name(wanted), `${hook}: ${vector.said}`);
      if (wanted !== undefined) recognised += 1;
    }
    assert.ok(recognised > 200, `${recognised} of ${tried.length}`);
  });

/** Numbers that look random and are the same each time (xorshift). */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Changes some bytes behind the addresses, and now and then cuts the payload; the sizes stay true. */
function mutated({ bytes, circumstances }: Vector, below: (limit: number) => number): Pick<Vector, "bytes" | "circumstances"> {
  const isIpv4 = bytes[0] === 0x45;
  const head = isIpv4 ? 20 : 40;
  const whole = Buffer.from(bytes);
  for (let left = below(4); left > 0; left -= 1) {
    const at = head + 4 + below(Math.max(1, whole.length - head - 4));
    // A TCP header's own size stays: the reader of placed() goes by it.
    if (at < whole.length && at !== head + 12) whole.writeUInt8(below(256), at);
  }
  const isUdp = whole[isIpv4 ? 9 : 6] === 17;
  if (isUdp) whole.writeUInt16BE(whole.length - head, head + 4);
  return { bytes: whole, circumstances };
}

test("the kernel and the tables agree on packets that nobody thought of", ENGINE, () => {
  const below = chance(20_260_101);
  const vectors = (["ipv4", "ipv6"] as const).flatMap((family) => loadVectors(set.patterns, family).matching).filter(isForEngine);
  using run = new PatternRun();
  let recognised = 0;
  for (let tries = 0; tries < 3000; tries += 1) {
    const vector = vectors[below(vectors.length)];
    if (vector === undefined) continue;
    const { packet, circumstances } = placed(mutated(vector, below));
    const wanted = expected(packet, circumstances);
    const hook = tries % 2 === 0 ? "utsu_in" : "utsu_xdp";
    assert.equal(name(run.matched(hook, packet)), name(wanted), `${hook} ${tries}: ${packet.toString("hex")}`);
    if (wanted !== undefined) recognised += 1;
  }
  assert.ok(recognised > 1000 && recognised < 2900, `${recognised}`);
});
