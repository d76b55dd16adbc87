import { Buffer } from "node:buffer";
import type { ModpGroup } from "../../../decoy/keys.ts";
import { modpTable } from "./modp-table.ts";
import { moduliTable } from "./moduli-table.ts";

/** A group by its name in `modp-table.ts`. */
export type GroupName = keyof typeof modpTable;

interface SizedGroup extends ModpGroup {
  readonly bits: number;
}

const GENERATOR = 2;
const wellKnown = new Map<string, SizedGroup>();
let exchangeGroups: readonly SizedGroup[] | undefined;

export function modpGroup(name: GroupName): ModpGroup {
  const known = wellKnown.get(name) ?? decode(modpTable[name]);
  wellKnown.set(name, known);
  return known;
}

/** What a visitor asks of group exchange, in bits. */
export interface GroupWish {
  readonly min: number;
  readonly preferred: number;
  readonly max: number;
}

/**
 * Chooses as OpenSSH chooses from its moduli file: of the sizes within the wish, the smallest that is at least the preferred one, else the largest;
 * among groups of one size, by chance.
 *
 * @param sizes what the persona's moduli file has; `random` gives a number below its argument
 */
export function chooseGroup(wish: GroupWish, sizes: readonly number[], random: (below: number) => number): ModpGroup | undefined {
  exchangeGroups ??= [...moduliTable, modpTable.modp2, modpTable.modp5, modpTable.modp17, modpTable.modp18].map(decode);
  const allowed = exchangeGroups.filter(({ bits }) => sizes.includes(bits) && bits >= wish.min && bits <= wish.max);
  const above = allowed.filter(({ bits }) => bits >= wish.preferred);
  const best = above.length > 0 ? Math.min(...above.map(({ bits }) => bits)) : Math.max(...allowed.map(({ bits }) => bits));
  const candidates = allowed.filter(({ bits }) => bits === best);
  return candidates[random(candidates.length)];
}

function decode({ bits, prime }: { bits: number; prime: string }): SizedGroup {
  return { bits, prime: Buffer.from(prime, "base64"), generator: GENERATOR };
}
