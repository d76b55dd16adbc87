/** Names in columns, sorted downwards, as readline lists completions; a line each. */
export function columnsOf(names: readonly string[], width: number): string {
  const cell = Math.max(...names.map((name) => name.length)) + 2;
  const across = Math.max(1, Math.floor(width / cell));
  const rows = Math.ceil(names.length / across);
  let text = "";
  for (let row = 0; row < rows; row += 1) {
    let line = "";
    for (let at = row; at < names.length; at += rows) line += (names[at] ?? "").padEnd(cell);
    text += `${line}\n`;
  }
  return text;
}
