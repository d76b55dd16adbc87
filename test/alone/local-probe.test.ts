import assert from "node:assert/strict";
import test from "node:test";
import { takeLocalView } from "../../src/detectors/probes/local/take-local-view.ts";

test("a local view without the battery is taken within 1.2 s", async () => {
  await takeLocalView();
  const start = performance.now();
  await takeLocalView();
  const took = performance.now() - start;
  assert.ok(took < 1200, `${took.toFixed(0)} ms`);
});
