import { findLeftovers, type Leftover, sweepLeftovers } from "../ledger/find-leftovers.ts";
import type { Work } from "../verbs/work.ts";
import { siteMark, siteSeed } from "./site-seed.ts";

/** What of a disguise is left although nobody is to be disguised by it. */
export interface LeftoverSaid {
  /** Such as `process` or `cgroup`. */
  readonly kind: string;
  readonly what: string;
  readonly why: string;
}

type Audited = Pick<Work, "ledger" | "port" | "folder" | "host">;

/** Looks, and changes nothing. */
export function leftovers(work: Audited): readonly LeftoverSaid[] {
  return found(work).map(said);
}

/** Takes away what nobody uses, and answers the rest. A process that runs is named only: another steward with a copy of our seed may want it. */
export function withoutLeftovers(work: Audited): readonly LeftoverSaid[] {
  const all = found(work);
  return [...all.filter(isUsed), ...sweepLeftovers(all.filter((one) => !isUsed(one)))].map(said);
}

const isUsed = ({ kind }: Leftover): boolean => kind === "process";

const said = ({ kind, what, why }: Leftover): LeftoverSaid => ({ kind, what, why });

/** `disguise run` draws from the host's own number where the site has no seed of its own to be read. */
function found({ ledger, port, folder, host }: Audited): readonly Leftover[] {
  const seed = siteSeed(folder);
  const own = ["/etc/machine-id", "/proc/sys/kernel/hostname"].map((file) => host.read(file)?.trim());
  const seeds = [seed, ...own].filter((one) => one !== undefined && one !== "");
  return findLeftovers({ ledger, host: port, folder, mark: siteMark(seed), seeds: seeds.map(String) });
}
