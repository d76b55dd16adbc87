import assert from "node:assert/strict";
import { createServer } from "node:net";
import test from "node:test";
import { number32 } from "../../src/steward/engine/bpf-map.ts";
import { networkBytes } from "../../src/steward/engine/layout.ts";
import { optionsText, type TcpSegment } from "../../src/wire/packets/tcp.ts";
import {
  type Between,
  cookie,
  ENGINE,
  EngineRun,
  HOOKS,
  HOST,
  HOST6,
  type Hook,
  PLAIN_SEGMENT,
  tcpFrame,
  VISITOR,
  VISITOR6,
} from "./program-run.ts";
import { siphash } from "./siphash.ts";

test("the reference hash gives the paper's vector (SipHash, appendix A)", () => {
  const bytes = (size: number) => Buffer.from(Array.from({ length: size }, (_, index) => index));
  assert.equal(siphash(bytes(16), bytes(15)), 0xa129ca6149be45e5n);
});

const WAYS: readonly (readonly [Hook, Between])[] = HOOKS.flatMap((hook) => [
  [hook, [VISITOR, HOST]] as const,
  [hook, [VISITOR6, HOST6]] as const,
]);

const BANNER = Buffer.from("220 Welcome to the ftp service\r\n");
const PORTS = {
  9: { kind: "tarpit" },
  21: { kind: "banner", banner: BANNER, ending: "silence" },
  23: { kind: "banner", banner: Buffer.from("odd"), ending: "end" },
  25: { kind: "banner", banner: BANNER, ending: "end-after-first" },
  80: { kind: "banner", banner: Buffer.alloc(0), ending: "silence" },
} as const;

const u32 = (value: number) => value >>> 0;

/** A visitor's connection, told by hand. */
class Conversation {
  readonly #run: EngineRun;
  readonly #way: readonly [Hook, Between];
  readonly #port: number;
  readonly isn = 0xffff_fff0;
  readonly ours: number;

  constructor(run: EngineRun, way: readonly [Hook, Between], port: number) {
    this.#run = run;
    this.#way = way;
    this.#port = port;
    this.ours = u32(cookie(way[1], PLAIN_SEGMENT.fromPort, port) ^ this.isn);
  }

  say(segment: Partial<TcpSegment>) {
    return this.#run.talk(this.#way[0], this.#way[1], { toPort: this.#port, ...segment });
  }

  /** @param sent bytes of the visitor before this segment; @param heard bytes of ours that it acknowledges */
  next(flags: string, [sent, heard]: readonly [number, number], payload = "") {
    const [sequence, acknowledgement] = [u32(this.isn + 1 + sent), u32(this.ours + 1 + heard)];
    return this.say({ flags, sequence, acknowledgement, payload: Buffer.from(payload) });
  }

  /** Flags, sequence and acknowledgement (both from each one's first byte on), window and payload of an answer. */
  told({ answer, verdict }: { readonly answer: TcpSegment | undefined; readonly verdict: string }) {
    if (answer === undefined) return verdict;
    const { flags, sequence, acknowledgement, window, payload } = answer;
    const from = u32(sequence - this.ours - 1);
    const to = u32(acknowledgement - this.isn - 1);
    return `${flags} ${from | 0} ${to | 0} ${window} ${Buffer.from(payload).toString("latin1")}`.trimEnd();
  }
}

test("an unused port answers SYN with SYN-ACK, whose number is the keyed hash XOR the visitor's", ENGINE, () => {
  using run = new EngineRun(PORTS);
  for (const way of WAYS) {
    const tarpit = new Conversation(run, way, 9);
    const { answer } = tarpit.say({ flags: "S", sequence: tarpit.isn });
    assert.equal(answer?.sequence, tarpit.ours);
    assert.equal(answer?.acknowledgement, u32(tarpit.isn + 1));
    assert.deepEqual([answer?.flags, answer?.window, answer?.options], ["SA", 0, []]);
    assert.deepEqual([answer?.fromPort, answer?.toPort], [9, PLAIN_SEGMENT.fromPort]);
    const banner = new Conversation(run, way, 21).say({ flags: "S" }).answer;
    assert.deepEqual([banner?.flags, banner?.window, optionsText(banner?.options ?? [])], ["SA", 65_535, "mss=1440"]);
  }
});

test("a SYN with options and one with data are answered all the same", ENGINE, () => {
  using run = new EngineRun(PORTS);
  const options = [
    { kind: "mss", value: 1460 },
    { kind: "sackOK" },
    { kind: "ts", value: 5, echo: 0 },
    { kind: "wscale", value: 7 },
  ] as const;
  for (const way of WAYS) {
    const conversation = new Conversation(run, way, 9);
    for (const more of [{ options }, { payload: Buffer.alloc(700, 1) }, { flags: "SEC", options }])
      assert.equal(conversation.told(conversation.say({ flags: "S", sequence: conversation.isn, ...more })), "SA -1 0 0");
  }
});

test("the tarpit answers probes of its window and nothing else", ENGINE, () => {
  using run = new EngineRun(PORTS);
  for (const way of WAYS) {
    const c = new Conversation(run, way, 9);
    assert.equal(c.told(c.next("A", [0, 0])), "drop", "the handshake's end");
    assert.equal(c.told(c.next("A", [-1, 0])), "A 0 0 0", "a probe without data");
    assert.equal(c.told(c.next("A", [-1, 0], "x")), "A 0 0 0", "a keepalive with a byte");
    assert.equal(c.told(c.next("A", [0, 0], "G")), "A 0 0 0", "a probe with the next byte, which is not taken");
    assert.equal(c.told(c.next("FA", [0, 0])), "drop");
    assert.equal(c.told(c.next("RA", [0, 0])), "drop", "RST is never answered");
    assert.equal(c.told(c.next("R", [0, 0])), "pass", "RST without acknowledgement carries no cookie");
    for (const wrong of [
      [1, 0],
      [0, 1],
      [-2, 0],
      [5, 5],
    ] as const)
      assert.equal(c.told(c.next("A", wrong)), "pass", `${wrong}`);
  }
});

test("a banner comes when the handshake is done; then silence that acknowledges", ENGINE, () => {
  using run = new EngineRun(PORTS);
  const [size, text] = [BANNER.length, BANNER.toString("latin1").trimEnd()];
  for (const way of WAYS) {
    const c = new Conversation(run, way, 21);
    assert.equal(c.told(c.next("A", [0, 0])), `PA 0 0 65535 ${text}`);
    assert.equal(c.told(c.next("A", [0, size])), "drop", "the banner is acknowledged");
    assert.equal(c.told(c.next("PA", [0, size], "USER x\r\n")), `A ${size} 8 65535`);
    assert.equal(c.told(c.next("PA", [8, size], "PASS y\r\n")), `A ${size} 16 65535`);
    assert.equal(c.told(c.next("A", [-1, size])), `A ${size} 0 65535`, "a keepalive");
    assert.equal(c.told(c.next("FA", [16, size])), `FA ${size} 17 65535`);
    assert.equal(c.told(c.next("A", [17, size + 1])), "drop");
    assert.equal(c.told(c.next("PA", [0, 0], "GET /\r\n")), `A ${size} 7 65535`, "who speaks first hears the rest in its place");
    assert.equal(c.told(c.next("RA", [0, size])), "drop");
  }
});

test("a banner that ends at once, one that ends after the first bytes, and a port without a banner", ENGINE, () => {
  using run = new EngineRun(PORTS);
  for (const way of WAYS) {
    const atOnce = new Conversation(run, way, 23);
    assert.equal(atOnce.told(atOnce.next("A", [0, 0])), "FPA 0 0 65535 odd");
    assert.equal(atOnce.told(atOnce.next("FA", [0, 4])), "A 4 1 65535");
    const later = new Conversation(run, way, 25);
    assert.equal(later.told(later.next("PA", [0, BANNER.length], "HELO a\r\n")), `FA ${BANNER.length} 8 65535`);
    assert.equal(later.told(later.next("FA", [8, BANNER.length + 1])), `A ${BANNER.length + 1} 9 65535`);
    const mute = new Conversation(run, way, 80);
    assert.equal(mute.told(mute.next("A", [0, 0])), "drop");
    assert.equal(mute.told(mute.next("PA", [0, 0], "GET /")), "A 0 5 65535");
  }
});

test("a segment with a chance acknowledgement is the kernel's", ENGINE, () => {
  using run = new EngineRun(PORTS);
  for (const way of WAYS)
    for (const port of [9, 21])
      for (let tries = 0; tries < 200; tries += 1) {
        const c = new Conversation(run, way, port);
        const acknowledgement = u32(c.ours + 0x4000_0000 + tries * 7919);
        assert.equal(c.say({ flags: "A", sequence: u32(c.isn + 1), acknowledgement }).verdict, "pass");
      }
});

test("what passes comes out byte for byte: other ports, other hosts, trusted sources, fragments, options, no heartbeat", ENGINE, () => {
  using run = new EngineRun(PORTS);
  run.object.map("trusted").set(networkBytes("203.0.113.0/24"), number32(1));
  run.object.map("trusted").set(networkBytes("2001:db8:beef::/48"), number32(1));
  const [syn, port] = [tcpFrame([VISITOR, HOST], {}), { toPort: 7 }];
  const fragment = Buffer.from(syn);
  fragment.writeUInt16BE(0x2000, 20);
  const withOptions = Buffer.from(syn);
  withOptions.writeUInt8(0x46, 14);
  const extended = Buffer.from(tcpFrame([VISITOR6, HOST6], {}));
  extended.writeUInt8(60, 20);
  const tagged = Buffer.concat([syn.subarray(0, 12), Buffer.from([0x81, 0, 0, 5]), syn.subarray(12)]);
  const group = Buffer.from(syn);
  group.writeUInt8(1, 0);
  const frames = {
    "a port without an answer": tcpFrame([VISITOR, HOST], port),
    "another host": tcpFrame([VISITOR, "192.0.2.9"], {}),
    "another host, IPv6": tcpFrame([VISITOR6, "2001:db8::9"], {}),
    "a trusted source": tcpFrame(["203.0.113.77", HOST], {}),
    "a trusted source, IPv6": tcpFrame(["2001:db8:beef::4", HOST6], {}),
    "a SYN-ACK": tcpFrame([VISITOR, HOST], { flags: "SA" }),
    "a fragment": fragment,
    "IPv4 options": withOptions,
    "an IPv6 extension header": extended,
    "a VLAN tag": tagged,
    "a group address": group,
    "a short frame": syn.subarray(0, 40),
    "an odd header size": Buffer.concat([syn.subarray(0, 46), Buffer.from([0xf0]), syn.subarray(47)]),
    ARP: Buffer.concat([syn.subarray(0, 12), Buffer.from([8, 6]), syn.subarray(14)]),
  };
  for (const hook of HOOKS) {
    for (const [name, bytes] of Object.entries(frames)) {
      const ran = run.run(hook, bytes);
      assert.deepEqual([ran.verdict, ran.bytes.toString("hex")], ["pass", bytes.toString("hex")], `${hook}: ${name}`);
    }
    assert.equal(run.run(hook, syn).verdict, "answer");
    run.beat(2500);
    assert.equal(run.run(hook, syn).verdict, "pass", "the steward is gone");
    run.beat();
  }
});

test("a port that something listens on is its own, from that packet on", ENGINE, async () => {
  using run = new EngineRun({ 8021: { kind: "tarpit" } });
  const syn = (between: Between) => tcpFrame(between, { toPort: 8021 });
  for (const [hook, between] of WAYS) assert.equal(run.run(hook, syn(between)).verdict, "answer");
  const server = createServer().listen({ port: 8021, host: "::" });
  await new Promise((resolve) => server.once("listening", resolve));
  run.beat();
  for (const [hook, between] of WAYS) assert.equal(run.run(hook, syn(between)).verdict, "pass");
  for (const way of WAYS) {
    const c = new Conversation(run, way, 8021);
    assert.equal(c.told(c.next("A", [-1, 0])), "pass", "a segment of before, too");
  }
  await new Promise((resolve) => server.close(resolve));
  run.beat();
  for (const [hook, between] of WAYS) assert.equal(run.run(hook, syn(between)).verdict, "answer");
});

test("ten thousand sources leave no entry in any map", ENGINE, () => {
  using run = new EngineRun(PORTS);
  const entries = () =>
    ["hostile", "seen", "trusted", "dead"].map(
      (name) => run.object.map(name).keys(name === "trusted" ? 20 : name === "dead" ? 8 : 16).length,
    );
  const before = entries();
  for (let index = 0; index < 10_000; index += 1) {
    if (index % 500 === 0) run.beat();
    const between: Between = [`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`, HOST];
    const isn = u32(index * 7919);
    const { answer } = run.talk("utsu_xdp", between, { sequence: isn });
    assert.equal(answer?.sequence, u32(cookie(between, PLAIN_SEGMENT.fromPort, 9) ^ isn));
    const probe = { flags: "A", sequence: isn, acknowledgement: u32((answer?.sequence ?? 0) + 1) };
    assert.equal(run.talk("utsu_xdp", between, probe).verdict, "answer");
  }
  assert.deepEqual(entries(), before);
});
