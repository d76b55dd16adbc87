import { createHash } from "node:crypto";
import type { Site } from "./effect.ts";

/**
 * What differs between sites is drawn from the site's seed and a label: the same site always draws the same, and from what is shown nobody
 * can tell the seed.
 */
export function hexOf({ seed }: Pick<Site, "seed">, label: string, digits: number): string {
  let hex = "";
  for (let block = 0; hex.length < digits; block++) hex += createHash("sha256").update(`${seed}\0${label}\0${block}`).digest("hex");
  return hex.slice(0, digits);
}

/** A whole number below `below`, at most 2^32. */
export function numberOf(site: Pick<Site, "seed">, label: string, below: number): number {
  return Math.floor((Number.parseInt(hexOf(site, label, 8), 16) / 2 ** 32) * below);
}

/** The same items in an order of the site's own. */
export function shuffled(site: Pick<Site, "seed">, label: string, items: readonly string[]): readonly string[] {
  return [...items].sort((one, other) => (hexOf(site, `${label}/${one}`, 16) < hexOf(site, `${label}/${other}`, 16) ? -1 : 1));
}
