import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { catalogue, type Kind } from "./catalogue.ts";
import { isKindName } from "./check-observation.ts";
import { type EcsDocument, type EcsValue, ecsName, toEcs } from "./ecs.ts";
import { Envelope, type EventContext, type ReportedValue } from "./envelope.ts";
import type { Event } from "./event.ts";
import type { Field } from "./field.ts";

const envelope = new Envelope({ now: () => 1_763_773_377_123_456_789n, random: (bytes) => Buffer.alloc(bytes, 7) });
const VISIT: EventContext = {
  sensor: "edge-1",
  session: "019aa8f1-0000-7000-8000-000000000000",
  decoy: "ssh",
  transport: "tcp",
  source: { address: "192.0.2.7", port: 40_000 },
  destination: { address: "198.51.100.1", port: 22 },
};

/** One event of every kind with all its fields. */
const EVENTS: readonly Event[] = Object.keys(catalogue)
  .filter(isKindName)
  .map((kind) => {
    const { fields }: Kind = catalogue[kind];
    return envelope.seal({ kind, fields: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, sample(field)])) }, VISIT);
  });

function sample(field: Field<unknown>): ReportedValue {
  return { text: "some text", integer: 7, flag: true, texts: ["a", "b"] }[field.type];
}

/** Dotted names and values of all leaves. */
function leaves(document: EcsDocument, before = ""): [string, Exclude<EcsValue, EcsDocument>][] {
  return Object.entries(document).flatMap(([name, value]) => {
    if (typeof value === "object" && !isList(value)) return leaves(value, `${before}${name}.`);
    return [[`${before}${name}`, value]];
  });
}

function isList(value: EcsValue): value is readonly string[] {
  return Array.isArray(value);
}

function at(document: EcsDocument, name: string): unknown {
  return leaves(document).find(([leaf]) => leaf === name)?.[1];
}

for (const event of EVENTS) {
  test(`${event.kind}: the envelope and every field arrive`, () => {
    const document = toEcs(event);
    assert.equal(at(document, "@timestamp"), event.time);
    assert.equal(at(document, "event.id"), event.id);
    assert.equal(at(document, "event.action"), event.kind);
    assert.equal(at(document, "observer.name"), "edge-1");
    assert.equal(at(document, "source.ip"), "192.0.2.7");
    assert.equal(at(document, "deception.session.id"), VISIT.session);
    assert.deepEqual(at(document, "event.category"), catalogue[event.kind].ecs.category);
    for (const name of Object.keys(event.fields)) assert.notEqual(at(document, ecsName(event.kind, name)), undefined, name);
  });
}

test("no name has two types, and none is both a value and an object", () => {
  const types = new Map<string, string>();
  for (const event of EVENTS) {
    for (const [name, value] of leaves(toEcs(event))) {
      const type = isList(value) ? "string" : typeof value;
      assert.equal(types.get(name) ?? type, type, name);
      types.set(name, type);
    }
  }
  for (const name of types.keys()) {
    for (const other of types.keys()) assert.ok(!other.startsWith(`${name}.`), `${name} and ${other}`);
  }
});

test("no two fields of a kind share a name", () => {
  for (const { kind, fields } of EVENTS) {
    const names = Object.keys(fields).map((field) => ecsName(kind, field));
    assert.equal(new Set(names).size, names.length, kind);
  }
});

test("categories and types are those of ECS", () => {
  const categories = [
    "api",
    "authentication",
    "configuration",
    "database",
    "driver",
    "email",
    "file",
    "host",
    "iam",
    "intrusion_detection",
    "library",
    "malware",
    "network",
    "package",
    "process",
    "registry",
    "session",
    "threat",
    "vulnerability",
    "web",
  ];
  const types = [
    "access",
    "admin",
    "allowed",
    "change",
    "connection",
    "creation",
    "deletion",
    "denied",
    "device",
    "end",
    "error",
    "group",
    "indicator",
    "info",
    "installation",
    "protocol",
    "start",
    "user",
  ];
  for (const { ecs } of Object.values<Kind>(catalogue)) {
    for (const category of ecs.category) assert.ok(categories.includes(category), category);
    for (const type of ecs.type) assert.ok(types.includes(type), type);
  }
});

function seal(
  kind: "auth.attempt" | "connection.close" | "tunnel.request" | "download.request" | "file.captured" | "exploit.attempt",
  fields: Record<string, ReportedValue>,
): EcsDocument {
  return toEcs(envelope.seal({ kind, fields }, VISIT));
}

test("whether a login got in is the outcome, and the user is related", () => {
  const inside = seal("auth.attempt", { method: "password", user: "root", password: "x", accepted: true });
  assert.equal(at(inside, "event.outcome"), "success");
  assert.equal(at(inside, "deception.auth.password"), "x");
  assert.deepEqual(at(inside, "related.user"), ["root"]);
  assert.equal(at(seal("auth.attempt", { method: "password", user: "root", accepted: false }), "event.outcome"), "failure");
});

test("durations are in nanoseconds", () => {
  assert.equal(
    at(seal("connection.close", { by: "visitor", durationMs: 1_500, bytesIn: 1, bytesOut: 2 }), "event.duration"),
    1_500_000_000,
  );
});

test("a tunnel's target is the destination, and the decoy is the server", () => {
  const document = seal("tunnel.request", { way: "direct-tcpip", host: "203.0.113.9", port: 25, answer: "refused" });
  assert.deepEqual(
    [at(document, "destination.address"), at(document, "destination.ip"), at(document, "destination.port")],
    ["203.0.113.9", "203.0.113.9", 25],
  );
  assert.deepEqual([at(document, "server.ip"), at(document, "server.port")], ["198.51.100.1", 22]);
  assert.deepEqual(at(document, "related.ip"), ["192.0.2.7", "198.51.100.1", "203.0.113.9"]);
  const named = seal("tunnel.request", { way: "direct-tcpip", host: "mail.example", port: 25, answer: "refused" });
  assert.equal(at(named, "destination.ip"), undefined);
  assert.deepEqual(at(named, "related.hosts"), ["mail.example"]);
});

test("hosts of addresses that were asked for are related, whatever the visitor wrote", () => {
  const url = (text: string) => seal("download.request", { url: text, program: "wget", fetched: false });
  assert.deepEqual(at(url("http://evil.example/x.sh"), "related.hosts"), ["evil.example"]);
  assert.deepEqual(at(url("http://[2001:db8::1]/x"), "related.ip"), ["192.0.2.7", "198.51.100.1", "2001:db8::1"]);
  assert.equal(at(url("no address at all"), "related.hosts"), undefined);
});

test("hashes are related, exploits are alerts, inexact bytes are kept", () => {
  const file = seal("file.captured", {
    sha256: "ab".repeat(32),
    size: 1,
    name: Buffer.from([0xff]),
    way: "scp",
    truncated: false,
    duplicate: false,
  });
  assert.deepEqual(at(file, "related.hash"), ["ab".repeat(32)]);
  assert.equal(at(file, "deception.raw.name"), "/w==");
  assert.equal(at(file, "event.kind"), "event");
  assert.equal(at(seal("exploit.attempt", { name: "CVE-2018-15473", evidence: "x" }), "event.kind"), "alert");
});

test("a name that every object has is an ordinary field", () => {
  const event = envelope.seal({ kind: "protocol.note", fields: { what: "__proto__", values: ["constructor"] } }, { sensor: "__proto__" });
  assert.equal(at(toEcs(event), "observer.name"), "__proto__");
});
