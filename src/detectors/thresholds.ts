import type { TraitClass } from "./classification.ts";

/**
 * The few numbers behind a verdict. They are tuned on one half of the labelled set (test/detectors/accuracy) and reported on the other.
 */
export const thresholds = {
  /**
   * Odds that an exposed host is a honeypot before anything is looked at: 21,855 honeypots to about 354,431 hosts that are open to attack
   * (Srinivasa, Pedersen and Vasilomanolakis, "Gotta catch 'em all", 2021).
   */
  priorOdds: 21_855 / 354_431,
  /** Signs of one family hang together: the strongest counts whole, each further one with this part of its logarithm. */
  furtherOfFamily: 0.3,
  /** At and above: honeypot. In the tuning half real servers reach 0.36 and the weakest honeypot 0.83; in odds this stands between, nearer to it. */
  honeypotFrom: 0.75,
  /** At and below, when enough was looked at: real. Honeypot is then the less likely of the two, and all of the tuning half's real servers are here. */
  realUpTo: 0.5,
  /** A verdict "real" needs checks of at least so many families that could look. In the labelled set a port that is silent gives 5, whatever speaks 8 and more. */
  leastFamilies: 7,
} as const;

export type Numbers = Readonly<Record<keyof typeof thresholds, number>>;

/**
 * How much one class can change the odds, all its signs together. A virtual machine is what most servers are, and monitoring is what good
 * ones have: neither alone may make a host a honeypot.
 */
export const classCaps: Readonly<Record<TraitClass, number>> = {
  trait: 10_000,
  kind: 1_000_000,
  logging: 60,
  "virtual-machine": 4,
};
