import assert from "node:assert/strict";
import { test } from "node:test";
import { measureEchoes } from "../../bench/echo.ts";
import { quantile, uptoThrice } from "../../bench/figure.ts";

test("beside an endless loop, a fork bomb and `yes`, another visitor's echo stays under 20 ms at p99", async (t) => {
  const { alone, besideOthers, workerShare } = await uptoThrice(
    () => measureEchoes(300),
    (run) => quantile(run.besideOthers, 0.99) < 20,
  );
  const [quiet, loud] = [quantile(alone, 0.99), quantile(besideOthers, 0.99)];
  t.diagnostic(`p99 ${loud.toFixed(1)} ms, alone ${quiet.toFixed(1)} ms; worker at ${Math.round(workerShare * 100)} %`);
  assert.ok(workerShare > 0.2, `the others are not at it: the worker used ${Math.round(workerShare * 100)} % of a processor`);
  assert.ok(loud < 20, `p99 ${loud.toFixed(1)} ms (alone ${quiet.toFixed(1)} ms)`);
});
