import type { Clue } from "../clues/clue.ts";
import type { LocalView } from "../detectors/views/local-view.ts";
import type { Effect } from "./effect.ts";
import { isUnavailable } from "./effects/effect-of.ts";
import { effectOf } from "./effects/index.ts";
import { type Choice, choose, costOf, type LeftOut, type Question, type Refusal } from "./plan-choice.ts";
import { forbids, type Story } from "./stories/story.ts";
import { mergedEffects, underEffects } from "./under-effects.ts";
import { isWireClue } from "./wire/wire-clues.ts";
import { type WirePlan, wireContradiction, wireOfStory } from "./wire/wire-of-story.ts";

/**
 * From a story to what would change on a host: pure, so that a plan can be made for a saved view as for the live one. Effects are made in the order
 * of the catalogue, each for the host as those before it left it: two clues that change one file both stay in it.
 */
export interface Plan {
  readonly story: Story;
  readonly cost: number;
  readonly budget: number;
  /** The highest risk of all its clues. */
  readonly risk: 0 | 1 | 2;
  readonly shown: readonly ShownClue[];
  readonly leftOut: readonly LeftOut[];
  /** What the story shows on the wire, beside this: no tree carries it. */
  readonly wire?: WirePlan;
  /** All effects as one. */
  readonly effect: Effect;
}

export interface ShownClue {
  readonly clue: Clue;
  readonly effect: Effect;
}

export type Planning =
  | { readonly status: "planned"; readonly plan: Plan }
  /** Risk is the one reason in spite of which there is a plan to be looked at. */
  | { readonly status: "refused"; readonly refusal: Refusal; readonly plan?: Plan };

/** @param acceptRisk whether clues may be shown on which malware is known to destroy. */
export function planStory(question: Question & { readonly acceptRisk?: boolean }): Planning {
  const { story, also = [] } = question;
  const against = wireContradiction([...(story.wire ?? []), ...also.filter(isWireClue)]);
  if (against !== undefined) return { status: "refused", refusal: { why: "contradiction", clues: against } };
  const choice = choose(withoutWire(question));
  if ("why" in choice) return { status: "refused", refusal: choice };
  const plan = made(question, choice);
  const risky = plan.shown.filter(({ clue }) => clue.risk === 2).map(({ clue }) => clue.id);
  if (risky.length > 0 && question.acceptRisk !== true) return { status: "refused", refusal: { why: "risk", clues: risky }, plan };
  return { status: "planned", plan };
}

/** What the network sees is no tree's to carry, and takes nothing of its budget. */
function withoutWire(question: Question): Question {
  const { also, story } = question;
  return also === undefined ? question : { ...question, also: also.filter((id) => !isWireClue(id) || forbids(story, id)) };
}

function made({ story, view, site, budget = story.budget, also }: Question, choice: Choice): Plan {
  const shown: ShownClue[] = [];
  const leftOut = [...choice.leftOut];
  let sofar: LocalView = view;
  for (const clue of choice.clues) {
    const effect = effectOf(clue.id)?.({ view: sofar, site }) ?? { unavailable: "it is known, and not built yet" };
    if (isUnavailable(effect)) leftOut.push({ id: clue.id, required: story.required.includes(clue.id), why: effect.unavailable });
    else {
      shown.push({ clue, effect });
      sofar = underEffects(view, effectsOf(shown));
    }
  }
  const clues = shown.map(({ clue }) => clue);
  const risk = ([2, 1] as const).find((level) => clues.some((clue) => clue.risk === level)) ?? 0;
  return {
    story,
    cost: costOf(clues),
    budget,
    risk,
    shown,
    leftOut,
    wire: wireOfStory(story, site, also),
    effect: mergedEffects(effectsOf(shown)),
  };
}

const effectsOf = (shown: readonly ShownClue[]) => shown.map(({ effect }) => effect);

/** The host as a process under the plan sees it. */
export function underPlan(view: LocalView, { shown }: Plan): LocalView {
  return underEffects(view, effectsOf(shown));
}

/** Why there is no plan, in a sentence. */
export function refusalText(refusal: Refusal): string {
  switch (refusal.why) {
    case "contradiction":
      return `${refusal.clues[0]} and ${refusal.clues[1]} contradict each other.`;
    case "unknown-clue":
      return `There is no clue ${refusal.clue}.`;
    case "forbidden":
      return `The story forbids ${refusal.clue}.`;
    case "budget":
      return `What the story requires costs ${refusal.cost}, and the budget is ${refusal.budget}.`;
    case "distance":
      return `What the story requires is ${refusal.distance} bits from an ordinary tree, and it allows ${refusal.most}.`;
    case "risk":
      return `Malware is known to destroy where it sees ${refusal.clues.join(", ")}.`;
  }
}
