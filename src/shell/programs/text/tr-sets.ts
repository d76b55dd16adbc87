import { readEscape } from "../../escapes.ts";
import { classSet } from "../regex/node.ts";

/** The arguments of tr: bytes, ranges, [:classes:], [=x=], [x*n], backslash escapes. */
export interface TrSet {
  readonly bytes: readonly number[];
  /** The classes in it, such as upper, by where they begin. */
  readonly classes: ReadonlyMap<number, string>;
  /** Where a [x*] without a count stands, and its byte. */
  readonly filler: { readonly at: number; readonly byte: number } | undefined;
}

export type ParsedSet = TrSet | { readonly wrong: string };

export function parseSet(text: string): ParsedSet {
  const reader = new SetReader(text);
  return reader.read();
}

interface Item {
  readonly byte: number;
  readonly end: number;
}

const MAX_REPEAT = 1 << 16;

class SetReader {
  readonly #text: string;
  readonly #bytes: number[] = [];
  readonly #classes = new Map<number, string>();
  #filler: TrSet["filler"];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): ParsedSet {
    while (this.#at < this.#text.length) {
      const wrong = this.#bracket() ?? this.#range();
      if (typeof wrong === "string") return { wrong };
    }
    return { bytes: this.#bytes, classes: this.#classes, filler: this.#filler };
  }

  /** "": it took something; undefined: no bracket construct stands here. */
  #bracket(): string | true | undefined {
    if (this.#text.charAt(this.#at) !== "[") return undefined;
    const rest = this.#text.slice(this.#at);
    const named = /^\[:([a-z]*):\]/.exec(rest);
    if (named !== null) return this.#class(named[1] ?? "", named[0].length);
    const same = /^\[=([\s\S])=\]/.exec(rest);
    if (same !== null) {
      this.#bytes.push((same[1] ?? "").charCodeAt(0));
      this.#at += same[0].length;
      return true;
    }
    return this.#repeat();
  }

  #class(name: string, size: number): string | true {
    const set = classSet(name);
    if (set === undefined) return `invalid character class '${name}'`;
    this.#classes.set(this.#bytes.length, name);
    for (let byte = 0; byte < 256; byte += 1) if (set[byte] === 1) this.#bytes.push(byte);
    this.#at += size;
    return true;
  }

  /** [x*n], [x*]. */
  #repeat(): true | undefined {
    const item = this.#item(this.#at + 1);
    const found = item === undefined ? null : /^\*(\d*)\]/.exec(this.#text.slice(item.end));
    if (item === undefined || found === null) return undefined;
    const digits = found[1] ?? "";
    const count = digits.startsWith("0") ? Number.parseInt(digits, 8) : Number(digits || "0");
    if (count === 0) this.#filler = { at: this.#bytes.length, byte: item.byte };
    for (let left = Math.min(count, MAX_REPEAT); left > 0; left -= 1) this.#bytes.push(item.byte);
    this.#at = item.end + found[0].length;
    return true;
  }

  #range(): string | true {
    const low = this.#item(this.#at);
    if (low === undefined) return true;
    const high = this.#text.charAt(low.end) === "-" ? this.#item(low.end + 1) : undefined;
    if (high === undefined) {
      this.#bytes.push(low.byte);
      this.#at = low.end;
      return true;
    }
    if (high.byte < low.byte) return `range-endpoints of '${this.#text.slice(this.#at, high.end)}' are in reverse collating sequence order`;
    for (let byte = low.byte; byte <= high.byte; byte += 1) this.#bytes.push(byte);
    this.#at = high.end;
    return true;
  }

  #item(at: number): Item | undefined {
    const char = this.#text.charAt(at);
    if (char === "") return undefined;
    if (char !== "\\") return { byte: char.charCodeAt(0), end: at + 1 };
    if (at + 1 >= this.#text.length) return { byte: 92, end: at + 1 };
    const octal = /^[0-7]{1,3}/.exec(this.#text.slice(at + 1, at + 4));
    if (octal !== null) return { byte: Number.parseInt(octal[0], 8) & 255, end: at + 1 + octal[0].length };
    const letter = this.#text.charAt(at + 1);
    const byte = "abfnrtv\\".includes(letter) ? readEscape(this.#text, at).bytes.charCodeAt(0) : letter.charCodeAt(0);
    return { byte, end: at + 2 };
  }
}
