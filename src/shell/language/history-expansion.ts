/** History expansion of an interactive bash (manual 9.3): `!!`, `!n`, `!-n`, `!text`, `!?text?`, `!$`, `!*`, `^old^new`. */
export type Expanded = { readonly line: string; readonly changed: boolean } | { readonly wrong: string };

export function expandHistory(line: string, history: readonly string[]): Expanded {
  const quick = /^\^([^^]+)\^([^^]*)\^?$/.exec(line);
  if (quick !== null) return substituteLast(line, { from: quick[1] ?? "", to: quick[2] ?? "" }, history);
  let result = "";
  for (const [token] of line.matchAll(TOKEN)) {
    const event = token.length > 1 && token.startsWith("!") ? find(token.slice(1), history) : token;
    if (event === undefined) return { wrong: `${token}: event not found` };
    result += event;
  }
  return { line: result, changed: result !== line };
}

/** Single-quoted text, an escaped character, an event, or any other character. */
const TOKEN = /'[^']*'|\\[\s\S]|!(?:!|-?\d+|\$|\*|\?[^?]+\??|[A-Za-z0-9_./][^\s;|&"'()]*)|[\s\S]/g;

function substituteLast(line: string, change: { from: string; to: string }, history: readonly string[]): Expanded {
  const last = history.at(-1);
  if (last === undefined || !last.includes(change.from)) return { wrong: `:s${line}: substitution failed` };
  return { line: last.replace(change.from, () => change.to), changed: true };
}

function find(event: string, history: readonly string[]): string | undefined {
  if (event === "!") return history.at(-1);
  if (event === "$") return /\S+$/.exec(history.at(-1) ?? "")?.[0];
  if (event === "*") return (history.at(-1) ?? "").replace(/^\S+\s*/, "");
  if (/^-?\d+$/.test(event)) return Number(event) < 0 ? history.at(Number(event)) : history[Number(event) - 1];
  if (event.startsWith("?")) return history.findLast((line) => line.includes(event.slice(1).replace(/\?$/, "")));
  return history.findLast((line) => line.startsWith(event));
}
