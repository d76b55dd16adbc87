import type { LocalView } from "../../detectors/views/local-view.ts";
import { distanceOnHost } from "../../disguise/implausibility/distance-on-host.ts";
import { type Plan, type Planning, planStory, refusalText, type ShownClue } from "../../disguise/plan.ts";
import type { LeftOut, Refusal } from "../../disguise/plan-choice.ts";
import { type Prediction, predict } from "../../disguise/plan-prediction.ts";
import { siteOf } from "../../disguise/site.ts";
import { loadStory } from "../../disguise/stories/load-stories.ts";
import { needsOfPlan, tracesOf } from "../../disguise/traces.ts";
import { filesUnder } from "../../disguise/under-effects.ts";
import { wishLines } from "../../disguise/wire/wire-wish.ts";
import { OperatorError } from "../../errors/operator-error.ts";
import { readableSeed } from "../../steward/apply/site-seed.ts";
import { visible } from "../../wire/visible.ts";
import { print, printJson, say, table } from "../output.ts";
import { seedFor, viewToPlan } from "./view-to-plan.ts";

export interface PlanOptions {
  readonly budget?: number;
  readonly seedFile?: string;
  /** The steward's: where the site's seed is. */
  readonly folder: string;
  readonly from?: string;
  readonly with?: readonly string[];
  readonly json?: boolean;
}

/** Shows what a story would change and what detectors would say; nothing is changed, and no rights are needed. */
export async function planDisguise(name: string, options: PlanOptions): Promise<void> {
  const story = loadStory(name);
  const view = await viewToPlan(options.from);
  const site = siteOf(view, seedFor(view, options));
  const { budget, with: also } = options;
  const told = toldOf(
    view,
    planStory({ story, view, site, ...(budget === undefined ? {} : { budget }), ...(also === undefined ? {} : { also }) }),
  );
  if (options.json === true) {
    for (const line of jsonLines(told)) printJson(line);
    return;
  }
  print(screenLines(told).join("\n"));
  const own = readableSeed(options.folder) === undefined ? "this host's own number" : "this site's own seed";
  if (options.seedFile === undefined) say(`Drawn from ${own}; with --seed-file another site shows others.`);
}

/** @throws OperatorError `story-refused`, unless the only reason is risk: then there is a plan to be looked at. */
function toldOf(view: LocalView, planning: Planning): Told {
  if (planning.status === "planned") return { view, plan: planning.plan, prediction: predict(view, planning.plan) };
  const { plan, refusal } = planning;
  if (plan === undefined) throw new OperatorError("story-refused", refusalText(refusal));
  return { view, plan, refusal, prediction: predict(view, plan) };
}

interface Told {
  readonly view: LocalView;
  readonly plan: Plan;
  readonly prediction: Prediction;
  /** Risk, in spite of which there is a plan. */
  readonly refusal?: Refusal;
}

function* jsonLines({ view, plan, prediction, refusal }: Told): Generator<object> {
  for (const { clue, effect } of plan.shown) yield { line: "clue", ...clue, changes: changesOf(view, { clue, effect }) };
  for (const one of plan.leftOut) yield { line: "left-out", ...one };
  for (const one of prediction.known) yield { line: "known", ...one };
  const { story, cost, budget, risk } = plan;
  const { before, after, newlyShown, noLongerShown } = prediction;
  const needsAcceptedRisk = refusal?.why === "risk";
  for (const { clue, wish } of plan.wire?.shown ?? []) yield { line: "wire", ...clue, settings: wish };
  for (const [mechanism, shows] of tracesOf(plan)) yield { line: "trace", mechanism, shows };
  const needs = needsOfPlan(view, plan);
  const distance = { ...distanceOnHost(view, [plan.effect]), most: story.distance };
  yield {
    line: "plan",
    story: story.name,
    cost,
    budget,
    risk,
    distance,
    needsAcceptedRisk,
    needs,
    before,
    after,
    newlyShown,
    noLongerShown,
  };
}

/** Paths of files, and what else changes, in words. */
function changesOf(view: LocalView, { effect }: ShownClue): readonly string[] {
  const { cpuid = {}, vmwarePort, hostName, initEnvironment, processes = [], cgroup, modules = [], network } = effect;
  return [
    ...Object.keys(filesUnder(view, { files: effect.files ?? {} })),
    ...Object.keys(cpuid).map((leaf) => `CPUID ${leaf}`),
    ...(vmwarePort === undefined ? [] : ["I/O port 5658h"]),
    ...(hostName === undefined ? [] : [`host name ${hostName}`]),
    ...(initEnvironment === undefined ? [] : ["environment of process 1"]),
    ...processes.map(({ name }) => `process ${name}`),
    ...(cgroup === undefined ? [] : [`cgroup ${cgroup}`]),
    ...modules.map((name) => `module ${name}`),
    ...Object.entries(network ?? {}).map(([what, value]) => `network ${what} ${value}`),
  ];
}

function screenLines(told: Told): readonly string[] {
  const { plan, prediction, refusal } = told;
  return [
    `${plan.story.title}: ${plan.story.summary}`,
    `Cost ${plan.cost} of ${plan.budget}, risk ${plan.risk}.`,
    distanceLine(told),
    ...(refusal === undefined ? [] : [`To be applied only with the risk accepted: ${refusalText(refusal)}`]),
    "",
    table([["CLUE", "COST", "RISK", "CHANGES"], ...plan.shown.map((one) => clueRow(told, one))]),
    ...leftOutLines(plan.leftOut),
    ...wireLines(plan),
    "",
    table([["NEEDS", "HERE"], ...Object.entries(needsOfPlan(told.view, plan))]),
    "",
    table([["MECHANISM", "SHOWS AND LEAVES"], ...tracesOf(plan).map(([mechanism, text]) => [mechanism, text])]),
    "",
    table([
      ["DETECTOR", "BEFORE", "AFTER"],
      ...prediction.known.map(({ id, before, after }) => [id, brief(before), before === after ? "the same" : brief(after)]),
    ]),
    "",
    `Honeypot: ${percent(prediction.before)} before, ${percent(prediction.after)} after.`,
  ];
}

function distanceLine({ view, plan }: Told): string {
  const { bits, entries, by } = distanceOnHost(view, [plan.effect]);
  const allowed = plan.story.distance === undefined ? "" : `, at most ${plan.story.distance}`;
  const most = by.slice(0, 3).map(([feature, part]) => `${feature} ${part}`);
  return `Distance of its ${entries} new files from an ordinary tree: ${bits} bits${allowed}${most.length === 0 ? "" : ` (${most.join(", ")})`}.`;
}

function clueRow({ view }: Told, shown: ShownClue): readonly string[] {
  const changes = changesOf(view, shown).map((change) => visible(change));
  const [first = "", ...others] = changes;
  return [
    shown.clue.id,
    String(shown.clue.cost),
    String(shown.clue.risk),
    others.length === 0 ? first : `${first} and ${others.length} more`,
  ];
}

function leftOutLines(leftOut: readonly LeftOut[]): readonly string[] {
  if (leftOut.length === 0) return [];
  const rows = leftOut.map(({ id, required, why }) => [id, required ? "required" : "", visible(why)]);
  return ["", table([["LEFT OUT", "", "WHY"], ...rows])];
}

/** What the network is to see, and how it is brought about. */
function wireLines({ story, wire }: Plan): readonly string[] {
  if (wire === undefined || wire.shown.length === 0) return [];
  const rows = wire.shown.map(({ clue, wish }) => [clue.id, String(clue.cost), String(clue.risk), wishLines(wish).join("; ")]);
  return [
    "",
    table([["ON THE WIRE", "COST", "RISK", "SETTINGS"], ...rows]),
    `Not part of what is applied: \`utsusemi wire up --story ${story.name}\` shows it.`,
  ];
}

const MOST = 60;

function brief(says: string): string {
  const line = visible(says.replaceAll("\n", "; "));
  return line.length > MOST ? `${line.slice(0, MOST)}...` : line;
}

const percent = ({ verdict, likelihood }: Prediction["before"]) => `${verdict} (${(likelihood * 100).toFixed(1)} %)`;
