import assert from "node:assert/strict";
import test from "node:test";
import { clockLine, skewPpm } from "./clock-line.ts";
import { median, normalQuantile, rankSum, samplesNeeded, scatter, upperTail } from "./rank-sum.ts";

/** Numbers that scatter, the same at every run: a linear congruential generator (Numerical Recipes). */
function scattered(count: number, [around, width]: readonly [number, number], seed = 7): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return around + width * (state / 2 ** 32 - 0.5);
  });
}

test("the normal distribution is the one of the tables", () => {
  assert.ok(Math.abs(upperTail(1.6448536) - 0.05) < 1e-6);
  assert.ok(Math.abs(upperTail(-1.6448536) - 0.95) < 1e-6);
  assert.ok(Math.abs(normalQuantile(0.975) - 1.959964) < 1e-5);
});

test("rank sums equal a published example", () => {
  // Two samples without ties, counted by hand: the larger one holds the ranks 9 to 16, so U = 64 and z = 32 / sqrt(90.667).
  const shift = rankSum([1, 2, 3, 4, 5, 6, 7, 8], [9, 10, 11, 12, 13, 14, 15, 16]);
  assert.ok(shift !== undefined && Math.abs(shift.z - 32 / Math.sqrt((64 * 17) / 12)) < 1e-9);
  assert.equal(shift.medianShift, 8);
});

test("equal samples show no shift, and one late packet does not make one", () => {
  const usual = scattered(40, [10, 4]);
  const again = [...scattered(39, [10, 4], 99), 4000];
  assert.ok((rankSum(usual, again)?.p ?? 0) > 0.01);
  assert.equal(rankSum([5, 5, 5, 5, 5, 5, 5, 5], [5, 5, 5, 5, 5, 5, 5, 5])?.z, 0);
  assert.equal(rankSum([1, 2], usual), undefined);
});

test("as many samples as are said to be needed do find the shift", () => {
  const deviation = scatter(scattered(4000, [0, 10]));
  const needed = samplesNeeded({ shift: 2, deviation });
  assert.ok(needed > 20 && needed < 200, String(needed));
  let found = 0;
  for (let seed = 1; seed <= 100; seed++) {
    const shift = rankSum(scattered(needed, [10, 10], seed), scattered(needed, [12, 10], seed + 5000));
    if ((shift?.p ?? 1) < 0.01) found++;
  }
  assert.ok(found >= 80, `${found} of 100`);
});

test("a clock's rate is found through late answers", () => {
  const samples = Array.from({ length: 30 }, (_, n) => ({ atMs: n * 100, shows: 5000 + n * 100 * 1.0003 + (n === 7 ? 60 : 0) }));
  const line = clockLine(samples);
  const exact = clockLine(samples.map(({ atMs }) => ({ atMs, shows: atMs })));
  assert.ok(line !== undefined && exact !== undefined);
  assert.ok(Math.abs(skewPpm(line, exact) - 300) < 1);
  assert.ok(Math.abs(line.offset - 5000) < 0.5);
  assert.equal(clockLine(samples.slice(0, 3)), undefined);
});

test("the median of an even number is between the two in the middle", () => {
  assert.equal(median([4, 1, 3, 2]), 2.5);
});
