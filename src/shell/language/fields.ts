/** One word of the result: its text, and the same as a pattern, in which quoted characters are escaped. */
export interface Field {
  text: string;
  pattern: string;
  /** It has an unquoted character that globbing looks at. */
  glob: boolean;
}

const MAX_BYTES = 2 << 20;

/** Collects the fields of an expansion; splits unquoted results at IFS (POSIX XCU 2.6.5). */
export class Fields {
  readonly done: Field[] = [];
  readonly #ifs: string;
  readonly #splits: boolean;
  /** Whether anybody will look at the patterns. */
  readonly #patterns: boolean;
  #current: Field | undefined;
  /** The last field was ended by white space: one other separator belongs to it. */
  #ended = false;
  #bytes = 0;

  constructor(ifs: string, splits: boolean, patterns = true) {
    this.#patterns = patterns;
    this.#ifs = ifs.length > 3 ? [...new Set(ifs)].join("") : ifs;
    this.#splits = splits;
  }

  get tooLarge(): boolean {
    return this.#bytes > MAX_BYTES;
  }

  /** Text that is not split: quoted, or unquoted and as written. */
  add(text: string, quoted: boolean): void {
    this.#bytes += text.length + 16;
    this.#current ??= { text: "", pattern: "", glob: false };
    this.#current.text += text;
    this.#ended = false;
    if (!this.#patterns) return;
    if (!quoted) {
      this.#current.pattern += text;
      this.#current.glob ||= /[*?[\\]/.test(text) || /[?*+@!]\(/.test(this.#current.pattern);
    } else this.#current.pattern += /[*?[\]\\()|!@+^-]/.test(text) ? text.replace(/[*?[\]\\()|!@+^-]/g, "\\$&") : text;
  }

  /** The result of an unquoted expansion. */
  addSplit(text: string): void {
    if (!this.#splits) {
      this.add(text, false);
      return;
    }
    let start = 0;
    for (let at = 0; at < text.length && !this.tooLarge; at += 1) {
      const char = text.charAt(at);
      if (!this.#ifs.includes(char)) continue;
      if (at > start) this.add(text.slice(start, at), false);
      start = at + 1;
      this.#separator(char === " " || char === "\t" || char === "\n");
    }
    if (start < text.length) this.add(text.slice(start), false);
  }

  /** Ends the current field, if there is one. */
  break(): void {
    if (this.#current !== undefined) this.done.push(this.#current);
    this.#current = undefined;
  }

  finish(): readonly Field[] {
    this.break();
    return this.done;
  }

  #separator(white: boolean): void {
    if (this.#current !== undefined) {
      this.break();
      this.#ended = white;
    } else if (!white) {
      this.#bytes += 16;
      if (!this.#ended) this.done.push({ text: "", pattern: "", glob: false });
      this.#ended = false;
    }
  }
}
