import type { Execution } from "../../../program.ts";
import { compileRegex, type Regex } from "../../regex/regex.ts";
import { parseReplacement, replaceWith } from "../../text/sed/replacement.ts";
import type { Range } from "./ex-range.ts";
import type { ViState } from "./vi-state.ts";

/** :s/pattern/replacement/g, with any mark for the slash. */
export function* substitute(state: ViState, how: { readonly range: Range | undefined; readonly rest: string }): Execution<void> {
  const mark = how.rest.charAt(0);
  const [pattern = "", replacement = "", flags = ""] = splitAt(how.rest.slice(1), mark);
  const source = pattern === "" ? (state.lastSearch?.pattern ?? "") : pattern;
  const regex = compileRegex(source, { syntax: "basic", ignoreCase: flags.includes("i") });
  if (mark === "" || "wrong" in regex) return state.complain(`E486: Pattern not found: ${source}`);
  state.lastSearch = { pattern: source, forward: true };
  const { from, to } = how.range ?? { from: state.row, to: state.row };
  const changes = yield* findChanges(state, { from, to }, { regex, parts: parseReplacement(replacement), all: flags.includes("g") });
  const [last] = changes.toReversed();
  if (last === undefined) return state.complain(`E486: Pattern not found: ${source}`);
  state.buffer.checkpoint(state.row);
  for (const { row, text } of changes.toReversed()) state.buffer.lines.splice(row, 1, ...text.split("\n"));
  state.moveTo({ row: last.row, column: 0 });
  const count = changes.reduce((sum, change) => sum + change.count, 0);
  if (count > 2) state.say(`${count} substitutions on ${changes.length} line${changes.length === 1 ? "" : "s"}`);
}

interface How {
  readonly regex: Regex;
  readonly parts: ReturnType<typeof parseReplacement>;
  readonly all: boolean;
}

function* findChanges(state: ViState, { from, to }: Range, how: How): Execution<readonly { row: number; text: string; count: number }[]> {
  const changes: { row: number; text: string; count: number }[] = [];
  for (let row = from; row <= to; row += 1) {
    const done = yield* replaceIn(state, state.buffer.line(row), how);
    if (done.count > 0) changes.push({ row, ...done });
  }
  return changes;
}

/** Parts between marks; a mark behind a backslash is itself. */
function splitAt(text: string, mark: string): readonly string[] {
  const parts = [""];
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    const last = parts.length - 1;
    if (char === mark && parts.length < 3) parts.push("");
    else if (char === "\\" && at + 1 < text.length) {
      at += 1;
      parts[last] += text.charAt(at) === mark ? mark : `\\${text.charAt(at)}`;
    } else parts[last] += char;
  }
  return parts;
}

const MAX_REPLACED = 10_000;

function* replaceIn(state: ViState, line: string, how: How): Execution<{ text: string; count: number }> {
  let text = "";
  let at = 0;
  let count = 0;
  while (at <= line.length && count < (how.all ? MAX_REPLACED : 1)) {
    const match = yield* how.regex.find(state.process, line, { from: at, inner: at > 0 });
    if (match === undefined) break;
    count += 1;
    const group = (index: number) => line.slice(match.slots[index * 2] ?? 0, match.slots[index * 2 + 1] ?? 0);
    text +=
      line.slice(at, match.start) +
      replaceWith(how.parts, (index) => (index === 0 ? line.slice(match.start, match.end) : group(index))).replaceAll("\r", "\n");
    at = match.end;
    if (match.end > match.start) continue;
    text += line.charAt(at);
    at += 1;
  }
  return { text: text + line.slice(at), count };
}
