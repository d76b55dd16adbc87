import assert from "node:assert/strict";
import test from "node:test";
import type { Deed, Evidence, Proof } from "./evidence.ts";
import { restoreSnapshot, takeSnapshot } from "./snapshot.ts";
import { DECOY, LURE, PATTERN, SESSION, Watch } from "./testing/watch.ts";

/** Forged addresses, floods and restarts. Chance comes out the same each time. */
class Lot {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }

  one<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }
}

const SOURCES = ["203.0.113.5", "192.0.2.20", "198.51.100.7", "2001:db8::5", "2001:db8:1::5"] as const;

function drawDeed(lot: Lot): Deed {
  const login = {
    kind: "login",
    service: lot.one(["sshd", "ftp"]),
    user: lot.one(["root", "anna", "pi"]),
    times: 1,
    verified: lot.below(2) === 0,
  } as const;
  const contact = { kind: "contact", host: `192.0.2.${lot.below(9)}`, port: lot.below(99), halfOpen: lot.below(2) === 0 } as const;
  const odd = { kind: "odd", what: "SYN and FIN" } as const;
  return lot.one<Deed>([
    DECOY,
    LURE,
    PATTERN,
    SESSION,
    odd,
    contact,
    contact,
    contact,
    { ...login, accepted: true },
    { ...login, accepted: false },
  ]);
}

function draw(lot: Lot, proofs: readonly [Proof, ...Proof[]]): Evidence {
  return { source: lot.one(SOURCES), proof: lot.one(proofs), deed: drawDeed(lot) };
}

test("whatever is sent in another's name, all states, reasons and changes are as if it had never been sent", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const [clean, flooded] = [new Watch(), new Watch()];
    const [lot, forged] = [new Lot(seed), new Lot(seed + 1000)];
    for (let round = 0; round < 80; round++) {
      for (let count = forged.below(6); count > 0; count--) assert.deepEqual(flooded.gate.take(draw(forged, ["none"])), []);
      const evidence = draw(lot, ["handshake", "cookie", "log"]);
      assert.deepEqual(flooded.gate.take(evidence), clean.gate.take(evidence));
      const minutes = lot.below(20);
      clean.clock.advance(minutes * 60_000);
      flooded.clock.advance(minutes * 60_000);
      assert.deepEqual(flooded.gate.sweep(), clean.gate.sweep());
      assert.deepEqual(flooded.gate.list(), clean.gate.list());
    }
    assert.deepEqual(takeSnapshot(flooded.gate), takeSnapshot(clean.gate));
  }
});

test("a million forged sources drive nobody out and are remembered nowhere", () => {
  const watch = new Watch({ maxSources: 1024 });
  watch.login("192.0.2.20");
  watch.see("198.51.100.7", LURE);
  watch.see("203.0.113.5", SESSION);
  const before = { list: watch.gate.list(), size: watch.gate.size };
  const deeds = [DECOY, LURE, PATTERN] as const;
  for (let number = 0; number < 1_000_000; number++) {
    const source = `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
    watch.gate.take({ source, proof: "none", deed: deeds[number % 3] ?? DECOY });
  }
  assert.deepEqual(watch.gate.size, { ...before.size, unproven: 1_000_000 });
  assert.deepEqual(watch.gate.list(), before.list);
});

test("a flood of real addresses is bounded, and drives out neither who is trusted nor who is hostile", () => {
  const watch = new Watch({ maxSources: 1024, maxSuspects: 256 });
  watch.login("192.0.2.20");
  watch.see("198.51.100.7", LURE);
  for (let number = 0; number < 50_000; number++) {
    const source = `10.0.${(number >> 8) & 255}.${number & 255}`;
    watch.see(source, number % 2 === 0 ? { kind: "odd", what: "x" } : DECOY);
  }
  const { ordinary, suspects, hostile, trusted } = watch.gate.size;
  assert.ok(ordinary <= 1024 && suspects <= 256 && hostile <= 256 && trusted === 1, JSON.stringify(watch.gate.size));
  assert.deepEqual([watch.state("192.0.2.20"), watch.state("198.51.100.7")], ["trusted", "hostile"]);
});

test("where suspects have no room, the one that was quiet longest is forgotten, and that is said", () => {
  const watch = new Watch({ maxSuspects: 16 });
  for (let number = 0; number < 16; number++) watch.see(`198.51.100.${number}`, DECOY);
  watch.see("198.51.100.0", { kind: "odd", what: "x" });
  assert.deepEqual(watch.see("198.51.100.200", DECOY), ["unknown > suspect", "suspect > unknown"]);
  assert.equal(watch.state("198.51.100.1"), "unknown");
  assert.equal(watch.state("198.51.100.0"), "suspect");
});

test("where logins have no room, nobody loses trust", () => {
  const watch = new Watch({ maxTrusted: 2 });
  for (const last of [1, 2, 3]) watch.login(`192.0.2.${last}`);
  assert.deepEqual(
    [1, 2, 3].map((last) => watch.state(`192.0.2.${last}`)),
    ["trusted", "trusted", "unknown"],
  );
});

test("a snapshot is plain data, and brings everything back that matters", () => {
  const watch = new Watch();
  watch.login("192.0.2.20");
  watch.see("198.51.100.7", LURE);
  watch.see("198.51.100.8", DECOY);
  watch.see("2001:db8::5", SESSION);
  const text = JSON.stringify(takeSnapshot(watch.gate));
  const again = restoreSnapshot(JSON.parse(text), watch.settings, watch.now);
  assert.deepEqual(again?.list(), watch.gate.list());
  watch.clock.advance(13 * 3_600_000);
  const later = restoreSnapshot(JSON.parse(text), watch.settings, watch.now);
  later?.sweep();
  assert.deepEqual(
    later?.list().map(({ source, state }) => `${source} ${state}`),
    ["2001:db8::/64 known"],
  );
});

test("what is no snapshot gives none", () => {
  const watch = new Watch();
  const good = { version: 1, trusted: [], sources: [] };
  const source = { source: "192.0.2.1", since: 0, reason: "x", at: 0, knownUntil: 0, state: "hostile", deeds: 90, scan: 0, revoked: false };
  assert.ok(restoreSnapshot(good, watch.settings, watch.now) !== undefined);
  const bad = [
    null,
    [],
    "x",
    { ...good, version: 2 },
    { ...good, extra: 1 },
    { ...good, sources: [{ ...source, deeds: Number.NaN }] },
    { ...good, sources: [{ ...source, state: "trusted" }] },
  ];
  for (const value of bad) assert.equal(restoreSnapshot(value, watch.settings, watch.now), undefined);
  const odd = restoreSnapshot({ ...good, sources: [{ ...source, source: "nobody" }, source, source] }, watch.settings, watch.now);
  assert.equal(odd?.size.hostile, 1);
});
