/**
 * Makes text that a visitor sent safe to show on an operator's terminal, log or page: nothing in it can move the cursor,
 * change a colour, reverse the reading order, or hide. Everything that anybody reads goes through here; the store keeps the original.
 */

// Controls (C0, C1: escapes on some terminals), formats (bidi controls of UAX #9, zero-width, tags), lone surrogates, line and
// paragraph separators, and all else that Unicode lets a renderer hide.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\u001b": "\\e" };

/** One line of printable text: control, bidi, invisible and escape characters become `\n`, `\e`, `\x07`, `\u{202e}`; a backslash is doubled. */
export function visible(text: string): string {
  return text.replaceAll("\\", "\\\\").replace(UNSAFE, name);
}

/** Like `visible`, but keeps line breaks and tabs: for blocks of text such as a terminal's transcript. */
export function visibleLines(text: string): string {
  return text.split("\n").map((line) => line.split("\t").map(visible).join("\t")).join("\n");
}

function name(character: string): string {
  const known = NAMED[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
}
