/** A word as `set -x`, `declare -p`, `printf %q` and `alias` print it. */

const SAFE = /^[A-Za-z0-9_\-./:=@%+,]+$/;
const CONTROL = /[\x00-\x1f\x7f]/;
const NAMED: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\t": "\\t",
  "\r": "\\r",
  "\x07": "\\a",
  "\b": "\\b",
  "\x1b": "\\E",
  "\f": "\\f",
  "\v": "\\v",
};

/** Single quotes, or $'...' where control characters are. */
export function singleQuoted(text: string): string {
  return CONTROL.test(text) ? ansiQuoted(text) : `'${text.replaceAll("'", "'\\''")}'`;
}

export function ansiQuoted(text: string): string {
  const body = text.replace(
    /[\x00-\x1f\x7f'\\]/g,
    (char) => NAMED[char] ?? (char === "'" || char === "\\" ? `\\${char}` : `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`),
  );
  return `$'${body}'`;
}

export function quoteTrace(word: string): string {
  return SAFE.test(word) ? word : singleQuoted(word);
}

/** Backslashes before what is special (`printf %q`). */
export function backslashQuoted(text: string): string {
  if (text === "") return "''";
  if (CONTROL.test(text)) return ansiQuoted(text);
  return text.replace(/[^A-Za-z0-9_\-./:=@%+\x80-\xff]/g, "\\$&").replace(/^~/, "\\~");
}

/** Double quotes, as `declare -p` and `export -p` print values. */
export function doubleQuoted(text: string): string {
  return CONTROL.test(text) ? ansiQuoted(text) : `"${text.replace(/[$`"\\]/g, "\\$&")}"`;
}
