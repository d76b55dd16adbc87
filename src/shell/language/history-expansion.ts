/** History expansion of an interactive bash (manual 9.3): `!!`, `!n`, `!-n`, `!text`, `!?text?`, `!$`, `!*`, `^old^new`. */
export type Expanded = { readonly line: string; readonly changed: boolean } | { readonly wrong: string };

export function expandHistory(line: string, history: readonly string[]): Expanded {
  const quick = /^\^([^^]+)\^([^^]*)\^?$/.exec(line);
  if (quick !== null) return substituteLast(line, { from: quick[1] ?? "", to: quick[2] ?? "" }, history);
  let result = "";
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charAt(at);
    if (char === "'" && !inDouble(line.slice(0, at))) quoted = !quoted;
    const event = char === "!" && !quoted ? /^!(?:!|-?\d+|\$|\*|\?[^?]+\??|[A-Za-z0-9_./][^\s;|&"'()]*)/.exec(line.slice(at)) : null;
    if (char === "\\" && at + 1 < line.length) {
      result += char + line.charAt(at + 1);
      at += 1;
    } else if (event === null) result += char;
    else {
      const text = find(event[0].slice(1), history);
      if (text === undefined) return { wrong: `${event[0]}: event not found` };
      result += text;
      at += event[0].length - 1;
    }
  }
  return { line: result, changed: result !== line };
}

function substituteLast(line: string, change: { from: string; to: string }, history: readonly string[]): Expanded {
  const last = history.at(-1);
  if (last === undefined || !last.includes(change.from)) return { wrong: `:s${line}: substitution failed` };
  return { line: last.replace(change.from, () => change.to), changed: true };
}

function inDouble(text: string): boolean {
  return (text.replace(/\\./g, "").split('"').length - 1) % 2 === 1;
}

function find(event: string, history: readonly string[]): string | undefined {
  if (event === "!") return history.at(-1);
  if (event === "$") return /\S+$/.exec(history.at(-1) ?? "")?.[0];
  if (event === "*") return (history.at(-1) ?? "").replace(/^\S+\s*/, "");
  if (/^-?\d+$/.test(event)) return Number(event) < 0 ? history.at(Number(event)) : history[Number(event) - 1];
  if (event.startsWith("?")) return history.findLast((line) => line.includes(event.slice(1).replace(/\?$/, "")));
  return history.findLast((line) => line.startsWith(event));
}
