import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import test from "node:test";
import type { Clue } from "../../src/clues/clue.ts";
import { clues } from "../../src/clues/index.ts";
import { takeLocalView } from "../../src/detectors/probes/local/take-local-view.ts";
import type { Instructions, LocalView } from "../../src/detectors/views/local-view.ts";
import type { Entry } from "../../src/detectors/views/memory-files.ts";
import type { Effect } from "../../src/disguise/effect.ts";
import { isUnavailable } from "../../src/disguise/effects/effect-of.ts";
import { effectOf } from "../../src/disguise/effects/index.ts";
import { siteOf } from "../../src/disguise/site.ts";
import { forgedInstructions } from "../../src/disguise/tracer/forged-instructions.ts";
import { needs } from "../rig/needs.ts";
import { ENVIRONMENT, runUnder } from "./run-rig.ts";
import { needsFaulting } from "./tracer-rig.ts";

/**
 * Each clue that a process tree can be shown, made for real: what an ordinary reader (cat, ls, uname, ps, ...) answers before, under and after. Clues
 * that don't contradict each other and change different files share a tree, so that all of them are quick.
 */
interface Reader {
  readonly line: string;
  /** What it must say under the clue. */
  readonly under: string;
  /** The thing that it reads, one thing of one mechanism. */
  readonly thing: string;
}

interface Made {
  readonly clue: Clue;
  readonly effect: Effect;
}

function madeFor(view: LocalView): readonly Made[] {
  const site = siteOf(view, "applied");
  return clues.flatMap((clue, at) => {
    const effect = effectOf(clue.id)?.({ view, site });
    return effect === undefined || isUnavailable(effect) ? [] : [{ clue, effect: withOwnNames(effect, at) }];
  });
}

/** Processes are seen from everywhere: under names that only this clue of this test uses. */
function withOwnNames(effect: Effect, at: number): Effect {
  const { processes } = effect;
  return processes === undefined
    ? effect
    : { ...effect, processes: processes.map((one) => ({ ...one, name: `${one.name.slice(0, 9)}-ac${at}` })) };
}

function readersOf({ files = {}, hostName, initEnvironment, cgroup, processes = [] }: Effect): readonly Reader[] {
  return [
    ...Object.entries(files).flatMap(([path, entry]) => fileReaders(path, entry)),
    ...(hostName === undefined ? [] : [{ line: "uname -n", under: `${hostName}\n`, thing: "host name" }]),
    ...Object.entries(initEnvironment ?? {}).map(([name, value]) => ({
      line: `tr '\\0' '\\n' </proc/1/environ | grep '^${name}='`,
      under: `${name}=${value}\n`,
      thing: "environment of process 1",
    })),
    ...(cgroup === undefined ? [] : [{ line: "grep ^0:: /proc/self/cgroup", under: `0::${cgroup}\n`, thing: "cgroup" }]),
    ...processes.map(({ name, arguments: words }) => ({
      line: `ps -ww -C '${name}' -o comm=,args= | sort -u`,
      under: `${name.padEnd(15)} ${words.join(" ")}\n`,
      thing: `process ${words.join(" ")}`,
    })),
  ];
}

function fileReaders(path: string, entry: Entry): readonly Reader[] {
  const thing = path;
  if (entry instanceof Uint8Array) return [{ line: `base64 -w0 '${path}'`, under: Buffer.from(entry).toString("base64"), thing }];
  if (typeof entry === "string") return [{ line: `cat '${path}'`, under: entry, thing }];
  if ("link" in entry) return [{ line: `readlink '${path}'`, under: `${entry.link}\n`, thing }];
  if ("directory" in entry) return [{ line: `ls -d '${path}'`, under: `${path}\n`, thing }];
  if ("text" in entry) return [{ line: `cat '${path}'`, under: entry.text, thing }];
  return [{ line: `ls -d '${path}'`, under: `ls: cannot access '${path}': No such file or directory\n`, thing }];
}

/** In no file. */
const MARK = "\u0001-what the next reader says-\u0001";

function answersIn(output: string): readonly string[] {
  return output.split(MARK).slice(1);
}

function scriptOf(readers: readonly Reader[]): string {
  return readers.map(({ line }) => `printf '${MARK}'; ${line} 2>&1`).join("\n");
}

const outside = (readers: readonly Reader[]) =>
  answersIn(spawnSync("sh", ["-c", scriptOf(readers)], { encoding: "latin1", env: ENVIRONMENT, cwd: "/", timeout: 120_000 }).stdout);

/** Clues that can stand in one tree: none against another, and no file twice. Cgroups and process 1 need a tree of their own kind. */
function batchesOf(all: readonly Made[]): readonly (readonly Made[])[] {
  const batches: Made[][] = [];
  for (const one of all) {
    const fits = batches.find((batch) => batch.every((other) => areTogether(one, other)));
    if (fits === undefined) batches.push([one]);
    else fits.push(one);
  }
  return batches;
}

function areTogether(one: Made, other: Made): boolean {
  const things = new Set(readersOf(one.effect).map(({ thing }) => thing));
  const isFree = readersOf(other.effect).every(({ thing }) => ![...things].some((own) => lieTogether(own, thing)));
  const hasInit = (made: Made) => made.effect.initEnvironment !== undefined;
  return isFree && !one.clue.excludes.includes(other.clue.id) && hasInit(one) === hasInit(other);
}

/** The same, or one in the other. */
function lieTogether(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}

/** What the kernel counts on meanwhile, and what other tests may change. */
const UNSTEADY = /^\/proc\/(uptime|loadavg|meminfo|interrupts|modules|stat|cpuinfo)$|^\/etc\/(passwd|shells)$|^\/var\/log\//;

interface Seen {
  readonly id: string;
  /** Things that a reader saw before, under and after as it must. */
  readonly things: readonly string[];
}

function seenUnder(batch: readonly Made[], before: ReadonlyMap<string, string>): readonly Seen[] {
  const readers = batch.map(({ effect }) => readersOf(effect));
  const { stdout, stderr } = runUnder(
    batch.map(({ effect }) => effect),
    ["sh", "-c", scriptOf(readers.flat())],
  );
  const answers = answersIn(stdout);
  assert.equal(answers.length, readers.flat().length, stderr);
  let at = 0;
  return batch.map(({ clue }, index) => {
    const things = (readers[index] ?? []).filter(({ line, under }) => {
      const answer = answers[at];
      at += 1;
      return answer === under && before.get(line) !== under;
    });
    return { id: clue.id, things: things.map(({ thing }) => thing) };
  });
}

/** Several strings of one thing count once: a clue counts when it shows something that none before it has shown. */
function countedOnce(seen: readonly Seen[]): readonly string[] {
  const known = new Set<string>();
  return seen.flatMap(({ id, things }) => {
    const isNew = things.some((thing) => !known.has(thing));
    for (const thing of things) known.add(thing);
    return isNew ? [id] : [];
  });
}

test("clues of files, names and processes: a reader answers otherwise before, under and after", needs("root"), async (context) => {
  const { view } = await takeLocalView();
  const made = madeFor(view).filter(({ effect }) => readersOf(effect).length > 0);
  const readers = [...new Map(made.flatMap(({ effect }) => readersOf(effect)).map((reader) => [reader.line, reader])).values()];
  const before = outside(readers);
  const answerBefore = new Map(readers.map(({ line }, at) => [line, before[at] ?? ""]));
  const batches = batchesOf(made);
  const seen = batches.flatMap((batch) => seenUnder(batch, answerBefore));
  const changed = outside(readers).flatMap((answer, at) =>
    answer === before[at] || UNSTEADY.test(readers[at]?.thing ?? "") ? [] : [readers[at]?.line],
  );
  assert.deepEqual(changed, [], "after");
  const applied = seen.filter(({ things }) => things.length > 0);
  const once = countedOnce(applied);
  context.diagnostic(`${applied.length} of ${made.length} clues in ${batches.length} trees; ${once.length} where one thing counts once`);
  const none = seen.filter(({ things }) => things.length === 0).map(({ id }) => id);
  context.diagnostic(`not to be seen here: ${none.join(", ")}`);
  assert.ok(once.length >= 45, `${once.length}: ${once.join(", ")}`);
});

const PROBE = join(import.meta.dirname, "..", "..", "kernel", "probe", "probe-x64");

test(
  "clues of the processor: the instructions themselves answer otherwise before, under and after",
  needsFaulting("root"),
  async (context) => {
    const { view } = await takeLocalView();
    const real = view.instructions;
    assert.ok(real !== undefined);
    const made = madeFor(view).filter(({ effect }) => effect.cpuid !== undefined || effect.vmwarePort !== undefined);
    const applied = made.filter(({ effect }) => {
      const under: Instructions = JSON.parse(runUnder([effect], [PROBE]).stdout);
      const forged = forgedInstructions(real, effect);
      const wanted = answersOf(effect, forged);
      assert.deepEqual(answersOf(effect, under), wanted);
      return JSON.stringify(wanted) !== JSON.stringify(answersOf(effect, real));
    });
    const after: Instructions = JSON.parse(spawnSync(PROBE, { encoding: "utf8" }).stdout);
    for (const { effect } of made) assert.deepEqual(answersOf(effect, after), answersOf(effect, real));
    context.diagnostic(`${applied.length} of ${made.length} clues`);
    assert.ok(applied.length > 0);
  },
);

/** Of those leaves and commands that a clue changes, but for the numbers that differ from processor to processor: leaf 1, EBX. */
function answersOf({ cpuid = {}, vmwarePort = {} }: Effect, { cpuid: leaves, vmwarePort: port }: Instructions): unknown {
  const told = Object.keys(cpuid).map((key) => [key, key === "1.0" ? { ...leaves[key], ebx: 0 } : leaves[key]]);
  return [told, Object.keys(vmwarePort).map((command) => [command, port[command]])];
}
