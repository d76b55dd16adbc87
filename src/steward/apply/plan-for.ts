import type { LocalView } from "../../detectors/views/local-view.ts";
import { type Plan, planStory, refusalText } from "../../disguise/plan.ts";
import { siteOf } from "../../disguise/site.ts";
import { loadStory } from "../../disguise/stories/load-stories.ts";
import { OperatorError } from "../../errors/operator-error.ts";
import type { Asked } from "./asked.ts";
import { siteSeed } from "./site-seed.ts";

export interface PlanAsked {
  readonly asked: Asked;
  readonly acceptRisk: boolean;
  readonly view: LocalView;
  /** The steward's. */
  readonly folder: string;
}

/** The plan for what was asked, drawn here: nobody hands one in. @throws OperatorError `story-unknown`, `story-refused` */
export function planFor({ asked, acceptRisk, view, folder }: PlanAsked): Plan {
  const { story: name, budget, with: also, seed = siteSeed(folder) } = asked;
  const planning = planStory({
    story: loadStory(name),
    view,
    site: siteOf(view, seed),
    acceptRisk,
    ...(budget === undefined ? {} : { budget }),
    ...(also === undefined ? {} : { also }),
  });
  if (planning.status === "planned") return planning.plan;
  const next = planning.refusal.why === "risk" ? { next: "Give --accept-risk when the host can be lost." } : {};
  throw new OperatorError("story-refused", refusalText(planning.refusal), next);
}
