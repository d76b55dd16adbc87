import type { Persona } from "../../decoy/persona.ts";
import type { Path } from "../../shape/shape.ts";
import type { Entry } from "../manifest.ts";
import { TreeIndex } from "../tree-index.ts";

/**
 * A rule says what must agree within one persona, and finds where it does not. Rules look at a settled persona, as a visitor would,
 * and never at how it was written; one that cannot judge (no such file, another distribution) finds nothing.
 */
export interface Rule {
  /** Kebab case; profiles name it in `allows:` when the imitated product itself breaks it. */
  readonly name: string;
  /** One sentence: what must hold. */
  readonly holds: string;
  readonly find: (facts: Facts) => readonly Contradiction[];
}

export interface Contradiction {
  /** The profile's key that is most likely wrong. */
  readonly path: Path;
  readonly why: string;
}

export interface Facts {
  readonly persona: Persona;
  readonly entries: ReadonlyMap<string, Entry>;
  readonly tree: TreeIndex;
  /** The contents of a file, links followed; undefined when the profile gives none. */
  readonly text: (path: string) => string | undefined;
}

export function factsOf(persona: Persona, entries: ReadonlyMap<string, Entry>): Facts {
  const tree = new TreeIndex(entries);
  return { persona, entries, tree, text: (path) => persona.tree.files[tree.resolve(path)?.path ?? path] };
}

/** One contradiction when `agrees` is false. */
export function unless(agrees: boolean, path: Path, why: string): readonly Contradiction[] {
  return agrees ? [] : [{ path, why }];
}
