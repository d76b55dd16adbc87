/** A regular expression as it was read, whatever the syntax. */
export type RegexNode =
  | { readonly kind: "empty" | "keep" }
  | { readonly kind: "set"; readonly set: ByteSet }
  | { readonly kind: "sequence"; readonly items: readonly RegexNode[] }
  | { readonly kind: "choice"; readonly choices: readonly RegexNode[] }
  | { readonly kind: "repeat"; readonly body: RegexNode; readonly min: number; readonly max: number; readonly lazy: boolean }
  | { readonly kind: "group"; readonly body: RegexNode; readonly index: number }
  | { readonly kind: "edge"; readonly edge: Edge }
  | { readonly kind: "back"; readonly index: number }
  | { readonly kind: "look"; readonly behind: boolean; readonly negated: boolean; readonly body: RegexNode };

/** Places between bytes. */
export type Edge = "lineStart" | "lineEnd" | "textStart" | "textEnd" | "word" | "inner" | "wordStart" | "wordEnd";

/** 256 flags. */
export type ByteSet = Uint8Array;

export const EMPTY: RegexNode = { kind: "empty" };

export function emptySet(): ByteSet {
  return new Uint8Array(256);
}

export function setOf(...bytes: readonly string[]): ByteSet {
  const set = emptySet();
  for (const byte of bytes.join("")) set[byte.charCodeAt(0) & 255] = 1;
  return set;
}

export function addRange(set: ByteSet, low: number, high: number): void {
  for (let code = low; code <= high; code += 1) set[code] = 1;
}

export function addTo(set: ByteSet, other: ByteSet): void {
  for (let code = 0; code < 256; code += 1) if (other[code] === 1) set[code] = 1;
}

export function inverted(set: ByteSet): ByteSet {
  return set.map((flag) => 1 - flag);
}

/** With both cases of each ASCII letter in it. */
export function bothCases(set: ByteSet): ByteSet {
  const both = Uint8Array.from(set);
  for (let code = 65; code <= 90; code += 1) if (set[code] === 1 || set[code + 32] === 1) both[code] = both[code + 32] = 1;
  return both;
}

const RANGES: Readonly<Record<string, readonly string[]>> = {
  alpha: ["AZ", "az"],
  digit: ["09"],
  alnum: ["09", "AZ", "az"],
  upper: ["AZ"],
  lower: ["az"],
  space: ["\t\r", "  "],
  blank: ["\t\t", "  "],
  punct: ["!/", ":@", "[`", "{~"],
  print: [" ~"],
  graph: ["!~"],
  cntrl: ["\x00\x1f", "\x7f\x7f"],
  xdigit: ["09", "AF", "af"],
  word: ["09", "AZ", "az", "__"],
};

/** [:name:]; undefined when there is no such class. */
export function classSet(name: string): ByteSet | undefined {
  const ranges = Object.hasOwn(RANGES, name) ? RANGES[name] : undefined;
  if (ranges === undefined) return undefined;
  const set = emptySet();
  for (const range of ranges) addRange(set, range.charCodeAt(0), range.charCodeAt(1));
  return set;
}

export const WORD: ByteSet = classSet("word") ?? emptySet();
export const ANY: ByteSet = inverted(emptySet());
