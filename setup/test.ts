/**
 * Runs every test that this machine can run, and says which it cannot, why, and what would enable them.
 * Files in test/alone/ measure time, so they run last and one at a time; everything else runs as many at once as there are cores.
 * With UTSUSEMI_NO_SKIP=1 (CI) a test that was not run is a failure. The last line is `N passed, N failed`.
 */
import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { run } from "node:test";
import type { TestEvent } from "node:test/reporters";

const ROOT = join(import.meta.dirname, "..");

interface Tally {
  passed: number;
  failed: number;
  readonly skipped: Map<string, string[]>;
}

async function main(patterns: readonly string[]): Promise<void> {
  const files = globSync(patterns.length > 0 ? [...patterns] : ["src/**/*.test.ts", "test/**/*.test.ts"], { cwd: ROOT }).map((file) =>
    join(ROOT, file),
  );
  const alone = files.filter((file) => file.includes(`${ROOT}/test/alone/`));
  const tally: Tally = { passed: 0, failed: 0, skipped: new Map() };
  await runFiles(
    files.filter((file) => !alone.includes(file)),
    availableParallelism(),
    tally,
  );
  for (const file of alone) await runFiles([file], 1, tally);
  report(tally);
  process.exitCode = tally.failed > 0 || tally.passed === 0 ? 1 : 0;
}

async function runFiles(files: string[], concurrency: number, tally: Tally): Promise<void> {
  if (files.length === 0) return;
  const stream = run({ files: files.sort(), concurrency, timeout: 600_000 });
  for await (const event of stream) count(event, tally);
}

function count(event: TestEvent, tally: Tally): void {
  if (event.type === "test:stderr" || event.type === "test:stdout") return;
  if (event.type === "test:fail") fail(event.data, tally);
  if (event.type === "test:pass") pass(event.data, tally);
}

function pass(data: Extract<TestEvent, { type: "test:pass" }>["data"], tally: Tally): void {
  if (data.details.type === "suite") return;
  if (data.skip === undefined || data.skip === false) {
    if (isFile(data)) process.stdout.write(`ok    ${Math.round(data.details.duration_ms)} ms  ${place(data)}\n`);
    else tally.passed += 1;
    return;
  }
  const reason = typeof data.skip === "string" && data.skip !== "" ? data.skip : "no reason given";
  tally.skipped.set(reason, [...(tally.skipped.get(reason) ?? []), `${place(data)}: ${data.name}`]);
}

function fail(data: Extract<TestEvent, { type: "test:fail" }>["data"], tally: Tally): void {
  const { error } = data.details;
  if (data.details.type === "suite" || (isFile(data) && /subtests? failed/.test(String(error.cause ?? error.message)))) return;
  tally.failed += 1;
  process.stdout.write(`FAIL  ${place(data)}: ${data.name}\n${indent(describe(error))}\n`);
}

/** The runner reports each file as a test of its own, named after its path. */
function isFile(data: { name: string; nesting: number; file?: string | undefined }): boolean {
  return data.nesting === 0 && data.file !== undefined && (data.name === data.file || data.name === relative(process.cwd(), data.file));
}

function describe(error: Error): string {
  const cause = error.cause;
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause ?? error.stack ?? error.message);
}

function report(tally: Tally): void {
  const strict = process.env["UTSUSEMI_NO_SKIP"] === "1";
  for (const [reason, names] of tally.skipped) {
    process.stdout.write(`\nNot run here, ${reason} (${names.length}):\n${names.map((name) => `  ${name}\n`).join("")}`);
    if (strict) tally.failed += names.length;
  }
  process.stdout.write(`\n${tally.passed} passed, ${tally.failed} failed\n`);
}

function place(data: { file?: string | undefined }): string {
  return data.file === undefined ? "?" : relative(ROOT, data.file);
}

function indent(text: string): string {
  return text.replace(/^/gm, "      ");
}

await main(process.argv.slice(2));
