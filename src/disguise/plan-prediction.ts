import type { Assessment } from "../detectors/assess.ts";
import type { Detection } from "../detectors/detection.ts";
import { detectLocal } from "../detectors/local-detectors.ts";
import type { LocalView } from "../detectors/views/local-view.ts";
import { type Plan, underPlan } from "./plan.ts";

/** What every known local detector, and we ourselves, would say of a host before a plan and under it. */
export interface Prediction {
  readonly known: readonly Flip[];
  readonly before: Pick<Assessment, "verdict" | "likelihood">;
  readonly after: Pick<Assessment, "verdict" | "likelihood">;
  /** Checks of ours that would show something under the plan and do not before. */
  readonly newlyShown: readonly string[];
  readonly noLongerShown: readonly string[];
}

export interface Flip {
  readonly id: string;
  readonly before: string;
  readonly after: string;
  /** What the view lacks to be sure of it. */
  readonly lacking: readonly string[];
}

export function predict(view: LocalView, plan: Plan): Prediction {
  const [before, after] = [detectLocal(view), detectLocal(underPlan(view, plan))];
  const known = after.known.map(({ id, verdict }) => ({
    id,
    before: before.known.find((one) => one.id === id)?.verdict.says ?? "",
    after: verdict.says,
    lacking: verdict.lacking,
  }));
  const [shownBefore, shownAfter] = [shownIn(before), shownIn(after)];
  return {
    known,
    before: verdictOf(before),
    after: verdictOf(after),
    newlyShown: shownAfter.filter((id) => !shownBefore.includes(id)),
    noLongerShown: shownBefore.filter((id) => !shownAfter.includes(id)),
  };
}

const shownIn = ({ findings }: Detection) => findings.filter(({ judgement }) => judgement.verdict === "shown").map(({ id }) => id);
const verdictOf = ({ assessment: { verdict, likelihood } }: Detection) => ({ verdict, likelihood });
