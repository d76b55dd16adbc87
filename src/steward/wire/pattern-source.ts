import { compilePatterns, loadPatterns, type Pattern, SIZE, type Tables } from "../../patterns/index.ts";
import type { WireSettings } from "./wire-settings.ts";

/** Patterns as the engine takes them, and what each of its rules stands for. */
export interface LoadedPatterns {
  readonly tables: Tables;
  readonly count: number;
  /** @param rule its number, as an event has it */
  patternOf(rule: number): Pattern | undefined;
}

/** @throws OperatorError `patterns-invalid` with file and line of each mistake, `file-unreadable` */
export function loadedPatterns({ patterns, patternsFolder }: WireSettings): LoadedPatterns | undefined {
  if (!patterns) return undefined;
  const { tables, patterns: sorted } = compilePatterns(patternsFolder === undefined ? loadPatterns() : loadPatterns(patternsFolder));
  const rules = Buffer.from(tables.rules.buffer, tables.rules.byteOffset, tables.rules.byteLength);
  return {
    tables,
    count: sorted.length,
    patternOf: (rule) => {
      const at = rule * SIZE.rule + PATTERN_AT;
      return at + 2 <= rules.length ? sorted[rules.readUInt16LE(at)] : undefined;
    },
  };
}

/** `struct rule`: ... pattern 2, its last field (src/patterns/tables.ts). */
const PATTERN_AT = 14;
