/**
 * What somebody who lists directories sees of an entry without opening it, each as one of few bins. The ordinary tree (ordinary-tree.ts) was
 * counted by the same functions: a change here makes those counts stale, which a test finds.
 */
export interface TreeEntry {
  readonly path: string;
  readonly kind: "file" | "directory" | "link";
  readonly mode: number;
  readonly uid: number;
  /** Of a file, in bytes. */
  readonly size: number;
  /** Seconds before whoever looks; undefined: it has no time of its own. */
  readonly age?: number;
  /** Names in its directory, its own included. */
  readonly company: number;
}

/** The bin of an entry; undefined: the feature says nothing of it. */
export type Feature = (entry: TreeEntry) => string | undefined;

export const features = {
  /** The first two directories, as `/usr/share`. */
  place: ({ path }) => `/${namesOf(path).slice(0, -1).slice(0, 2).join("/")}`,
  depth: ({ path }) => upTo(namesOf(path).length, [1, 2, 3, 4, 5, 6, 7, 8]),
  length: ({ path }) => upTo(nameOf(path).length, [3, 7, 11, 15, 23, 31, 47]),
  letters: ({ path }) => lettersOf(nameOf(path)),
  ending: (entry) => (entry.kind === "file" ? endingOf(nameOf(entry.path)) : entry.kind),
  words: ({ path }) => (TELLING.test(path) ? "telling" : "plain"),
  size: ({ kind, size }) => (kind === "file" ? upTo(size, [0, 16, 64, 256, 1024, 4096, 16_384, 65_536, 1_048_576]) : undefined),
  mode: ({ kind, mode }) => (kind === "link" ? undefined : `${kind} ${mode.toString(8)}`),
  owner: ({ uid }) => (uid === 0 ? "root" : "other"),
  age: ({ age }) => (age === undefined ? undefined : age < 0 ? "to come" : upTo(age / DAY, [1, 30, 365, 4 * 365, 10 * 365])),
  company: ({ company }) => upTo(company, [1, 2, 4, 8, 16, 32, 64, 128, 256]),
} as const satisfies Readonly<Record<string, Feature>>;

export type FeatureName = keyof typeof features;

const DAY = 86_400;

/** Words that only deception and analysis products have in their names; none of them is in a path of Debian's own. */
const TELLING =
  /honey|cowrie|kippo|dionaea|sebek|glastopf|nepenthes|mailoney|conpot|heralding|labrea|tpot|canary|cuckoo|snoopy|ttyrec|\btlog\b|decoy|malware|\bsandbox\b|\/passwords|credit-card|bitcoin|customers|\banalyzer\b|\bsample\b|vmware|vbox|virtualbox/i;

const ENDINGS: ReadonlySet<string> = new Set([
  "conf",
  "d",
  "gz",
  "h",
  "html",
  "list",
  "log",
  "md5sums",
  "pl",
  "pm",
  "py",
  "service",
  "sh",
  "so",
  "txt",
]);

function namesOf(path: string): readonly string[] {
  return path.split("/").filter((name) => name !== "");
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The first of these that is not below the number, `more` where all are. */
function upTo(number: number, limits: readonly number[]): string {
  const limit = limits.find((one) => number <= one);
  return limit === undefined ? "more" : `to ${limit}`;
}

function lettersOf(name: string): string {
  if (/^[a-z._-]*$/.test(name)) return "small";
  if (/^[a-z0-9._-]*$/.test(name)) return "small and digits";
  return /^[\w.+:@,~-]*$/.test(name) ? "capital" : "others";
}

function endingOf(name: string): string {
  if (name.startsWith(".")) return "hidden";
  const ending = /\.([A-Za-z][A-Za-z0-9]*)$/.exec(name)?.[1]?.toLowerCase();
  if (ending === undefined) return "none";
  return ENDINGS.has(ending) ? ending : "other";
}
