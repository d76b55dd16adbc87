import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { liveView } from "../src/disguise/live-view.ts";
import { planStory } from "../src/disguise/plan.ts";
import { prepareRun } from "../src/disguise/run/start-run.ts";
import { siteOf } from "../src/disguise/site.ts";
import { loadStory } from "../src/disguise/stories/load-stories.ts";
import { tracerProgram } from "../src/disguise/tracer/start-traced.ts";
import { encodeTracerSpec } from "../src/disguise/tracer/tracer-spec.ts";
import { type Compared, compare, EXECS, prepareWorks, type Way, type WorkName } from "./disguise-work.ts";
import { type Figure, printFigures, rounded, type Wanted } from "./figure.ts";

/**
 * What a disguise costs the programs in its tree: stories that need only namespaces under `disguise run`, and the tracer with and without CPUID,
 * each against none in the same round. What counts is the tree's processor time, and the clock's where programs wait for the tracer. Needs gcc,
 * make and bash; namespaces need root or user namespaces.
 *
 *     node bench/disguise.ts [--quick]
 */
const ROUNDS = process.argv.includes("--quick") ? 3 : 9;
const STORIES = ["lazy-honeypot", "monitored-host", "container-sensor"] as const;

const folder = prepareWorks();

/** The whole story, but for what the tracer would do. */
async function namespaces(): Promise<Readonly<Record<string, Way>>> {
  const view = await liveView({ measures: false });
  const site = siteOf(view, "bench");
  const ways = STORIES.map((name): readonly [string, Way] => {
    const planning = planStory({ story: loadStory(name), view, site, acceptRisk: true });
    if (planning.status === "refused") throw new Error(`${name} is refused here`);
    const { cpuid, vmwarePort, ...effect } = planning.plan.effect;
    return [name, (command) => guarded([effect], command)];
  });
  return Object.fromEntries(ways);
}

function guarded(effects: Parameters<typeof prepareRun>[0], command: readonly string[]): ReturnType<Way> {
  const { program, words } = prepareRun(effects, command, { environment: process.env, folder });
  const [name = "", ...rest] = words;
  return { program, name, words: rest };
}

function traced(...options: readonly string[]): Way {
  const program = tracerProgram();
  if (program === undefined) throw new Error("there is no tracer for this processor");
  return (command) => ({ program, words: [...options, join(folder, "vmware.spec"), "--", ...command] });
}

async function tracerWays(): Promise<Readonly<Record<string, Way>>> {
  const view = await liveView({ measures: false });
  const planning = planStory({ story: loadStory("vmware-sandbox"), view, site: siteOf(view, "bench"), acceptRisk: true });
  const effect = planning.status === "planned" ? planning.plan.effect : {};
  const { cpuid = {}, vmwarePort = {} } = effect;
  writeFileSync(join(folder, "vmware.spec"), encodeTracerSpec({ cpuid, vmwarePort }));
  return { tracer: traced(), "tracer without CPUID": traced("--no-cpuid") };
}

const WORK: Readonly<Record<WorkName, string>> = {
  execs: "starting programs",
  loop: "a CPU loop",
  find: "find /usr",
  make: "make of a small C tree",
  makeByClock: "make of a small C tree, by the clock",
};

function ratio(name: string, { ratio: value, without, under }: Compared, wanted?: Wanted): Figure {
  const note = `${rounded(without, 0)} ms without, ${rounded(under, 0)} ms under it; medians of ${ROUNDS} rounds`;
  return { name, value: rounded(value, 3), unit: "x", note, ...(wanted === undefined ? {} : { wanted }) };
}

async function namespaceFigures(): Promise<readonly Figure[]> {
  const ways = await namespaces();
  return (["loop", "find", "make"] as const).flatMap((work) =>
    [...compare(work, ways, { folder, rounds: ROUNDS })].map(([story, compared]) =>
      ratio(`namespaces of ${story}: ${WORK[work]}`, compared, { atMost: 1.01 }),
    ),
  );
}

async function tracerFigures(): Promise<readonly Figure[]> {
  const ways = await tracerWays();
  const under = (work: WorkName) => [...compare(work, ways, { folder, rounds: ROUNDS })];
  const execs = under("execs").map(([way, compared]): Figure => {
    const isWhole = way === "tracer";
    return {
      name: `${way}: what an exec costs more`,
      value: rounded((compared.under - compared.without) / EXECS),
      unit: "ms",
      ...(isWhole ? { wanted: { atMost: 3.5 }, note: "glibc asks CPUID 70 times" } : {}),
    };
  });
  const others = (["loop", "find", "makeByClock"] as const).flatMap((work) =>
    under(work).map(([way, compared]) => {
      const isFree = work === "makeByClock" && way === "tracer";
      return ratio(`${way}: ${WORK[work]}`, compared, isFree ? undefined : { atMost: 1.05 });
    }),
  );
  return [...execs, ...others];
}

try {
  printFigures(await namespaceFigures());
  printFigures(await tracerFigures());
} finally {
  rmSync(folder, { recursive: true, force: true });
}
