import type { Stat } from "../../../file-system.ts";
import type { Process } from "../../../program.ts";
import { formatTime, zoneOf } from "../../time-format.ts";
import type { Hunk } from "./edits.ts";

export interface Side {
  readonly path: string;
  readonly stat: Stat | undefined;
  readonly text: string;
}

const NO_NEWLINE = "\n\\ No newline at end of file\n";

function keep(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function marked(mark: string, lines: readonly string[]): string {
  return lines.map((line) => mark + (line.endsWith("\n") ? line : line + NO_NEWLINE)).join("");
}

/** 2,3c2 and the lines with < and >. */
export function normalDiff(left: string, right: string, hunks: readonly Hunk[]): string {
  const one = keep(left);
  const other = keep(right);
  return hunks
    .map(({ fromA, toA, fromB, toB }) => {
      const kind = fromA === toA ? "a" : fromB === toB ? "d" : "c";
      const head = `${span(fromA, toA)}${kind}${span(fromB, toB)}\n`;
      const between = kind === "c" ? "---\n" : "";
      return head + marked("< ", one.slice(fromA, toA)) + between + marked("> ", other.slice(fromB, toB));
    })
    .join("");
}

/** Numbers from 1; an empty range is the line before it. */
function span(from: number, to: number): string {
  if (to <= from + 1) return String(to === from ? from : from + 1);
  return `${from + 1},${to}`;
}

export interface Unified {
  readonly one: Side;
  readonly other: Side;
  readonly hunks: readonly Hunk[];
  readonly context: number;
  readonly labels: readonly string[];
}

export function unifiedDiff(process: Process, what: Unified): string {
  const left = keep(what.one.text);
  const right = keep(what.other.text);
  const title = (side: Side, label: string | undefined) => label ?? `${side.path}\t${stamp(process, side)}`;
  let shown = `--- ${title(what.one, what.labels[0])}\n+++ ${title(what.other, what.labels[1])}\n`;
  for (const group of grouped(what.hunks, what.context)) shown += unifiedGroup(group, { left, right, context: what.context });
  return shown;
}

function stamp(process: Process, { stat }: Side): string {
  return formatTime("%Y-%m-%d %H:%M:%S.%N %z", stat?.modifyMs ?? process.system.now().wallMs, zoneOf(process));
}

function grouped(hunks: readonly Hunk[], context: number): readonly (readonly Hunk[])[] {
  const groups: Hunk[][] = [];
  for (const hunk of hunks) {
    const last = groups.at(-1)?.at(-1);
    if (last !== undefined && hunk.fromA - last.toA <= 2 * context) groups.at(-1)?.push(hunk);
    else groups.push([hunk]);
  }
  return groups;
}

function unifiedGroup(hunks: readonly Hunk[], from: { left: readonly string[]; right: readonly string[]; context: number }): string {
  const first = hunks[0];
  const last = hunks.at(-1);
  if (first === undefined || last === undefined) return "";
  const before = Math.min(from.context, first.fromA, first.fromB);
  const startA = first.fromA - before;
  const startB = first.fromB - before;
  const endA = Math.min(from.left.length, last.toA + from.context);
  const endB = Math.min(from.right.length, last.toB + from.context);
  let shown = `@@ -${range(startA, endA)} +${range(startB, endB)} @@\n`;
  let at = startA;
  for (const { fromA, toA, fromB, toB } of hunks) {
    shown += marked(" ", from.left.slice(at, fromA)) + marked("-", from.left.slice(fromA, toA)) + marked("+", from.right.slice(fromB, toB));
    at = toA;
  }
  return shown + marked(" ", from.left.slice(at, endA));
}

function range(from: number, to: number): string {
  const size = to - from;
  if (size === 1) return String(from + 1);
  return `${size === 0 ? from : from + 1},${size}`;
}
