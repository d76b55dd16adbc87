import assert from "node:assert/strict";
import test from "node:test";
import { delayOf, engineTroubles } from "./engine-troubles.ts";

const fine = {
  delay: [],
  leaving: [{ interface: "eth0", state: "present", why: "what leaves is seen" }],
  interfaces: [],
  problem: undefined,
} as const;
const plain = { land: true, delayMs: 0, stack: {} };

test("of several interfaces the one where suspects are delayed worst counts", () => {
  const of = (...methods: readonly ("fq" | "nfqueue" | "decoys" | "absent")[]) =>
    delayOf({ delay: methods.map((method) => ({ interface: "eth0", method, why: "x" })) });
  assert.deepEqual(
    [of(), of("fq"), of("fq", "nfqueue"), of("decoys", "fq"), of("absent", "fq")],
    ["none", "fq", "queue", "decoys", "absent"],
  );
});

test("what the engine cannot do is said only where it was asked for", () => {
  assert.deepEqual(engineTroubles(fine, plain), []);
  const unseen = { ...fine, leaving: [{ interface: "eth0", state: "absent", why: "its older queue" }] } as const;
  assert.deepEqual(engineTroubles(unseen, plain), ["eth0: its older queue."]);
  assert.deepEqual(engineTroubles(unseen, { ...plain, land: false }), []);
  assert.equal(engineTroubles(unseen, { land: false, delayMs: 0, stack: { ttl: 128 } }).length, 1);
  const late = { ...fine, delay: [{ interface: "eth0", method: "absent", why: "no queue" }] } as const;
  assert.match(engineTroubles(late, plain)[0] ?? "", /^eth0: suspects are not delayed by the kernel: no queue\.$/);
  const gone = { ...fine, interfaces: [{ name: "eth0", hook: "tc", isGone: true }], problem: "ip fails." } as const;
  assert.deepEqual(engineTroubles(gone, plain), [
    "eth0 has vanished, and the engine there with it; it gets one when it is there again.",
    "Unused ports do not answer now: ip fails.",
  ]);
});
