import { createHash } from "node:crypto";

export const groups = [
  "real server",
  "decoy, real persona",
  "decoy, honeypot persona",
  "known honeypot",
  // Known only by what real products show too: nothing is wanted of them.
  "known honeypot, no sign of its own",
] as const;

/**
 * A host of the labelled set: what it is, what must be said of it, and how it is brought to life. Real servers and our own decoys are the
 * things themselves; known honeypots are replayed from their fingerprints.
 */
export interface Subject {
  /** Never changed: its hash decides which half it belongs to. */
  readonly name: string;
  readonly group: (typeof groups)[number];
  /** Undefined: neither answer is wrong, it is only reported. */
  readonly want: "real" | "honeypot" | undefined;
  readonly trials: boolean;
  /** Whether round trips, clocks and packets are measured. */
  readonly measured: boolean;
  /** Brings it up on an address of its own. */
  readonly open: (where: Ground) => Promise<Alive>;
}

export interface Ground {
  readonly address: string;
  /** For its files; whoever opens it makes and removes it. */
  readonly folder: string;
  readonly materials: string;
}

export interface Alive extends AsyncDisposable {
  readonly ports: readonly number[];
}

/** Thresholds are tuned on one half and reported on the other. */
export type Half = "tuning" | "reported";

export function halfOf(name: string): Half {
  return (createHash("sha256").update(name).digest()[0] ?? 0) % 2 === 0 ? "tuning" : "reported";
}
