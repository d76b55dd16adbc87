import { compilePatterns, loadPatterns, type Pattern, type Tables } from "../../patterns/index.ts";
import type { WireSettings } from "./wire-settings.ts";

/** Patterns as the engine takes them, in its order. */
export interface LoadedPatterns {
  readonly tables: Tables;
  readonly patterns: readonly Pattern[];
}

/** @throws OperatorError `patterns-invalid` with file and line of each mistake, `file-unreadable` */
export function loadedPatterns({ patterns, patternsFolder }: WireSettings): LoadedPatterns | undefined {
  if (!patterns) return undefined;
  return compilePatterns(patternsFolder === undefined ? loadPatterns() : loadPatterns(patternsFolder));
}
