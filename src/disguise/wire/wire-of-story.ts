import type { Clue } from "../../clues/clue.ts";
import { clueById, clues } from "../../clues/index.ts";
import type { Site } from "../effect.ts";
import type { Story } from "../stories/story.ts";
import { wireClues } from "./wire-clues.ts";
import { joinedWishes, type WireWish } from "./wire-wish.ts";

/** What a story shows on the wire. It is the network's to see, so no local detector's answer follows from it, and no tree carries it. */
export interface WirePlan {
  readonly shown: readonly ShownOnWire[];
  readonly cost: number;
  /** All that they ask for together. */
  readonly wish: WireWish;
}

export interface ShownOnWire {
  readonly clue: Clue;
  readonly wish: WireWish;
}

/** @param also wire clues beside the story's own; ids that are none of the wire are passed over */
export function wireOfStory(story: Pick<Story, "wire">, site: Pick<Site, "seed">, also: readonly string[] = []): WirePlan {
  const wanted = new Set([...(story.wire ?? []), ...also]);
  const shown = clues.flatMap((clue): readonly ShownOnWire[] => {
    const wish = wanted.has(clue.id) ? wireClues[clue.id]?.(site) : undefined;
    return wish === undefined ? [] : [{ clue, wish }];
  });
  return {
    shown,
    cost: shown.reduce((sum, { clue }) => sum + clue.cost, 0),
    wish: joinedWishes(shown.map(({ wish }) => wish)),
  };
}

/** Pairs of wire clues that cannot stand together. */
export function wireContradiction(ids: readonly string[]): readonly [string, string] | undefined {
  for (const id of ids) {
    const other = clueById(id)?.excludes.find((one) => ids.includes(one));
    if (other !== undefined) return [id, other];
  }
  return undefined;
}
