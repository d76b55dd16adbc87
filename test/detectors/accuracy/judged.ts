import { assess } from "../../../src/detectors/assess.ts";
import type { Finding } from "../../../src/detectors/check.ts";
import type { Detection } from "../../../src/detectors/detection.ts";
import { detectRemote } from "../../../src/detectors/remote-detectors.ts";
import type { Labelled } from "./labelled-set.ts";
import { type Half, halfOf, type Subject } from "./subject.ts";

export interface Judged {
  readonly subject: Subject;
  readonly half: Half;
  readonly detection: Detection;
  /** What was tried at its ports: `22 login.random`. */
  readonly trials: readonly string[];
}

/**
 * Of a known honeypot only its bytes are replayed; how the replay behaves otherwise is not the honeypot's doing. So only checks of
 * fingerprints count there.
 */
export function judge({ subject, view }: Labelled): Judged {
  const detection = detectRemote(view);
  const half = halfOf(subject.name);
  const trials = view.ports.flatMap(({ port, trials: done }) => Object.keys(done).map((name) => `${port} ${name}`));
  if (!subject.group.startsWith("known honeypot")) return { subject, half, detection, trials };
  const findings = detection.findings.filter(({ id }) => id.startsWith("fingerprint."));
  return { subject, half, trials, detection: { ...detection, findings, assessment: assess(findings) } };
}

/** Undecided is no wrong answer, but no right one either. */
export type Outcome = "right" | "undecided" | "wrong";

export function outcomeOf({ subject, detection }: Judged): Outcome {
  const { verdict } = detection.assessment;
  if (verdict === "undecided") return "undecided";
  return subject.want === undefined || verdict === subject.want ? "right" : "wrong";
}

export function shownBy({ detection }: Judged): readonly Finding[] {
  return detection.findings.filter(({ judgement }) => judgement.verdict === "shown");
}

export function idsShownBy(judged: Judged): readonly string[] {
  return shownBy(judged)
    .map(({ id }) => id)
    .sort();
}
