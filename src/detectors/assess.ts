import type { Finding } from "./check.ts";
import { TRAIT_CLASSES, type TraitClass } from "./classification.ts";
import { classCaps, type Numbers, thresholds } from "./thresholds.ts";

/**
 * From findings to one likelihood: Bayes in odds form. Signs of one family are not independent, so only the strongest counts whole; each
 * class is capped, so that no heap of weak signs of one kind decides. Where too little could be looked at, the answer is "undecided".
 */
export interface Assessment {
  readonly verdict: "honeypot" | "real" | "undecided";
  /** Between 0 and 1. */
  readonly likelihood: number;
  /** What speaks for a honeypot, strongest first. */
  readonly reasons: readonly Reason[];
  /** How many checks could look, of all. */
  readonly looked: number;
  readonly checks: number;
}

export interface Reason {
  readonly finding: Finding;
  /** Natural logarithm of the factor by which it changed the odds, before its class' cap. */
  readonly weight: number;
}

/** @param numbers others than the product's own are for tuning. */
export function assess(findings: readonly Finding[], numbers: Numbers = thresholds): Assessment {
  const reasons = weigh(findings, numbers);
  const logOdds = TRAIT_CLASSES.reduce((sum, one) => sum + classWeight(one, reasons), Math.log(numbers.priorOdds));
  const likelihood = 1 / (1 + Math.exp(-logOdds));
  const looked = findings.filter(({ judgement }) => judgement.verdict !== "unknown").length;
  return { verdict: verdictOf(likelihood, familiesLooked(findings), numbers), likelihood, reasons, looked, checks: findings.length };
}

function verdictOf(likelihood: number, families: number, numbers: Numbers): Assessment["verdict"] {
  if (likelihood >= numbers.honeypotFrom) return "honeypot";
  return likelihood <= numbers.realUpTo && families >= numbers.leastFamilies ? "real" : "undecided";
}

/** Kinds of things that could be looked at. A port that says nothing is unlike every product's fingerprint at once: all of those are one look. */
export function familiesLooked(findings: readonly Finding[]): number {
  const looked = findings.filter(({ judgement }) => judgement.verdict !== "unknown");
  return new Set(looked.map(({ id, class: one, family }) => (id.startsWith("fingerprint.") ? "fingerprints" : `${one}/${family}`))).size;
}

function classWeight(one: TraitClass, reasons: readonly Reason[]): number {
  const sum = reasons.filter(({ finding }) => finding.class === one).reduce((total, { weight }) => total + weight, 0);
  return Math.min(sum, Math.log(classCaps[one]));
}

/** Every shown finding with its weight: the strongest of each family whole, the others in part. */
function weigh(findings: readonly Finding[], { furtherOfFamily }: Numbers): readonly Reason[] {
  const seen = new Set<string>();
  const strongestFirst = findings
    .filter(({ judgement }) => judgement.verdict === "shown")
    .map((finding) => ({ finding, weight: Math.log(ratioOf(finding)) }))
    .sort((one, other) => other.weight - one.weight || (one.finding.id < other.finding.id ? -1 : 1));
  const weighed = strongestFirst.map(({ finding, weight }) => {
    const family = `${finding.side}/${finding.class}/${finding.family}`;
    const part = seen.has(family) ? furtherOfFamily : 1;
    seen.add(family);
    return { finding, weight: weight * part };
  });
  return weighed.sort((one, other) => other.weight - one.weight);
}

export function ratioOf({ judgement, ratio }: Finding): number {
  return judgement.verdict === "shown" ? (judgement.ratio ?? ratio) : 1;
}
