import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { type FuzzReport, fuzz } from "./fuzz.ts";
import { loadTarget, targetNames, targetUrl } from "./fuzz-target.ts";
import { DEFAULT_RUNS, DEFAULT_SEED } from "./run.ts";

describe("every parser, for a fixed number of runs", () => {
  for (const name of targetNames()) {
    it(name, async () => {
      const report = await fuzz({ name, url: targetUrl(name), seed: DEFAULT_SEED, runs: DEFAULT_RUNS });
      assert.equal(report.failure, undefined, `${report.failure?.kind}: ${report.failure?.message}\nreproducer: ${report.reproducer}`);
      const { share = 1 } = await loadTarget(targetUrl(name));
      assert.ok(report.runs >= DEFAULT_RUNS * share);
      assert.ok(report.ranCharacters > 0, "reaches none of our code");
    });
  }

  it("each target has the name of its file", async () => {
    for (const name of targetNames()) assert.equal((await loadTarget(targetUrl(name))).name, name);
  });
});

describe("the fuzzer itself", () => {
  const toy = (name: string, orders: { runs: number; guided?: boolean; hangMs?: number; seed?: string }): Promise<FuzzReport> =>
    fuzz({ name, url: pathToFileURL(join(import.meta.dirname, "toys", `${name}.ts`)).href, seed: DEFAULT_SEED, ...orders });

  /** Runs the reproducer, which is removed. */
  async function reproduce({ name, reproducer = "" }: FuzzReport): Promise<void> {
    const { target } = await import(pathToFileURL(join(import.meta.dirname, "toys", `${name}.ts`)).href);
    const input = readFileSync(reproducer);
    rmSync(reproducer);
    await target.run(input);
  }

  it("finds a bug behind five checks, shrinks the input and leaves a reproducer", async () => {
    const report = await toy("planted-bug", { runs: 200_000 });
    assert.equal(report.failure?.kind, "crash");
    assert.match(report.failure.message, /the planted bug/);
    assert.equal(report.failure.input.length, 5);
    await assert.rejects(reproduce(report), /the planted bug/);
  });

  it("owes that to coverage: chance alone finds nothing in as many runs", async () => {
    const report = await toy("planted-bug", { runs: 200_000, guided: false });
    assert.equal(report.failure, undefined);
    assert.ok(report.runs >= 200_000);
  });

  it("repeats a run exactly from its seed", async () => {
    const reports = [await toy("planted-bug", { runs: 6_000 }), await toy("planted-bug", { runs: 6_000 })];
    const [one, two] = reports.map(({ found, runs, ranCharacters }) => ({ found, runs, ranCharacters }));
    assert.deepEqual(one, two);
    const other = await toy("planted-bug", { runs: 6_000, seed: "another" });
    assert.notDeepEqual(other.found, one?.found);
  });

  it("finds an input that never comes back", async () => {
    const report = await toy("endless-loop", { runs: 2_000, hangMs: 1_500 });
    assert.equal(report.failure?.kind, "hang");
    assert.ok(readFileSync(report.reproducer ?? "").includes(0));
    rmSync(report.reproducer ?? "");
  });

  it("finds output beyond its cap", async () => {
    const report = await toy("no-cap", { runs: 20_000 });
    assert.equal(report.failure?.kind, "crash");
    await assert.rejects(reproduce(report), /over the cap/);
  });

  it("finds an input that takes too long", async () => {
    const report = await toy("slow", { runs: 20_000 });
    assert.equal(report.failure?.kind, "slow");
    rmSync(report.reproducer ?? "");
  });

  it("finds an input that eats all memory", async () => {
    const report = await toy("no-memory", { runs: 100_000 });
    assert.equal(report.failure?.kind, "memory");
    assert.equal(readFileSync(report.reproducer ?? "")[0], 0x7f);
    rmSync(report.reproducer ?? "");
  });
});
