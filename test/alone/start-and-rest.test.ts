import assert from "node:assert/strict";
import { test } from "node:test";
import { median, uptoThrice } from "../../bench/figure.ts";
import { measureIdle, measureStarts, type StartCost } from "../../bench/startup.ts";

test("a second start greets its first visitor within a second", async (t) => {
  const wallMs = (starts: readonly StartCost[]): number => median(starts.map((one) => one.startMs));
  const starts = await uptoThrice(
    () => measureStarts(5),
    (run) => wallMs(run) <= 1_000,
  );
  const startMs = wallMs(starts);
  const processorMs = median(starts.map((one) => one.processorMs));
  t.diagnostic(`median of 5: ${Math.round(startMs)} ms, ${Math.round(processorMs)} ms of processor`);
  assert.ok(startMs <= 1_000, `${Math.round(startMs)} ms`);
});

test("an idle sensor takes less than 150 MiB, all its processes together", async (t) => {
  const { mib, workersMib } = await uptoThrice(measureIdle, (run) => run.mib < 150);
  t.diagnostic(`${mib.toFixed(1)} MiB; the worker alone ${workersMib.toFixed(1)}`);
  assert.ok(mib < 150, `${mib.toFixed(1)} MiB`);
});
