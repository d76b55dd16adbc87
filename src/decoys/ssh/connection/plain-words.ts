/**
 * Splits a command line into words when it is plain; undefined when a shell would do more with it: expand variables, globs, braces or
 * substitutions, connect or redirect commands, assign. `~` at the start of a word is kept for the caller.
 */
export function plainWords(line: string): readonly string[] | undefined {
  if (line.includes("\n") || line.includes("\0")) return undefined;
  const words: string[] = [];
  let rest = line.trim();
  while (rest !== "") {
    const word = WORD.exec(rest)?.[0];
    if (word === undefined || word === "") return undefined;
    const after = rest.charAt(word.length);
    if (after !== "" && after !== " " && after !== "\t") return undefined;
    words.push(unquote(word));
    rest = rest.slice(word.length).trimStart();
  }
  return words;
}

const PLAIN = String.raw`[\w.,/:=@%+~^\x80-\xff-]`;
const SINGLE = "'[^']*'";
const DOUBLE = String.raw`"(?:[^"$\x60\\]|\\["$\x60\\])*"`;
const ESCAPED = String.raw`\\[^\n]`;
const PIECES = new RegExp(`${SINGLE}|${DOUBLE}|${ESCAPED}|${PLAIN}+`, "g");
const WORD = new RegExp(`^(?:${SINGLE}|${DOUBLE}|${ESCAPED}|${PLAIN}+)*`);

function unquote(word: string): string {
  return (word.match(PIECES) ?? []).map(unquotePiece).join("");
}

function unquotePiece(piece: string): string {
  if (piece.startsWith("'")) return piece.slice(1, -1);
  if (piece.startsWith('"')) return piece.slice(1, -1).replace(/\\(.)/g, "$1");
  return piece.startsWith("\\") ? piece.slice(1) : piece;
}
