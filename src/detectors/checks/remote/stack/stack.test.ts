import assert from "node:assert/strict";
import test from "node:test";
import { remoteView } from "../../../views/build-view.ts";
import { checks } from "./index.ts";
import { firstTtl } from "./packets.ts";
import { examples } from "./testing/examples.ts";

for (const check of checks) {
  test(`${check.id} is shown, is clean, and knows what it was not told`, () => {
    const example = examples[check.id];
    assert.ok(example !== undefined);
    assert.equal(check.judge(example.shown).verdict, "shown");
    assert.equal(check.judge(example.clean).verdict, "clean", JSON.stringify(check.judge(example.clean)));
    assert.equal(check.judge(remoteView()).verdict, "unknown");
  });
}

test("too few samples are no evidence either way", () => {
  const samplesMs = [1, 9, 1, 9];
  const view = remoteView({
    roundTrips: [
      { family: "icmp", host: "target", underLoad: false, samplesMs },
      { family: "tcp:22", host: "target", underLoad: false, samplesMs },
    ],
  });
  assert.equal(checks.find(({ id }) => id === "rtt.icmp-against-tcp")?.judge(view).verdict, "unknown");
});

test("the first TTL is the next that systems use", () => {
  assert.deepEqual([1, 33, 64, 65, 250].map(firstTtl), [32, 64, 64, 128, 255]);
});
