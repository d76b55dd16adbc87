/**
 * Runs every test that this machine can run, and says which it cannot, why, and what would enable them.
 * Files in test/alone/ measure time, so they run last and one at a time; of everything else as many run at once as there are cores, and beside
 * them one of those that mostly wait. A file that failed runs once more, at the end and by itself: what only passes then is counted, and named.
 * A file that crashes, holds no test, or takes longer than `MAX_FILE_MS` has failed; none can hang the run. With UTSUSEMI_NO_SKIP=1 (CI) a
 * test that was not run is a failure. The last line is `N passed, N failed`.
 *
 *     node setup/test.ts [PATTERN ...]
 */
import { existsSync, globSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { run } from "node:test";
import type { TestEvent } from "node:test/reporters";
import { waitingTests } from "./waiting-tests.ts";

const ROOT = join(import.meta.dirname, "..");
const MAX_FILE_MS = Number(process.env["UTSUSEMI_TEST_FILE_MS"] ?? 600_000);
/** After this a file that does not even let itself be ended is left behind. */
const MAX_ENDING_MS = 5_000;
const MAX_COMPLAINT = 4_000;
const WHOLE = "the whole file";
/** Where more fail, it is not for want of quiet. */
const MAX_SECOND_RUNS = 8;

interface Failure {
  readonly name: string;
  readonly why: string;
}

/** What became of one file. */
interface FileResult {
  readonly file: string;
  readonly isSecond?: boolean;
  passed: number;
  readonly failures: Failure[];
  /** Reason and name. */
  readonly skipped: { readonly reason: string; readonly name: string }[];
  /** The end of what it wrote on standard error: where a file crashed, nothing else says why. */
  complaint: string;
}

async function main(patterns: readonly string[]): Promise<void> {
  const wanted = patterns.length > 0 ? [...patterns] : ["src/**/*.test.ts", "test/**/*.test.ts"];
  const files = globSync(wanted, { cwd: ROOT }).sort();
  const alone = files.filter((file) => file.startsWith(join("test", "alone")));
  const waiting = files.filter((file) => waitingTests.includes(file));
  const busy = files.filter((file) => !alone.includes(file) && !waiting.includes(file));
  const [ofBusy, ofWaiting] = await Promise.all([runFiles(busy, availableParallelism()), runFiles(waiting, 1)]);
  const { passed, failed } = report(await againByThemselves([...ofBusy, ...ofWaiting, ...(await runFiles(alone, 1))]));
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  // A file that would not end must not keep us.
  process.exit(failed > 0 || passed === 0 ? 1 : 0);
}

async function runFiles(files: readonly string[], concurrency: number): Promise<readonly FileResult[]> {
  const waiting = [...files];
  const results: FileResult[] = [];
  const lane = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) results.push(await runFile(file));
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return results;
}

/**
 * On a machine that is busy with others a test can fail that finds nothing wrong with what it tests. So what failed has a second run in quiet;
 * it stays in sight: both runs are printed, and what passed only then is named at the end.
 */
async function againByThemselves(results: readonly FileResult[]): Promise<readonly FileResult[]> {
  const failed = results.filter(({ failures }) => failures.length > 0);
  if (failed.length === 0 || failed.length > MAX_SECOND_RUNS) return results;
  const names = failed.map(({ file }) => file);
  process.stdout.write(`\nOnce more, each by itself: ${names.join(" ")}\n`);
  const second = await runFiles(names, 1);
  return [...results.filter(({ file }) => !names.includes(file)), ...second.map((result) => ({ ...result, isSecond: true }))];
}

async function runFile(file: string): Promise<FileResult> {
  const result: FileResult = { file, passed: 0, failures: [], skipped: [], complaint: "" };
  const startedMs = performance.now();
  const limit = AbortSignal.timeout(MAX_FILE_MS);
  const ended = collect(file, result, limit);
  const late = new Promise<"late">((resolve) => {
    limit.addEventListener("abort", () => setTimeout(() => resolve("late"), MAX_ENDING_MS));
  });
  await Promise.race([ended, late]);
  if (limit.aborted) {
    endStragglers(file);
    result.failures.push({ name: WHOLE, why: `not finished after ${MAX_FILE_MS / 1000} s` });
  } else if (result.passed + result.failures.length + result.skipped.length === 0)
    result.failures.push({ name: WHOLE, why: "it holds no test" });
  tell(file, result, performance.now() - startedMs);
  return result;
}

/** Ends a test process of ours that did not heed the signal (proc(5), children). */
function endStragglers(file: string): void {
  const list = `/proc/self/task/${process.pid}/children`;
  const children = existsSync(list) ? readFileSync(list, "utf8").split(" ").filter(Boolean) : [];
  for (const pid of children) {
    const commandLine = `/proc/${pid}/cmdline`;
    if (existsSync(commandLine) && readFileSync(commandLine, "utf8").includes(file)) process.kill(Number(pid), "SIGKILL");
  }
}

async function collect(file: string, result: FileResult, signal: AbortSignal): Promise<void> {
  for await (const event of run({ files: [join(ROOT, file)], concurrency: 1, cwd: ROOT, signal })) count(event, result);
}

function count(event: TestEvent, result: FileResult): void {
  if (event.type === "test:stderr" || (event.type === "test:diagnostic" && /^(Error|Warning)/.test(event.data.message)))
    result.complaint = `${result.complaint}${event.data.message}`.slice(-MAX_COMPLAINT);
  if (event.type === "test:fail") countFailure(event.data, result);
  if (event.type !== "test:pass" || event.data.details.type === "suite" || isFile(event.data)) return;
  const { skip, name } = event.data;
  if (skip === undefined || skip === false) result.passed += 1;
  else result.skipped.push({ reason: typeof skip === "string" && skip !== "" ? skip : "no reason given", name });
}

/** What failed only because something within it failed is not counted again. */
function countFailure(data: Extract<TestEvent, { type: "test:fail" }>["data"], result: FileResult): void {
  const { error } = data.details;
  if ("failureType" in error && error.failureType === "subtestsFailed") return;
  if (!isFile(data)) result.failures.push({ name: data.name, why: describe(error) });
  // Our own limit is told by who set it.
  else if (result.failures.length === 0 && !("failureType" in error && error.failureType === "testAborted"))
    result.failures.push({ name: WHOLE, why: `${describe(error)}\n${result.complaint}`.trimEnd() });
}

/** The runner reports each file as a test of its own, named after its path. */
function isFile({ name, nesting, file }: { name: string; nesting: number; file?: string | undefined }): boolean {
  return nesting === 0 && file !== undefined && (name === file || join(ROOT, name) === file);
}

function tell(file: string, { passed, failures, skipped }: FileResult, ms: number): void {
  const counts = `${String(passed).padStart(4)} passed${skipped.length > 0 ? `, ${skipped.length} not run` : ""}`;
  const verdict = failures.length > 0 ? "FAIL" : "ok  ";
  process.stdout.write(`${verdict} ${`${(ms / 1000).toFixed(1)} s`.padStart(8)} ${counts}  ${file}\n`);
  for (const { name, why } of failures) process.stdout.write(`     ${name}\n${indent(why)}\n`);
}

function describe(error: Error): string {
  const cause = error.cause instanceof Error ? error.cause : error;
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  const exit = "exitCode" in error && error.exitCode !== null ? `\nits exit status was ${String(error.exitCode)}` : "";
  return `${text
    .split("\n")
    .filter((line) => !/^\s+at .*node:internal\//.test(line))
    .join("\n")}${exit}`;
}

function report(results: readonly FileResult[]): { readonly passed: number; readonly failed: number } {
  const skipped = results.flatMap((result) => result.skipped);
  const reasons = Map.groupBy(skipped, ({ reason }) => reason);
  for (const [reason, tests] of reasons)
    process.stdout.write(`\nNot run here (${tests.length}): ${reason}\n${tests.map(({ name }) => `  ${name}\n`).join("")}`);
  const steadied = results.filter(({ isSecond, failures }) => isSecond === true && failures.length === 0);
  if (steadied.length > 0) process.stdout.write(`\nPassed only by themselves: ${steadied.map(({ file }) => file).join(" ")}\n`);
  const strict = process.env["UTSUSEMI_NO_SKIP"] === "1";
  const failures = results.reduce((sum, result) => sum + result.failures.length, 0);
  return { passed: results.reduce((sum, { passed }) => sum + passed, 0), failed: failures + (strict ? skipped.length : 0) };
}

function indent(text: string): string {
  return text.replace(/^/gm, "       ");
}

await main(process.argv.slice(2).map((pattern) => (pattern.startsWith("/") ? relative(ROOT, pattern) : pattern)));
