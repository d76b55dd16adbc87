/**
 * The line discipline of a terminal at a login prompt: echoes, erases, and gives a line when it is complete. The same characters and
 * answers as Linux's own tty with its standard settings (verified with /bin/login on a pty): DEL erases, ^W erases a word, ^U the line,
 * other controls echo as ^X, a tab as spaces, ^V takes the next as it is, ^D sends what is there, ^C and ^\ kill the login.
 * Bytes in disguise: a string with one code unit for each byte.
 */
export type LineResult =
  | { readonly is: "line"; readonly text: string }
  /** ^D on an empty line. */
  | { readonly is: "end" }
  /** ^C or ^\. */
  | { readonly is: "killed" };

export interface LineInput {
  /** What to send back. */
  readonly echo: string;
  readonly result?: LineResult;
}

const MAX_LINE_BYTES = 4095;
const TAB_COLUMNS = 8;

export class LoginLine {
  #text = "";
  /** The column behind each character. */
  readonly #ends: number[] = [];
  /** Columns before the line's start, for tabs. */
  readonly #column: number;
  readonly #echo: boolean;
  #isLiteral = false;

  constructor(options: { readonly echo: boolean; readonly column: number }) {
    this.#echo = options.echo;
    this.#column = options.column;
  }

  /** Takes one byte (0-255). After a result the line is spent. */
  take(byte: number): LineInput {
    if (this.#isLiteral) {
      this.#isLiteral = false;
      return this.#add(byte);
    }
    switch (byte) {
      case 13:
      case 10:
        return { echo: this.#newLine(), result: { is: "line", text: this.#text } };
      case 3:
      case 28:
        return { echo: this.#shown(byte), result: { is: "killed" } };
      case 4:
        return this.#text === ""
          ? { echo: "", result: { is: "end" } }
          : { echo: this.#newLine(), result: { is: "line", text: this.#text } };
      case 22:
        this.#isLiteral = true;
        return { echo: this.#echo ? "^\b" : "" };
      case 127:
        return { echo: this.#erase(1) };
      case 23:
        return { echo: this.#erase(lastWordBytes(this.#text)) };
      case 21:
        return { echo: this.#erase(this.#text.length) };
      default:
        return this.#add(byte);
    }
  }

  #newLine(): string {
    return this.#echo ? "\r\n" : "";
  }

  #add(byte: number): LineInput {
    if (this.#text.length >= MAX_LINE_BYTES) return { echo: "" };
    const echo = this.#shown(byte);
    this.#ends.push(this.#width() + shownAs(byte, this.#width()).length);
    this.#text += String.fromCharCode(byte);
    return { echo };
  }

  #erase(count: number): string {
    let echo = "";
    for (let left = count; left > 0 && this.#text !== ""; left--) {
      const before = this.#width();
      const step = this.#text.endsWith("\t") ? "\b" : "\b \b";
      this.#text = this.#text.slice(0, -1);
      this.#ends.pop();
      echo += step.repeat(before - this.#width());
    }
    return this.#echo ? echo : "";
  }

  #width(): number {
    return this.#ends.at(-1) ?? this.#column;
  }

  #shown(byte: number): string {
    return this.#echo ? shownAs(byte, this.#width()) : "";
  }
}

function shownAs(byte: number, column: number): string {
  if (byte === 9) return " ".repeat(TAB_COLUMNS - (column % TAB_COLUMNS));
  return byte < 32 ? `^${String.fromCharCode(byte + 64)}` : String.fromCharCode(byte);
}

/** The last word with the blanks behind it. Not by an expression: it would look from every place of the line. */
function lastWordBytes(text: string): number {
  let start = text.length;
  while (start > 0 && isBlank(text.charAt(start - 1))) start--;
  while (start > 0 && !isBlank(text.charAt(start - 1))) start--;
  return text.length - start;
}

function isBlank(character: string): boolean {
  return character === " " || character === "\t";
}
