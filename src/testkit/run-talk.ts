import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import type { Session } from "../decoy/session.ts";
import { type Chance, chance } from "./chance.ts";
import type { Deed, FakePeer } from "./fake-peer.ts";
import { escapeBytes, parseTalk, type Step, type Talk } from "./talk.ts";

/** Opens the session under test on a fresh peer; called once for each replay. */
export type OpenForTalk = (talk: Talk) => { readonly session: Session; readonly peer: FakePeer };

/** Registers a test for each `.talk` file in `folder`: each is replayed whole, byte by byte and in seeded random chunks. */
export function runTalks(folder: string, open: OpenForTalk): void {
  const names = readdirSync(folder).filter((name) => name.endsWith(".talk"));
  assert.ok(names.length > 0, `no talks in ${folder}`);
  for (const name of names.sort()) {
    const talk = parseTalk(name.slice(0, -".talk".length), readFileSync(join(folder, name), "utf8"));
    for (const [how, cut] of cuttings(name)) test(`talk ${talk.name}, ${how}`, () => runTalk(talk, open, cut));
  }
}

type Cut = (bytes: Buffer) => readonly Buffer[];

function cuttings(seed: string): readonly (readonly [string, Cut])[] {
  const random = chance(seed);
  return [
    ["whole", (bytes) => [bytes]],
    ["byte by byte", (bytes) => Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))],
    ["in random chunks", (bytes) => randomChunks(bytes, random)],
  ];
}

function randomChunks(bytes: Buffer, random: Chance): readonly Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + random.integer(Math.min(40, bytes.length - at));
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

/** Replays one talk; an assertion names the line where the session did something else. */
export function runTalk(talk: Talk, open: OpenForTalk, cut: Cut): void {
  const { session, peer } = open(talk);
  session.start?.();
  let expected: Step[] = [];
  for (const step of talk.steps) {
    if (step.way === "ours" || step.way === "observed" || step.way === "hangUp") {
      expected.push(step);
      continue;
    }
    compare(peer.take(), expected, step.line);
    expected = [];
    perform(step, { session, peer, cut });
  }
  compare(peer.take(), expected, talk.steps.at(-1)?.line ?? 0);
  session.end?.();
  assert.equal(peer.sentAfterHangUp, 0, "nothing may be sent after hanging up");
}

function perform(step: Step, { session, peer, cut }: { session: Session; peer: FakePeer; cut: Cut }): void {
  if (step.way === "time") peer.clock.advance(step.ms);
  if (step.way === "finish") session.finish?.();
  if (step.way !== "visitor") return;
  for (const chunk of cut(step.bytes)) {
    if (peer.hungUp === undefined) session.receive(Buffer.from(chunk));
    peer.clock.advance(0);
  }
}

function compare(deeds: readonly Deed[], expected: readonly Step[], line: number): void {
  assert.equal(escapeBytes(sentBytes(deeds)), escapeBytes(expectedBytes(expected)), `bytes sent before line ${line}`);
  const observed = deeds.flatMap((deed) => (deed.what === "observe" ? [deed.observation] : []));
  const wanted = expected.filter((step) => step.way === "observed");
  assert.deepEqual(
    observed.map(({ kind }) => kind),
    wanted.map(({ kind }) => kind),
    `kinds observed before line ${line}`,
  );
  for (const [index, { fields, line: at }] of wanted.entries()) compareFields(observed[index]?.fields ?? {}, fields, at);
  const hungUp = deeds.flatMap((deed) => (deed.what === "hangUp" ? [deed.how] : []));
  const wantedHangUps = expected.flatMap((step) => (step.way === "hangUp" ? [step.how] : []));
  assert.deepEqual(hungUp, wantedHangUps, `hang-ups before line ${line}`);
}

/** Only the fields that the talk names are compared. */
function compareFields(actual: object, wanted: Readonly<Record<string, unknown>>, line: number): void {
  const given = Object.fromEntries(Object.entries(actual).filter(([key]) => Object.hasOwn(wanted, key)));
  assert.deepEqual(readable(given), wanted, `fields observed at line ${line}`);
}

function readable(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, readableValue(value)]));
}

function readableValue(value: unknown): unknown {
  if (value instanceof Uint8Array) return escapeBytes(value);
  return Array.isArray(value) ? value.map(readableValue) : value;
}

function sentBytes(deeds: readonly Deed[]): Buffer {
  return Buffer.concat(deeds.flatMap((deed) => (deed.what === "send" ? [deed.bytes] : [])));
}

function expectedBytes(expected: readonly Step[]): Buffer {
  return Buffer.concat(expected.flatMap((step) => (step.way === "ours" ? [step.bytes] : [])));
}
