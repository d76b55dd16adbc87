import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import test from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Decoy, Settings } from "../decoy/decoy.ts";
import { checkObservation } from "../events/envelope.ts";
import { checkShape } from "../shape/shape.ts";
import { type Chance, chance } from "./chance.ts";
import { digest } from "./fake-keys.ts";
import { type Deed, FakePeer, type FakePeerSettings } from "./fake-peer.ts";
import { escapeBytes } from "./talk.ts";

/** What `checkDecoy` needs to know of a decoy to try it. */
export interface Subject<O, P> {
  readonly decoy: Decoy<O, P>;
  readonly settings: Settings<O, P>;
  readonly peer?: FakePeerSettings;
  /** Openings that lead deeper than chance does, such as a greeting or a login. */
  readonly openings: readonly Buffer[];
  /** Bytes that one turn may send, beyond what the visitor sent in it. */
  readonly maxBytesPerTurn: number;
  /** Bytes that a session may go on sending while the visitor does not read. */
  readonly maxBytesUnread: number;
}

const ROUNDS = 60;
const WARM_UP_BYTES = 4 << 20;
const FLOOD_BYTES = 24 << 20;
const MAX_GROWTH_BYTES = 12 << 20;

/** The conformance suite of the decoy contract: registers its tests. Every decoy passes it before anything else is looked at. */
export function checkDecoy<O, P>(subject: Subject<O, P>): void {
  const { decoy } = subject;
  test(`${decoy.name}: its own settings fit its shapes`, () => settingsFit(subject));
  test(`${decoy.name}: random bytes never throw, all observations are in the catalogue`, () => neverThrows(subject));
  test(`${decoy.name}: same input, seed and keys, same transcript`, () => repeats(subject));
  test(`${decoy.name}: output is bounded per turn, and nothing is sent after hanging up`, () => boundedOutput(subject));
  test(`${decoy.name}: output stops while the visitor does not read`, () => stopsUnread(subject));
  test(`${decoy.name}: memory is bounded under a flood`, () => boundedMemory(subject));
  test(`${decoy.name}: an ended session is silent and sets no alarms`, () => silentAfterEnd(subject));
}

function settingsFit<O, P>({ decoy, settings }: Subject<O, P>): void {
  assert.deepEqual(checkShape(decoy.options, settings.options).problems, []);
  assert.deepEqual(checkShape(decoy.persona, settings.persona).problems, []);
  assert.deepEqual(checkShape(decoy.options, {}).problems, [], "every option has a value that stands when it is missing");
}

function neverThrows<O, P>(subject: Subject<O, P>): void {
  for (let round = 0; round < ROUNDS; round++) {
    const { peer } = play(subject, `throw ${round}`);
    for (const { kind, fields } of peer.observations()) {
      assert.equal(checkObservation(kind, fields), undefined, `observation ${kind} ${JSON.stringify(fields)}`);
    }
  }
}

function repeats<O, P>(subject: Subject<O, P>): void {
  for (let round = 0; round < 12; round++) {
    const [one, two] = [play(subject, `repeat ${round}`), play(subject, `repeat ${round}`)];
    assert.equal(transcript(two.peer.deeds), transcript(one.peer.deeds));
  }
}

function boundedOutput<O, P>(subject: Subject<O, P>): void {
  for (let round = 0; round < ROUNDS; round++) {
    const { peer, largestTurn } = play(subject, `bound ${round}`);
    assert.ok(largestTurn <= subject.maxBytesPerTurn, `${largestTurn} bytes in one turn`);
    assert.equal(peer.sentAfterHangUp, 0);
  }
}

function stopsUnread<O, P>(subject: Subject<O, P>): void {
  for (const [index, opening] of subject.openings.entries()) {
    const { session, peer } = openSession(subject, `unread ${index}`);
    session.start?.();
    session.receive(Buffer.from(opening));
    peer.reading = false;
    peer.take();
    for (let turn = 0; turn < 2000 && peer.hungUp === undefined; turn++) {
      session.receive(Buffer.from(opening));
      peer.clock.advance(1);
    }
    assert.ok(peer.sent().length <= subject.maxBytesUnread, `${peer.sent().length} bytes into a closed window`);
    session.end?.();
  }
}

function boundedMemory<O, P>(subject: Subject<O, P>): void {
  const collect = garbageCollector();
  for (const [index, opening] of [Buffer.alloc(0), ...subject.openings].entries()) {
    const { session, peer } = openSession(subject, `memory ${index}`);
    session.start?.();
    session.receive(Buffer.from(opening));
    const chunk = Buffer.alloc(1 << 16, index % 2 === 0 ? "A" : "\0");
    const flood = (bytes: number) => {
      for (let sent = 0; sent < bytes && peer.hungUp === undefined; sent += chunk.length) {
        session.receive(Buffer.from(chunk));
        peer.clock.advance(0);
        peer.take();
      }
    };
    // The first bytes warm the engine up, whose own tables then stand.
    flood(WARM_UP_BYTES);
    collect();
    const before = usedBytes();
    flood(FLOOD_BYTES);
    peer.captures.splice(0);
    collect();
    const growth = usedBytes() - before;
    assert.ok(growth < MAX_GROWTH_BYTES, `${growth} bytes kept after opening ${index}`);
    session.end?.();
  }
}

function silentAfterEnd<O, P>(subject: Subject<O, P>): void {
  for (const [index, opening] of subject.openings.entries()) {
    const { session, peer } = openSession(subject, `end ${index}`);
    session.start?.();
    session.receive(Buffer.from(opening));
    session.end?.();
    peer.take();
    peer.clock.advance(3_600_000);
    assert.equal(peer.sent().length, 0);
    assert.equal(peer.clock.waiting, 0, "alarms are cancelled by end()");
  }
}

/** One visit of an opening, mutations of it, and garbage, with time passing in between. */
function play<O, P>(subject: Subject<O, P>, seed: string) {
  const random = chance(seed);
  const { session, peer } = openSession(subject, seed);
  let largestTurn = 0;
  const turn = (act: () => void, received: number) => {
    const before = peer.deeds.length;
    act();
    largestTurn = Math.max(largestTurn, sentIn(peer.deeds.slice(before)) - received);
  };
  turn(() => session.start?.(), 0);
  for (let step = 0; step < 24 && peer.hungUp === undefined; step++) {
    const bytes = visitorBytes(subject.openings, random);
    turn(() => session.receive(bytes), bytes.length);
    turn(() => peer.clock.advance(random.integer(3) === 0 ? random.integer(5000) : 0), 0);
  }
  if (peer.hungUp === undefined && random.integer(2) === 0) session.finish?.();
  session.end?.();
  return { peer, largestTurn };
}

function visitorBytes(openings: readonly Buffer[], random: Chance): Buffer {
  const opening = openings[random.integer(openings.length + 1)];
  if (opening === undefined || random.integer(4) === 0) return random.bytes(1 + random.integer(600));
  const bytes = Buffer.from(opening);
  const flips = random.integer(4);
  for (let flip = 0; flip < flips && bytes.length > 0; flip++) bytes[random.integer(bytes.length)] = random.integer(256);
  return random.integer(5) === 0 ? bytes.subarray(0, random.integer(bytes.length + 1)) : bytes;
}

function openSession<O, P>(subject: Subject<O, P>, seed: string) {
  const peer = new FakePeer({ ...subject.peer, seed });
  return { session: subject.decoy.open(peer, subject.settings), peer };
}

function sentIn(deeds: readonly Deed[]): number {
  return deeds.reduce((sum, deed) => sum + (deed.what === "send" ? deed.bytes.length : 0), 0);
}

function transcript(deeds: readonly Deed[]): string {
  return deeds
    .map((deed) => {
      if (deed.what === "send") return `send ${deed.bytes.length} ${digest(deed.bytes)} ${escapeBytes(deed.bytes.subarray(0, 60))}`;
      return JSON.stringify(deed);
    })
    .join("\n");
}

function usedBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  assert.ok(typeof collect === "function");
  return () => {
    // Twice: what the first finds dead may have held buffers that the second can give back.
    collect();
    collect();
  };
}
