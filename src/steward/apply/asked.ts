import { integer, list, object, optional, text } from "../../shape/shape.ts";

/** Which disguise is asked for: two that are equal in all of this are the same one. */
export interface Asked {
  readonly story: string;
  /** As `parseScope` reads them. */
  readonly scopes: readonly string[];
  /** Sum of the costs to legitimate users; the story's own unless given. */
  readonly budget?: number | undefined;
  /** Clues beside the story's. */
  readonly with?: readonly string[] | undefined;
  /** What the plan is drawn from; the site's own seed unless given. */
  readonly seed?: string | undefined;
}

export const askedFields = {
  story: text("a story's name", { maxLength: 60 }),
  scopes: list("for whom", text("a scope", { maxLength: 300 }), 16),
  budget: optional(integer("the budget", 0, 1000)),
  with: optional(list("clues beside the story's", text("a clue", { maxLength: 100 }), 100)),
  seed: optional(text("a seed", { maxLength: 1000 })),
} as const;

export const askedShape = object("a disguise", askedFields);

/** Whatever order its parts were given in. */
export function isSameAsked(one: Asked, other: Asked): boolean {
  return inOrder(one) === inOrder(other);
}

function inOrder({ story, scopes, budget, with: also = [], seed }: Asked): string {
  return JSON.stringify([story, [...new Set(scopes)].sort(), budget ?? "own", [...new Set(also)].sort(), seed ?? "own"]);
}
