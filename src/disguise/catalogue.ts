import type { Clue, Need } from "../clues/clue.ts";
import { clues } from "../clues/index.ts";
import type { LocalView } from "../detectors/views/local-view.ts";
import { effects } from "./effects/index.ts";
import { needsIn, type Presence } from "./plan-needs.ts";
import { isWireClue } from "./wire/wire-clues.ts";

/** A clue as it is shown to people: whether it can be made at all, and what it needs of this host. */
export interface CatalogueEntry extends Clue {
  /** False: it is known from the literature, and nothing here makes it yet. */
  readonly built: boolean;
}

export const catalogue: readonly CatalogueEntry[] = clues.map((clue) => ({
  ...clue,
  built: Object.hasOwn(effects, clue.id) || isWireClue(clue.id),
}));

/** What each need of a clue is on this host. */
export function needsOf({ needs }: Clue, view: LocalView): Readonly<Partial<Record<Need, Presence>>> {
  const here = needsIn(view);
  return Object.fromEntries(needs.map((need) => [need, here[need]]));
}
