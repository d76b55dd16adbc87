import { type Assessment, assess } from "./assess.ts";
import { type Check, type Finding, judgeAll } from "./check.ts";
import type { Side } from "./classification.ts";
import { askAll, type KnownDetector, type KnownFinding } from "./known/known-detector.ts";

/** Everything that detectors say of one view. */
export interface Detection {
  readonly side: Side;
  /** What was looked at: a host's name, or a target as the operator wrote it. */
  readonly subject: string;
  readonly takenAtMs: number;
  readonly findings: readonly Finding[];
  readonly known: readonly KnownFinding[];
  readonly assessment: Assessment;
  /** What was not looked at, and why. */
  readonly leftOut: readonly string[];
}

interface Detectors<View> {
  readonly checks: readonly Check<View>[];
  readonly known: readonly KnownDetector<View>[];
}

/** Judges a view with checks and known detectors: the same view gives the same detection, whenever and wherever. */
export function detect<View extends { readonly takenAtMs: number }>(
  view: View,
  { checks, known }: Detectors<View>,
  about: Pick<Detection, "side" | "subject" | "leftOut">,
): Detection {
  const findings = judgeAll(checks, view);
  return { ...about, takenAtMs: view.takenAtMs, findings, known: askAll(known, view), assessment: assess(findings) };
}
