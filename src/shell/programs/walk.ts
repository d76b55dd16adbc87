import type { Errno, Stat } from "../file-system.ts";
import type { Execution, Process } from "../program.ts";
import { joinPath } from "./paths.ts";

/** One entry of a tree. */
export interface Entry {
  readonly path: string;
  readonly stat: Stat;
  /** 0: named by the visitor. */
  readonly depth: number;
}

export interface WalkHow {
  /** Called for each entry before its children; "skip" leaves the children out. */
  readonly enter: (entry: Entry) => Execution<"skip" | undefined>;
  /** Called after a directory's children. */
  readonly leave?: (entry: Entry) => Execution<void>;
  /** An entry that cannot be looked at, or a directory that cannot be listed. */
  readonly failed: (path: string, error: Errno, what: "stat" | "list") => Execution<void>;
  readonly follow?: "never" | "named" | "always";
  readonly sorted?: boolean;
}

/** Deeper than this no path is walked. */
const MAX_DEPTH = 256;

/** Visits a tree, the visitor's order of readdir unless `sorted`; charges for each entry. */
export function* walk(process: Process, root: string, how: WalkHow): Execution<void> {
  const todo: (Entry | { readonly leave: Entry } | { readonly path: string; readonly depth: number })[] = [{ path: root, depth: 0 }];
  for (let item = todo.pop(); item !== undefined; item = todo.pop()) {
    yield* process.charge(4);
    if ("leave" in item) {
      if (how.leave !== undefined) yield* how.leave(item.leave);
      continue;
    }
    const stat = look(process, item, how);
    if ("errno" in stat) {
      yield* how.failed(item.path, stat, "stat");
      continue;
    }
    const entry: Entry = { path: item.path, stat, depth: item.depth };
    const skip = (yield* how.enter(entry)) === "skip";
    if (skip || stat.kind !== "directory" || item.depth >= MAX_DEPTH) continue;
    todo.push({ leave: entry });
    todo.push(...(yield* children(process, entry, how)));
  }
}

function look(process: Process, item: { path: string; depth: number }, how: WalkHow): Stat | Errno {
  const follows = how.follow === "always" || (how.follow === "named" && item.depth === 0);
  const stat = follows ? process.fs.stat(item.path) : process.fs.lstat(item.path);
  return follows && "errno" in stat ? process.fs.lstat(item.path) : stat;
}

/** In reverse, since the last is taken first. */
function* children(process: Process, entry: Entry, how: WalkHow): Execution<{ path: string; depth: number }[]> {
  const names = process.fs.list(entry.path);
  if ("errno" in names) {
    yield* how.failed(entry.path, names, "list");
    return [];
  }
  const ordered = how.sorted === true ? [...names].sort() : [...names];
  return ordered.reverse().map((name) => ({ path: joinPath(entry.path, name), depth: entry.depth + 1 }));
}
