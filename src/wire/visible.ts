/**
 * Makes text that a visitor sent safe to show on an operator's terminal, log or page: nothing in it can move the cursor,
 * change a colour, reverse the reading order, or hide. Everything that anybody reads goes through here; the store keeps the original.
 */

// C0 but tab is shown too: a tab can fake columns. C1 (0x80-0x9f) are escapes on some terminals. U+2028/9 break lines in logs.
// Bidi controls (UAX #9), zero-width and invisible characters, tags (U+E0000..), lone surrogates and the byte order mark hide or reorder text.
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\u{e0000}-\u{e0fff}]/gu;

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
