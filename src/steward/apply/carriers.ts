import { mergedEffects } from "../../disguise/under-effects.ts";
import type { Carriage, Carrier, CarryAsked } from "./carriage.ts";
import { joinModules } from "./join-modules.ts";
import type { Scope } from "./scope.ts";

/** Which carriers bring a plan into a scope, in the order in which their changes are made. */
export type Carriers = (scope: Scope) => readonly Carrier[];

export const NOTHING: Carriage = { changes: [], reloads: [], restarts: [], leftOut: [], limits: [] };

/** What has to be changed for one scope. */
export function carryScope(carriers: Carriers, asked: CarryAsked): Carriage {
  return carriers(asked.scope)
    .map((carrier) => carrier(asked))
    .reduce(joined, NOTHING);
}

/** Two carriages as one: what either shows is seen; of the file of a plan the later counts. */
export function joined(one: Carriage, other: Carriage): Carriage {
  const both = { ...one, ...other };
  const seen = [one.seen, other.seen].filter((effect) => effect !== undefined);
  return {
    ...both,
    ...(seen.length === 0 ? {} : { seen: mergedEffects(seen) }),
    changes: joinModules([...one.changes, ...other.changes]),
    reloads: unique(one.reloads, other.reloads),
    restarts: unique(one.restarts, other.restarts),
    leftOut: unique(one.leftOut, other.leftOut),
    limits: unique(one.limits, other.limits),
    trials: [...(one.trials ?? []), ...(other.trials ?? [])],
  };
}

function unique<T>(one: readonly T[], other: readonly T[]): readonly T[] {
  return [...new Set([...one, ...other])];
}
