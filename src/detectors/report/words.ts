import type { Assessment } from "../assess.ts";
import type { Detection } from "../detection.ts";
import type { KnownVerdict } from "../known/known-detector.ts";

/** The phrases that all reports share, so that the screen, the page and the document say the same. */
export function headline({ assessment }: Detection): string {
  return `${percent(assessment.likelihood)} likely a honeypot: ${verdictWords[assessment.verdict]}`;
}

export function basis({ assessment: { looked, checks } }: Detection): string {
  return `${looked} of ${checks} checks could look`;
}

export function percent(likelihood: number): string {
  if (likelihood > 0.99) return "over 99 %";
  return likelihood < 0.01 ? "under 1 %" : `${Math.round(likelihood * 100)} %`;
}

/** `x 12`: how many times likelier it makes a honeypot. */
export function factor(weight: number): string {
  const times = Math.exp(weight);
  return `x ${times >= 10 ? Math.round(times) : times.toFixed(1)}`;
}

export const verdictWords: Readonly<Record<Assessment["verdict"], string>> = {
  honeypot: "an attacker's tools would call it a honeypot",
  real: "it reads as a real machine",
  undecided: "undecided",
};

export const seesWords: Readonly<Record<KnownVerdict["sees"], string>> = {
  nothing: "nothing",
  "virtual-machine": "a virtual machine",
  container: "a container",
  honeypot: "a honeypot",
};

/** `2026-01-31 12:00:00 UTC`. */
export function moment(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
