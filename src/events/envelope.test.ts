import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { catalogue, type Kind } from "./catalogue.ts";
import { checkObservation, Envelope, isSessionObservation, MAX_TEXT_BYTES, MAX_TEXTS, timeText } from "./envelope.ts";
import type { Field } from "./field.ts";
import type { Observation } from "./observation.ts";

const NOW_NS = 1_763_773_377_123_456_789n;
const CONTEXT = {
  sensor: "edge-1",
  session: "019aa8f1-0000-7000-8000-000000000000",
  decoy: "ssh",
  transport: "tcp",
  source: { address: "192.0.2.7", port: 40_000 },
  destination: { address: "198.51.100.1", port: 22 },
} as const;

function envelopeAt(nowNs: bigint): Envelope {
  return new Envelope({ now: () => nowNs, random: (bytes) => Buffer.alloc(bytes, 0xa5) });
}

test("an event carries its envelope in the documented order", () => {
  const event = envelopeAt(NOW_NS).seal({ kind: "ssh.ident", fields: { ident: "SSH-2.0-Go" } }, CONTEXT);
  assert.deepEqual(Object.keys(event), [
    "v",
    "id",
    "time",
    "sensor",
    "kind",
    "session",
    "decoy",
    "transport",
    "source",
    "destination",
    "fields",
  ]);
  assert.equal(event.time, "2025-11-22T01:02:57.123456789Z");
  assert.equal(event.v, 1);
  assert.deepEqual(event.fields, { ident: "SSH-2.0-Go" });
});

test("what belongs to no visit has no place", () => {
  const event = envelopeAt(NOW_NS).seal({ kind: "sensor.stop", fields: { reason: "SIGTERM" } }, { sensor: "edge-1" });
  assert.deepEqual(Object.keys(event), ["v", "id", "time", "sensor", "kind", "fields"]);
});

test("bytes that are UTF-8 become text and need no raw form", () => {
  const event = envelopeAt(NOW_NS).seal(
    { kind: "auth.attempt", fields: { method: "password", user: Buffer.from("rööt"), accepted: false } },
    CONTEXT,
  );
  assert.deepEqual(event.fields, { method: "password", user: "rööt", accepted: false });
  assert.equal(event.raw, undefined);
});

test("bytes that are not UTF-8 are kept exactly beside their readable form", () => {
  const bytes = Buffer.from([0x61, 0xff, 0xfe, 0x62]);
  const event = envelopeAt(NOW_NS).seal({ kind: "ssh.ident", fields: { ident: bytes } }, CONTEXT);
  assert.equal(event.fields["ident"], "a\ufffd\ufffdb");
  assert.deepEqual(event.raw, { ident: bytes.toString("base64") });
});

test("a byte order mark and a NUL are kept", () => {
  const event = envelopeAt(NOW_NS).seal({ kind: "ssh.ident", fields: { ident: Buffer.from("\ufeff\0x") } }, CONTEXT);
  assert.equal(event.fields["ident"], "\ufeff\0x");
});

test("a list with one wrong member is kept exactly as a whole, so that places agree", () => {
  const values = ["plain", Buffer.from([0x80])];
  const event = envelopeAt(NOW_NS).seal({ kind: "protocol.note", fields: { what: "x", values } }, CONTEXT);
  assert.deepEqual(event.fields["values"], ["plain", "\ufffd"]);
  assert.deepEqual(event.raw, { values: [Buffer.from("plain").toString("base64"), "gA=="] });
});

test("optional fields that are undefined are left out", () => {
  const fields = { terminal: 0, type: undefined, status: undefined };
  assert.deepEqual(envelopeAt(NOW_NS).seal({ kind: "terminal.open", fields }, CONTEXT).fields, { terminal: 0 });
});

test("times have nine decimals and sort as text", () => {
  assert.equal(timeText(0n), "1970-01-01T00:00:00.000000000Z");
  assert.equal(timeText(1_000_000_001n), "1970-01-01T00:00:01.000000001Z");
});

test("a session's observation passes, as does every optional field left out", () => {
  const report: Observation = { kind: "auth.attempt", fields: { method: "none", user: Buffer.from([0xff]), accepted: false } };
  assert.equal(checkObservation(report.kind, report.fields), undefined);
  assert.ok(isSessionObservation(report));
});

test("what only the sensor may report is refused from a session", () => {
  for (const [name, kind] of Object.entries<Kind>(catalogue)) {
    const problem = checkObservation(name, sampleFields(kind));
    if (kind.by === "session") assert.equal(problem, undefined, name);
    else assert.match(problem ?? "", /sensor only/, name);
  }
});

function sampleFields(kind: Kind): Record<string, unknown> {
  return Object.fromEntries(Object.entries(kind.fields).map(([name, field]) => [name, sample(field)]));
}

function sample(field: Field<unknown>): unknown {
  return { text: field.tainted ? Buffer.from([0xff]) : "text", integer: 7, flag: true, texts: ["a"] }[field.type];
}

const HOSTILE: readonly (readonly [string, unknown, unknown])[] = [
  ["a kind that is not a text", 7, {}],
  ["an unknown kind", "no.such", {}],
  ["a name that every object has", "constructor", {}],
  ["the prototype as a kind", "__proto__", {}],
  ["no fields", "ssh.ident", undefined],
  ["null for fields", "ssh.ident", null],
  ["a list for fields", "ssh.ident", []],
  ["bytes for fields", "ssh.ident", Buffer.from("x")],
  ["a missing field", "ssh.ident", {}],
  ["an unknown field", "ssh.ident", { ident: "x", more: 1 }],
  ["a number for a text", "ssh.ident", { ident: 7 }],
  ["an object for a text", "ssh.ident", { ident: { toString: "x" } }],
  ["a lone surrogate", "ssh.ident", { ident: "\ud800" }],
  ["bytes where we choose the text", "auth.attempt", { method: Buffer.from("x"), user: "u", accepted: true }],
  ["a fraction", "terminal.close", { terminal: 0.5, status: 0 }],
  ["a number beyond 2^53", "terminal.close", { terminal: 2 ** 53, status: 0 }],
  ["NaN", "terminal.close", { terminal: Number.NaN, status: 0 }],
  ["a text for a flag", "auth.attempt", { method: "none", user: "u", accepted: "yes" }],
  ["a text of 65537 bytes", "ssh.ident", { ident: "x".repeat(MAX_TEXT_BYTES + 1) }],
  ["65537 bytes", "ssh.ident", { ident: new Uint8Array(MAX_TEXT_BYTES + 1) }],
  ["a text that is longer as UTF-8", "ssh.ident", { ident: "ö".repeat(MAX_TEXT_BYTES / 2 + 1) }],
  ["a list of 257", "protocol.note", { what: "x", values: new Array(MAX_TEXTS + 1).fill("a") }],
  ["a list of numbers", "protocol.note", { what: "x", values: [1] }],
  ["a list with holes", "protocol.note", { what: "x", values: new Array(3) }],
  ["a list that is too long together", "protocol.note", { what: "x", values: new Array(65).fill("a".repeat(1_024)) }],
];

for (const [what, kind, fields] of HOSTILE) {
  test(`a report with ${what} is refused`, () => {
    assert.equal(typeof checkObservation(kind, fields), "string");
  });
}

test("the largest allowed text and list pass", () => {
  assert.equal(checkObservation("ssh.ident", { ident: new Uint8Array(MAX_TEXT_BYTES) }), undefined);
  assert.equal(checkObservation("protocol.note", { what: "x", values: new Array(MAX_TEXTS).fill("a") }), undefined);
});
