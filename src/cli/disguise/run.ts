import { planStory, refusalText } from "../../disguise/plan.ts";
import { becomeRun, prepareRun } from "../../disguise/run/start-run.ts";
import { siteOf } from "../../disguise/site.ts";
import { loadStory } from "../../disguise/stories/load-stories.ts";
import { OperatorError } from "../../errors/operator-error.ts";
import { visible } from "../../wire/visible.ts";
import { say } from "../output.ts";
import type { PlanOptions } from "./plan.ts";
import { seedFor, viewToPlan } from "./view-to-plan.ts";

export interface RunOptions extends Pick<PlanOptions, "budget" | "seedFile" | "with" | "folder"> {
  readonly acceptRisk?: boolean;
}

/** Runs a command under a story: this process becomes it, so that its output, status and signals are the command's own. */
export async function runDisguised(name: string, command: readonly string[], options: RunOptions): Promise<never> {
  const story = loadStory(name);
  const view = await viewToPlan(undefined);
  const { budget, with: also, acceptRisk = false } = options;
  const site = siteOf(view, seedFor(view, options));
  const asked = { story, view, site, acceptRisk };
  const planning = planStory({ ...asked, ...(budget === undefined ? {} : { budget }), ...(also === undefined ? {} : { also }) });
  if (planning.status === "refused") {
    const next = planning.refusal.why === "risk" ? { next: "Give --accept-risk when the host can be lost." } : {};
    throw new OperatorError("story-refused", refusalText(planning.refusal), next);
  }
  const prepared = prepareRun([planning.plan.effect], command);
  for (const { id, why } of planning.plan.leftOut.filter(({ required }) => required)) say(`Left out ${id}: ${visible(why)}.`);
  for (const line of [...prepared.leftOut, ...prepared.limits]) say(visible(line));
  return becomeRun(prepared);
}
