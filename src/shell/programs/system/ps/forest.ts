import type { ProcessInfo } from "../../../program.ts";

/** Orders processes as a tree, children below their parents, and gives what stands before their command lines. */
export function asForest(rows: readonly ProcessInfo[]): {
  readonly rows: readonly ProcessInfo[];
  readonly prefixes: ReadonlyMap<number, string>;
} {
  const known = new Set(rows.map(({ pid }) => pid));
  const children = Map.groupBy(rows, ({ pid, parent }) => (parent !== pid && known.has(parent) ? parent : 0));
  const ordered: ProcessInfo[] = [];
  const prefixes = new Map<number, string>();
  const todo = (children.get(0) ?? []).map((info) => ({ info, depth: 0, bars: "" })).reverse();
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const { info, depth, bars } = next;
    ordered.push(info);
    prefixes.set(info.pid, depth === 0 ? "" : `${bars} \\_ `);
    const below = children.get(info.pid) ?? [];
    const inner = depth === 0 ? "" : `${bars}${hasYounger(info, children) ? " |  " : "    "}`;
    todo.push(...below.map((child) => ({ info: child, depth: depth + 1, bars: inner })).reverse());
  }
  return { rows: ordered, prefixes };
}

function hasYounger(info: ProcessInfo, children: ReadonlyMap<number, readonly ProcessInfo[]>): boolean {
  return children.get(info.parent)?.at(-1) !== info;
}
