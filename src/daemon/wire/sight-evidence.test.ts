import assert from "node:assert/strict";
import test from "node:test";
import type { SeenPacket } from "../../steward/verbs/api.ts";
import { SightEvidence } from "./sight-evidence.ts";

type Seen = SeenPacket["event"];

function packet(event: Partial<Seen>, more: Partial<SeenPacket> = {}): SeenPacket {
  const usual: Seen = {
    kind: "unused-port",
    ...{ atNs: "0", protocol: 6, flags: 2, interface: 2, detail: 0, mac: "02:00:00:00:00:01" },
    ...{ from: "198.51.100.7", to: "192.0.2.1", fromPort: 40_000, toPort: 23 },
  };
  return { sight: "packet", event: { ...usual, ...event }, ...more };
}

test("what anybody can send in another's name is without proof", () => {
  const evidence = new SightEvidence();
  const kinds = ["unused-port", "odd-flags", "land-dropped", "land-dead", "pattern"] as const;
  for (const kind of kinds) assert.equal(evidence.of(packet({ kind }, { pattern: "land.tcp", weight: 90 }))?.proof, "none", kind);
});

test("a segment that fits our cookie proves its source: once a connection, half-open where it only resets", () => {
  const evidence = new SightEvidence();
  const deed = { kind: "contact", host: "192.0.2.1", port: 23 } as const;
  const source = "198.51.100.7";
  assert.deepEqual(evidence.of(packet({ kind: "proof", flags: 0x10 })), { source, proof: "cookie", deed: { ...deed, halfOpen: false } });
  assert.equal(evidence.of(packet({ kind: "proof", flags: 0x14 })), undefined, "the same connection");
  assert.deepEqual(evidence.of(packet({ kind: "proof", flags: 0x14, fromPort: 40_001 })), {
    ...{ source, proof: "cookie" },
    deed: { ...deed, halfOpen: true },
  });
});

test("flags are told by name, and a pattern by its name and weight", () => {
  const evidence = new SightEvidence();
  assert.deepEqual(evidence.of(packet({ kind: "odd-flags", flags: 0x03 }))?.deed, { kind: "odd", what: "a segment with FIN and SYN" });
  assert.deepEqual(evidence.of(packet({ kind: "odd-flags", flags: 0 }))?.deed, { kind: "odd", what: "a segment with no flags" });
  assert.deepEqual(evidence.of(packet({ kind: "pattern" }, { pattern: "smb.smbghost", weight: 80 }))?.deed, {
    ...{ kind: "pattern", id: "smb.smbghost", weight: 80 },
  });
  const match = { pattern: 5, answer: "observe", isProved: true } as const;
  const proved = packet({ kind: "pattern", match }, { pattern: "smb.smbghost", weight: 80 });
  assert.equal(evidence.of(proved)?.proof, "handshake", "in a connection, by its numbers");
  assert.equal(evidence.of(packet({ kind: "pattern" })), undefined, "of a set of patterns that is gone");
});

test("lines of logs and entries of the journal are logins; what is neither says nothing", () => {
  const evidence = new SightEvidence();
  const message = "Failed password for root from 198.51.100.7 port 40000 ssh2";
  const line = evidence.of({ sight: "log", text: `Jan  5 10:00:00 host sshd[123]: ${message}` });
  assert.deepEqual([line?.source, line?.proof, line?.deed.kind], ["198.51.100.7", "log", "login"]);
  const entry = JSON.stringify({
    ...{ SYSLOG_IDENTIFIER: "sshd", _UID: "0", _COMM: "sshd" },
    MESSAGE: "Accepted publickey for anna from 198.51.100.7 port 40000 ssh2",
  });
  const login = evidence.of({ sight: "log", text: entry })?.deed;
  assert.ok(login?.kind === "login" && login.accepted && login.verified);
  for (const text of ["", "x", "{", "{}", "[]", '{"MESSAGE":5}', "{\u0000", "null"])
    assert.equal(evidence.of({ sight: "log", text }), undefined);
  assert.equal(evidence.of({ sight: "lost", count: 5 }), undefined);
});
