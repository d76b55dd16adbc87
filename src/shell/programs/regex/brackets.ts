import { addRange, addTo, type ByteSet, classSet, emptySet, inverted } from "./node.ts";

export type Bracket = { readonly set: ByteSet; readonly end: number } | { readonly wrong: string };

const UNMATCHED = { wrong: "Unmatched [, [^, [:, [., or [=" };

/**
 * A bracket expression (POSIX XBD 9.3.5): `[` [`^`] members `]`, `at` being behind the `[`.
 * A member is a byte, a range, or one of [:class:] [.x.] [=x=]; a `]` that comes first is a member; a backslash is one unless `escapes`.
 */
export function parseBracket(text: string, at: number, escapes = false): Bracket {
  const negated = text.charAt(at) === "^";
  const set = emptySet();
  let here = negated ? at + 1 : at;
  if (at >= text.length) return { wrong: "Invalid regular expression" };
  for (let first = true; ; first = false) {
    if (here >= text.length) return UNMATCHED;
    if (text.charAt(here) === "]" && !first) break;
    const end = addMember(set, { text, escapes }, here);
    if (typeof end !== "number") return end;
    here = end;
  }
  return { set: negated ? inverted(set) : set, end: here + 1 };
}

interface Source {
  readonly text: string;
  readonly escapes: boolean;
}

function addMember(set: ByteSet, source: Source, at: number): number | { wrong: string } {
  const { text } = source;
  if (text.startsWith("[:", at)) return addClass(set, text, at);
  if (source.escapes && text.charAt(at) === "\\") {
    const added = addEscapedClass(set, text.charAt(at + 1));
    if (added) return at + 2;
  }
  const low = readByte(source, at);
  if ("wrong" in low) return low;
  if (text.charAt(low.end) !== "-" || text.charAt(low.end + 1) === "]" || low.end + 1 >= text.length) {
    set[low.code] = 1;
    return low.end;
  }
  const high = readByte(source, low.end + 1);
  if ("wrong" in high) return high;
  if (high.code < low.code) return { wrong: "Invalid range end" };
  addRange(set, low.code, high.code);
  return high.end;
}

function addClass(set: ByteSet, text: string, at: number): number | { wrong: string } {
  const end = text.indexOf(":]", at + 2);
  if (end < 0) return UNMATCHED;
  const named = classSet(text.slice(at + 2, end));
  if (named === undefined) return { wrong: "Invalid character class name" };
  addTo(set, named);
  return end + 2;
}

function addEscapedClass(set: ByteSet, letter: string): boolean {
  const name = { d: "digit", w: "word", s: "space" }[letter.toLowerCase()];
  const named = name === undefined ? undefined : classSet(name);
  if (named === undefined) return false;
  addTo(set, letter === letter.toLowerCase() ? named : inverted(named));
  return true;
}

const CONTROLS: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, f: 12, v: 11, a: 7, e: 27 };

function readByte({ text, escapes }: Source, at: number): { code: number; end: number } | { wrong: string } {
  const collated = /^\[([.=])([\s\S])\1\]/.exec(text.slice(at, at + 5));
  if (collated !== null) return { code: (collated[2] ?? "").charCodeAt(0), end: at + 5 };
  if (at >= text.length) return UNMATCHED;
  if (!escapes || text.charAt(at) !== "\\" || at + 1 >= text.length) return { code: text.charCodeAt(at) & 255, end: at + 1 };
  const letter = text.charAt(at + 1);
  return { code: CONTROLS[letter] ?? letter.charCodeAt(0) & 255, end: at + 2 };
}
