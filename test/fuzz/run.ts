/**
 * `node test/fuzz/run.ts [--runs N] [--target NAME]... [--seed S] [--keep] [--reproduce FILE]`
 *
 * Fuzzes all targets, or those named, one after the other, and exits 1 if one fails. `--keep` replaces their corpus by the
 * smallest part of old and new inputs that reaches as much. `--reproduce` runs one input, with the target named.
 */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { parseArgs } from "node:util";
import { readCorpus, writeCorpus } from "./corpus.ts";
import { type FuzzReport, fuzz, ROOT } from "./fuzz.ts";
import { loadTarget, targetNames, targetUrl } from "./fuzz-target.ts";

/** Runs of one target, unless told otherwise: all targets together take less than 90 s. */
export const DEFAULT_RUNS = 20_000;
export const DEFAULT_SEED = "1";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: String(DEFAULT_RUNS) },
      target: { type: "string", multiple: true, default: targetNames() },
      seed: { type: "string", default: DEFAULT_SEED },
      keep: { type: "boolean", default: false },
      reproduce: { type: "string" },
    },
  });
  const { target: names, seed, keep, reproduce } = values;
  if (reproduce !== undefined) return await runOne(names[0] ?? "", reproduce);
  for (const name of names) {
    const report = await fuzz({ name, url: targetUrl(name), seed, runs: Number(values.runs) });
    print(report);
    if (report.failure !== undefined) process.exitCode = 1;
    else if (keep) writeCorpus(name, report.kept);
  }
}

async function runOne(name: string, file: string): Promise<void> {
  const target = await loadTarget(targetUrl(name));
  await target.run(Uint8Array.from(readFileSync(file)));
  process.stdout.write(`${name}: nothing wrong with ${file}\n`);
}

function print(report: FuzzReport): void {
  const { name, runs, seconds, found, ranCharacters, failure } = report;
  const known = readCorpus(name).length;
  process.stdout.write(
    `${name.padEnd(24)} ${runs} runs in ${seconds.toFixed(1)} s, corpus ${known} + ${found.length} new, reached ${ranCharacters} characters\n`,
  );
  if (failure === undefined || report.reproducer === undefined) return;
  const file = relative(ROOT, report.reproducer);
  process.stdout.write(`FAIL ${failure.kind}: ${failure.message}\n`);
  process.stdout.write(`  ${failure.input.length} bytes; again with: node test/fuzz/run.ts --target ${name} --reproduce ${file}\n`);
}

if (import.meta.main) await main();
