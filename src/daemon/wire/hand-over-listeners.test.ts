import assert from "node:assert/strict";
import { BoundSocket } from "node:net";
import test from "node:test";
import { checkShape } from "../../shape/shape.ts";
import { wireShape } from "../../steward/wire/wire-settings.ts";
import { type Settings, standardSettings } from "../settings.ts";
import { bindForHandOver, handOverNotes, handOvers } from "./hand-over-listeners.ts";
import { sensorGate } from "./sensor-gate.ts";

function settings(handOver: readonly object[], more: Partial<Settings> = {}): Settings {
  const { value: wire } = checkShape(wireShape, { interfaces: [{ name: "eth0" }], handOver });
  assert.ok(wire !== undefined);
  return { ...standardSettings("/nonexistent"), wire, ...more };
}

test("a decoy that suspects meet has a socket that takes both versions: its own, or one on loopback", () => {
  const wanted = settings([
    { port: 22, decoy: "ssh" },
    { port: 2200, decoy: "ssh" },
    { port: 23, decoy: "telnet" },
    { port: 80, address: "192.0.2.1" },
  ]);
  const listen = [{ decoy: "telnet", address: "::", port: 2323 }];
  const bound = bindForHandOver({ ...wanted, listen });
  assert.deepEqual(
    bound.map(({ decoy, address }) => `${decoy} ${address}`),
    ["ssh ::ffff:127.0.0.1"],
  );
  for (const { port, source } of bound) {
    assert.ok(port > 0);
    if (source instanceof BoundSocket) source.close();
  }
  assert.deepEqual(bindForHandOver(standardSettings("/nonexistent")), []);
});

test("each port is given its decoy's socket; one on a single version only where there is no other", () => {
  const wanted = settings([
    { port: 22, decoy: "ssh" },
    { port: 2200, decoy: "ssh" },
    { port: 23, decoy: "telnet" },
  ]);
  const listeners = [
    { decoy: "ssh", address: "127.0.0.1", port: 2222, descriptor: 20 },
    { decoy: "ssh", address: "::ffff:127.0.0.1", port: 40_000, descriptor: 21 },
    { decoy: "telnet", address: "127.0.0.1", port: 2323, descriptor: 22 },
  ];
  assert.deepEqual(handOvers(wanted, listeners), [
    { port: 22, descriptor: 21 },
    { port: 2200, descriptor: 21 },
    { port: 23, descriptor: 22 },
  ]);
  assert.equal(handOverNotes(wanted).length, 3);
});

test("what cannot be is a sentence: an unknown decoy, sources that the engine cannot hold", () => {
  assert.throws(() => bindForHandOver(settings([{ port: 22, decoy: "x" }])), { code: "config-value", message: /x, which is no decoy/ });
  const { suspicion } = standardSettings("");
  assert.throws(() => sensorGate(settings([], { suspicion: { ...suspicion, ipv6Prefix: 48 } })), {
    code: "config-value",
    message: /64 or 128/,
  });
});

test("whom the engine never answers is never suspect", () => {
  const wanted = settings([]);
  assert.ok(wanted.wire !== undefined);
  const gate = sensorGate({ ...wanted, wire: { ...wanted.wire, trusted: ["192.0.2.0/24"] } });
  gate.suspicion.take({ source: "192.0.2.7", proof: "handshake", deed: { kind: "decoy", decoy: "ssh", port: 22 } });
  assert.equal(gate.suspicion.stateOf("192.0.2.7")?.state, "trusted");
});
