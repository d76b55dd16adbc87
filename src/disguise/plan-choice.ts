import type { Clue } from "../clues/clue.ts";
import { clueById, clues } from "../clues/index.ts";
import type { LocalView } from "../detectors/views/local-view.ts";
import { shuffled } from "./draw.ts";
import type { Site } from "./effect.ts";
import { isUnavailable } from "./effects/effect-of.ts";
import { effectOf } from "./effects/index.ts";
import { distanceOnHost } from "./implausibility/distance-on-host.ts";
import { needsIn } from "./plan-needs.ts";
import { forbids, type Story } from "./stories/story.ts";

/**
 * Which clues of a story a site shows: all that are required, and of the others as many as the budget allows, in an order of the site's own. No
 * two of them contradict each other; what cannot be shown here is left out with the reason.
 */
export interface Choice {
  readonly clues: readonly Clue[];
  readonly leftOut: readonly LeftOut[];
  readonly cost: number;
}

export interface LeftOut {
  readonly id: string;
  readonly required: boolean;
  /** A sentence without a full stop. */
  readonly why: string;
}

export interface Question {
  readonly story: Story;
  readonly view: LocalView;
  readonly site: Site;
  /** Sum of costs; the story's own unless given. */
  readonly budget?: number;
  /** Clues that the operator wants beside the story's. */
  readonly also?: readonly string[];
}

export type Refusal =
  | { readonly why: "contradiction"; readonly clues: readonly [string, string] }
  | { readonly why: "unknown-clue"; readonly clue: string }
  | { readonly why: "forbidden"; readonly clue: string }
  | { readonly why: "budget"; readonly cost: number; readonly budget: number }
  /** Of what is required, in bits an entry. */
  | { readonly why: "distance"; readonly distance: number; readonly most: number }
  | { readonly why: "risk"; readonly clues: readonly string[] };

/** Of what is optional each site shows so much, rounded up: so two sites differ, and a site is not the story's whole list. */
const SHARE = 2 / 3;

export function choose(question: Question): Choice | Refusal {
  const { story, also = [], budget = story.budget } = question;
  const refused = refusalOf(story, also);
  if (refused !== undefined) return refused;
  const wanted = [...new Set([...story.required, ...also])];
  const leftOut = new Map<string, LeftOut>();
  const required = known(wanted).filter((clue) => isHere(clue, question, { required: true, leftOut }));
  const spent = costOf(required);
  if (spent > budget) return { why: "budget", cost: spent, budget };
  const distance = distanceOfClues(required, question);
  if (distance > mostOf(story)) return { why: "distance", distance, most: mostOf(story) };
  const chosen = withOptional(question, required, leftOut);
  return { clues: clues.filter((clue) => chosen.includes(clue)), leftOut: [...leftOut.values()], cost: costOf(chosen) };
}

export const costOf = (all: readonly Clue[]): number => all.reduce((sum, { cost }) => sum + cost, 0);

const known = (ids: readonly string[]) => ids.map(clueById).filter((clue) => clue !== undefined);

function refusalOf(story: Story, also: readonly string[]): Refusal | undefined {
  const unknown = also.find((id) => clueById(id) === undefined);
  if (unknown !== undefined) return { why: "unknown-clue", clue: unknown };
  const forbidden = also.find((id) => forbids(story, id));
  if (forbidden !== undefined) return { why: "forbidden", clue: forbidden };
  return contradictionIn(known([...story.required, ...also]));
}

function contradictionIn(all: readonly Clue[]): Refusal | undefined {
  for (const one of all) {
    const other = all.find(({ id }) => one.excludes.includes(id));
    if (other !== undefined) return { why: "contradiction", clues: [one.id, other.id] };
  }
  return undefined;
}

interface Noting {
  readonly required: boolean;
  readonly leftOut: Map<string, LeftOut>;
}

function isHere(clue: Clue, question: Question, { required, leftOut }: Noting): boolean {
  const why = lackOf(clue, question);
  if (why !== undefined) leftOut.set(clue.id, { id: clue.id, required, why });
  return why === undefined;
}

/** Rights are no reason: who plans need not be who applies. */
function lackOf({ id, needs }: Clue, { view, site }: Question): string | undefined {
  const effect = effectOf(id);
  if (effect === undefined) return "it is known, and not built yet";
  const here = needsIn(view);
  const absent = needs.find((need) => need !== "root" && here[need] === "absent");
  if (absent !== undefined) return `it needs ${absent}, which this host has not`;
  const answer = effect({ view, site });
  return isUnavailable(answer) ? answer.unavailable : undefined;
}

function withOptional(question: Question, required: readonly Clue[], leftOut: Map<string, LeftOut>): readonly Clue[] {
  const { story, site, budget = story.budget } = question;
  const order = known(shuffled(site, `story/${story.name}`, story.optional));
  const here = order.filter((clue) => isHere(clue, question, { required: false, leftOut }));
  const most = Math.ceil(here.length * SHARE);
  const chosen = [...required];
  for (const clue of here) {
    const why =
      obstacle(clue, chosen, budget) ??
      tooFar([...chosen, clue], question) ??
      (chosen.length - required.length >= most ? "this site shows others" : undefined);
    if (why === undefined) chosen.push(clue);
    else if (!chosen.includes(clue)) leftOut.set(clue.id, { id: clue.id, required: false, why });
  }
  return chosen;
}

const mostOf = ({ distance = Number.POSITIVE_INFINITY }: Story) => distance;

function distanceOfClues(all: readonly Clue[], { view, site }: Question): number {
  const answers = all.map(({ id }) => effectOf(id)?.({ view, site }) ?? {});
  return distanceOnHost(
    view,
    answers.flatMap((answer) => (isUnavailable(answer) ? [] : [answer])),
  ).bits;
}

function tooFar(all: readonly Clue[], question: Question): string | undefined {
  const most = mostOf(question.story);
  if (most === Number.POSITIVE_INFINITY) return undefined;
  const bits = distanceOfClues(all, question);
  return bits > most ? `with it the files were ${bits} bits from an ordinary tree, and the story allows ${most}` : undefined;
}

function obstacle(clue: Clue, chosen: readonly Clue[], budget: number): string | undefined {
  if (chosen.includes(clue)) return "it is chosen already";
  const against = chosen.find(({ id }) => clue.excludes.includes(id));
  if (against !== undefined) return `it contradicts ${against.id}`;
  return costOf(chosen) + clue.cost > budget ? `it costs ${clue.cost}, and the budget of ${budget} is spent` : undefined;
}
