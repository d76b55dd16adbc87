import { join } from "node:path";
import { askAll } from "../../detectors/known/known-detector.ts";
import { knownLocalDetectors } from "../../detectors/known/local/index.ts";
import type { LocalView } from "../../detectors/views/local-view.ts";
import { seenBy } from "../../detectors/views/viewer-files.ts";
import type { Plan, ShownClue } from "../../disguise/plan.ts";
import { tracesOf } from "../../disguise/traces.ts";
import { underEffects } from "../../disguise/under-effects.ts";
import { OperatorError } from "../../errors/operator-error.ts";
import { flag, object } from "../../shape/shape.ts";
import { appliedChange, appliedIn, changedSince, goneByReboot, stateOf } from "../apply/applied.ts";
import { type Asked, askedFields, isSameAsked } from "../apply/asked.ts";
import type { Carriage } from "../apply/carriage.ts";
import { carryScope, joined, NOTHING } from "../apply/carriers.ts";
import { makeAll, undone } from "../apply/make-changes.ts";
import { planFor } from "../apply/plan-for.ts";
import { isContainer, refuseHere } from "../apply/refuse-here.ts";
import { reload } from "../apply/reload.ts";
import { parseScope, scopeText } from "../apply/scope.ts";
import { isSeen } from "../apply/seen-clues.ts";
import { siteMark, siteSeed } from "../apply/site-seed.ts";
import { begin, finish } from "../apply/unfinished.ts";
import type { Applied, AppliedScope, ApplyAnswer, ApplyAsked } from "./api.ts";
import { startAgain } from "./start-again.ts";
import { verb } from "./verb.ts";
import type { Work } from "./work.ts";

/**
 * Brings a story to the scopes that are named: all of it or nothing. Who asks says which story and for whom; what that changes is found
 * out here, so nobody can have a change made that no story makes.
 */
const shape = object("a disguise to be applied", {
  ...askedFields,
  restart: flag("whether units are started again"),
  acceptRisk: flag("whether risk is accepted"),
});

export const applyVerb = verb("disguise.apply", shape, apply);

async function apply({ restart: isRestart, acceptRisk, ...given }: ApplyAsked, work: Work): Promise<ApplyAnswer> {
  const asked = inOneForm(given);
  const before = alreadyApplied(asked, work);
  if (before !== undefined) return again(before, work);
  refuseHere(asked.scopes.map(parseScope), work.host);
  work.progress("Looking at this host");
  const view = await work.outside.view();
  const plan = planFor({ asked, acceptRisk, view, folder: work.folder });
  const carried = asked.scopes.map((scope) => ({ scope, carriage: carriageOf(scope, { plan, also: asked.with ?? [] }, work) }));
  const whole = carried.map(({ carriage }) => carriage).reduce(joined, NOTHING);
  if (whole.changes.length === 0) throw nothingToShow(whole);
  const applied = appliedOf(asked, { plan, view, whole, carried, isInContainer: isContainer(work.host) });
  await tryFirst(whole);
  work.progress(`Making ${whole.changes.length} changes`);
  make(applied, whole, work);
  const restarted = isRestart ? startAgain(whole.restarts, work) : [];
  return { already: false, applied, changes: whole.changes.length, restarted, conflicts: [] };
}

/** Nothing to do, but for what a reboot has taken away: that is made again. */
function again(applied: Applied, { ledger, port, progress }: Work): ApplyAnswer {
  const gone = goneByReboot(ledger, port);
  if (gone.length > 0) progress(`Making ${gone.length} changes again that ended with the last start of this machine`);
  for (const change of gone) ledger.apply(change);
  return { already: true, applied, changes: gone.length, restarted: [], conflicts: changedSince(ledger, port) };
}

/** Scopes and clues once each, scopes as `scopeText` writes them. */
function inOneForm({ scopes, with: also, ...rest }: Asked): Asked {
  const written = [...new Set(scopes.map((scope) => scopeText(parseScope(scope))))];
  if (written.length === 0)
    throw new OperatorError("usage", "A disguise needs a scope.", { next: "Give --scope service:NAME, user:NAME, slice:NAME or host." });
  return { ...rest, scopes: written, ...(also === undefined || also.length === 0 ? {} : { with: [...new Set(also)] }) };
}

function alreadyApplied(asked: Asked, { ledger, folder }: Work): Applied | undefined {
  const state = stateOf(ledger, folder);
  if (state === "revert-incomplete") throw new OperatorError("revert-incomplete", "A former disguise was not taken back whole.");
  const applied = appliedIn(ledger, folder);
  if (applied === undefined || isSameAsked(applied.asked, asked)) return applied;
  const { story, scopes } = applied.asked;
  throw new OperatorError("disguise-applied", `${story} is applied for ${scopes.join(", ")}.`);
}

function carriageOf(scope: string, { plan, also }: { plan: Plan; also: readonly string[] }, work: Work): Carriage {
  const mark = siteMark(siteSeed(work.folder));
  return carryScope(work.carriers, { scope: parseScope(scope), plan, also, folder: join(work.folder, "plans"), mark, host: work.host });
}

async function tryFirst({ trials = [], changes }: Carriage): Promise<void> {
  for (const trial of trials) {
    const why = await trial(changes);
    if (why !== undefined) throw new OperatorError("disguise-unsupported", why);
  }
}

function nothingToShow({ leftOut }: Carriage): OperatorError {
  return new OperatorError("disguise-unsupported", ["Nothing of this story can be shown there.", ...leftOut].join(" "));
}

function appliedScope(scope: string, carriage: Carriage, { plan, view }: { plan: Plan; view: LocalView }): AppliedScope {
  const { planFile, seen, viewer, viewersGuard } = carriage;
  const said = (seen: LocalView) =>
    Object.fromEntries(
      askAll(knownLocalDetectors, viewer === undefined ? seen : seenBy(seen, viewer)).map(({ id, verdict }) => [id, verdict.says]),
    );
  return {
    scope,
    before: said(view),
    foretold: said(underEffects(view, [seen ?? plan.effect])),
    ...(planFile === undefined ? {} : { planFile }),
    ...(viewer === undefined ? {} : { viewer }),
    ...(viewersGuard === undefined ? {} : { viewersGuard }),
  };
}

interface Planned {
  readonly plan: Plan;
  readonly view: LocalView;
  readonly whole: Carriage;
  readonly isInContainer: boolean;
  readonly carried: readonly { readonly scope: string; readonly carriage: Carriage }[];
}

const IN_CONTAINER = "This is a container: its kernel, devices and modules are its host's, and stay as they are.";

function appliedOf(asked: Asked, { plan, view, whole, carried, isInContainer }: Planned): Applied {
  const isSomewhere = (clue: ShownClue) => carried.some(({ carriage }) => isSeen(clue, carriage.seen ?? plan.effect));
  const [seen, unseen] = [plan.shown.filter(isSomewhere), plan.shown.filter((clue) => !isSomewhere(clue))];
  return {
    asked,
    since: new Date().toISOString(),
    cost: plan.cost,
    risk: plan.risk,
    clues: seen.map(({ clue: { id, shows, cost, risk } }) => ({ id, shows, cost, risk })),
    leftOut: [
      ...plan.leftOut.map(({ id, why }) => `${id}: ${why}.`),
      ...unseen.map(({ clue }) => `${clue.id}: it cannot be shown for ${asked.scopes.join(", ")}.`),
      ...whole.leftOut,
      ...(isInContainer ? [IN_CONTAINER] : []),
    ],
    limits: whole.limits,
    restarts: whole.restarts,
    reloads: whole.reloads,
    scopes: carried.map(({ scope, carriage }) => appliedScope(scope, carriage, { plan, view })),
    traces: tracesOf({ ...plan, shown: seen }),
  };
}

/** Nothing is told to running programs before everything is made; where they refuse it, everything is undone. */
function make(applied: Applied, { changes, reloads }: Carriage, work: Work): void {
  const { ledger, folder } = work;
  begin(folder, { doing: "apply", reloads });
  try {
    makeAll(ledger, changes);
    const refused = reloads.map((one) => reload(one, work)).find((why) => why !== undefined);
    if (refused !== undefined) throw undone(ledger, new OperatorError("change-conflict", refused));
    makeAll(ledger, [appliedChange(folder, applied)]);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    for (const one of reloads) reload(one, work);
    finish(folder);
    throw error;
  }
  finish(folder);
}
