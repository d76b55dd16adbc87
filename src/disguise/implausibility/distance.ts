import { type FeatureName, features, type TreeEntry } from "./features.ts";
import { ordinaryTree } from "./ordinary-tree.ts";

/**
 * How far a tree of files is from an ordinary one, in bits an entry: how many more bits than for an ordinary tree's own it takes to tell its
 * entries by what an ordinary tree has. 0: nobody who lists directories finds anything odd; each bit halves how often such an entry is met.
 *
 * For each feature, p is how often its bins are met in the ordinary tree (add-one smoothed, one bin for what is not there), and H its entropy:
 *
 *   surprise(feature) = max(0, mean over entries of -log2 p(bin of the entry) - H)        distance = sum of all surprises
 *
 * The first term is the cross-entropy of the tree against the ordinary one: less H, it is the Kullback-Leibler divergence where the tree is as
 * varied as the ordinary one. Features are taken for independent, as a naive Bayes classifier takes them, so the sum is an upper estimate.
 * That a file system can be summarised by numbers and compared with real ones is Rowe's (HICSS 2006); these features are our own.
 */
export interface Distance {
  /** Bits an entry, to a tenth. */
  readonly bits: number;
  readonly entries: number;
  /** Bits by feature, the largest first; features that surprise nobody are left out. */
  readonly by: readonly (readonly [feature: FeatureName, bits: number])[];
}

export function distanceOf(entries: readonly TreeEntry[]): Distance {
  const all = NAMES.map((name): [FeatureName, number] => [name, surprise(name, entries)]);
  const by = all
    .map(([name, bits]): [FeatureName, number] => [name, tenth(bits)])
    .filter(([, bits]) => bits > 0)
    .sort(([, one], [, other]) => other - one);
  return { bits: tenth(all.reduce((sum, [, bits]) => sum + bits, 0)), entries: entries.length, by };
}

const NAMES: readonly FeatureName[] = ["place", "depth", "length", "letters", "ending", "words", "size", "mode", "owner", "age", "company"];

function tenth(bits: number): number {
  return Math.round(bits * 10) / 10;
}

function surprise(name: FeatureName, entries: readonly TreeEntry[]): number {
  const bins = entries.flatMap((entry) => features[name](entry) ?? []);
  if (bins.length === 0) return 0;
  const { bitsOf, entropy } = ordinary(name);
  const mean = bins.reduce((sum, bin) => sum + bitsOf(bin), 0) / bins.length;
  return Math.max(0, mean - entropy);
}

interface Ordinary {
  readonly bitsOf: (bin: string) => number;
  readonly entropy: number;
}

function ordinary(name: FeatureName): Ordinary {
  const counts: Readonly<Record<string, number>> = ordinaryTree[name];
  const all = Object.values(counts);
  const total = all.reduce((sum, count) => sum + count + 1, 1);
  const bits = (count: number) => -Math.log2((count + 1) / total);
  return {
    bitsOf: (bin) => bits(Object.hasOwn(counts, bin) ? (counts[bin] ?? 0) : 0),
    entropy: [...all, 0].reduce((sum, count) => sum + ((count + 1) / total) * bits(count), 0),
  };
}

/** How often each bin is met, for a tree that is taken for ordinary. */
export function countsOf(entries: readonly TreeEntry[]): Readonly<Record<FeatureName, Readonly<Record<string, number>>>> {
  const counts = Object.fromEntries(NAMES.map((name) => [name, countsFor(name, entries)]));
  return { ...NO_COUNTS, ...counts };
}

const NO_COUNTS: Readonly<Record<FeatureName, Readonly<Record<string, number>>>> = {
  place: {},
  depth: {},
  length: {},
  letters: {},
  ending: {},
  words: {},
  size: {},
  mode: {},
  owner: {},
  age: {},
  company: {},
};

function countsFor(name: FeatureName, entries: readonly TreeEntry[]): Readonly<Record<string, number>> {
  const bins = Map.groupBy(
    entries.flatMap((entry) => features[name](entry) ?? []),
    (bin) => bin,
  );
  return Object.fromEntries([...bins].sort(([one], [other]) => (one < other ? -1 : 1)).map(([bin, all]) => [bin, all.length]));
}
