import { ratioOf } from "./assess.ts";
import type { Finding } from "./check.ts";
import type { Detection } from "./detection.ts";
import type { KnownFinding } from "./known/known-detector.ts";

/** What flipped between two detections of the same side: before a disguise and after it, or last month and today. */
export interface Comparison {
  readonly before: Detection;
  readonly after: Detection;
  /** Checks whose verdict changed, those that matter most first. */
  readonly flipped: readonly { readonly before: Finding; readonly after: Finding }[];
  /** Known detectors that say something else now. */
  readonly known: readonly { readonly before: KnownFinding; readonly after: KnownFinding }[];
}

export function compare(before: Detection, after: Detection): Comparison {
  const flipped = pairs(before.findings, after.findings).filter((pair) => pair.before.judgement.verdict !== pair.after.judgement.verdict);
  const known = pairs(before.known, after.known).filter((pair) => pair.before.verdict.says !== pair.after.verdict.says);
  return { before, after, flipped: flipped.sort((one, other) => strength(other) - strength(one)), known };
}

function pairs<T extends { readonly id: string }>(before: readonly T[], after: readonly T[]): { readonly before: T; readonly after: T }[] {
  const later = new Map(after.map((one) => [one.id, one]));
  return before.flatMap((one) => {
    const match = later.get(one.id);
    return match === undefined ? [] : [{ before: one, after: match }];
  });
}

function strength(pair: { readonly before: Finding; readonly after: Finding }): number {
  return Math.max(ratioOf(pair.before), ratioOf(pair.after));
}
