import { ANSWER, type Answer, compilePatterns, loadPatterns, type Pattern, type Tables } from "../../patterns/index.ts";
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

/** What a packet matched, and how the engine answered. */
export interface Matched {
  readonly pattern: Pattern;
  readonly answer: Answer;
}

/** @param detail of the engine's event: the pattern's number in the lower sixteen bits, what was done in the next eight (kernel/bpf/maps.h) */
export function matchedIn({ patterns }: LoadedPatterns, detail: number): Matched | undefined {
  const pattern = patterns[detail & 0xffff];
  const answer = answers.find((name) => ANSWER[name] === ((detail >>> 16) & 0xff));
  return pattern === undefined || answer === undefined ? undefined : { pattern, answer };
}

const answers = ["observe", "drop", "reply", "handOver", "tarpit"] as const satisfies readonly Answer[];
