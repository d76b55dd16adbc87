import assert from "node:assert/strict";
import test from "node:test";
import { measureCosts } from "../../bench/engine.ts";
import { uptoThrice } from "../../bench/figure.ts";
import { ENGINE } from "../engine/program-run.ts";

/** The targets are those of docs/benchmarks.md; a slower machine than that one may take this much longer. */
const SLOWER = 1.5;

test("nanoseconds that the wire engine takes for a packet", ENGINE, async (t) => {
  const costs = await uptoThrice(
    async () => measureCosts(5),
    (run) => run.every(({ nanoseconds, atMost }) => nanoseconds <= atMost * SLOWER),
  );
  for (const { hook, name, nanoseconds, atMost } of costs) {
    t.diagnostic(`${hook}: ${name}: ${nanoseconds} ns`);
    assert.ok(nanoseconds > 0 && nanoseconds <= atMost * SLOWER, `${hook}: ${name}: ${nanoseconds} ns, at most ${atMost} wanted`);
  }
});
