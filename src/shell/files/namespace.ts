import type { Credentials, Errno, Stat } from "../file-system.ts";
import type { BaseTree } from "./base-tree.ts";
import { type BaseNode, DENIED, type GeneratedNode, LiveNode, type Node, permits } from "./node.ts";

/**
 * Which node a path leads to: the source's changes above the persona's tree, and generated trees beside both.
 * A base node that is changed is promoted to one live node for the whole session; whoever reaches the base node gets the live one,
 * so that a change deep in the tree touches nothing above it.
 */
export class Namespace {
  readonly root: Node;
  readonly #promoted = new Map<BaseNode, LiveNode>();
  readonly #mounts: ReadonlyMap<string, GeneratedNode>;
  #nextNumber: number;

  constructor(tree: BaseTree, mounts: ReadonlyMap<string, GeneratedNode>) {
    this.root = tree.root;
    this.#mounts = mounts;
    this.#nextNumber = tree.nextNumber;
  }

  /** All live nodes that stand for a base node. */
  promoted(): ReadonlyMap<BaseNode, LiveNode> {
    return this.#promoted;
  }

  newNumber(): number {
    this.#nextNumber += 1;
    return this.#nextNumber;
  }

  /** Finds `path`; with `follow`, a symbolic link at its end is followed too. */
  find(path: string, who: Credentials, follow: boolean): Place | Errno {
    return walk(this, { path, follow }, who);
  }

  child(directory: Node, path: string, name: string): Node | undefined {
    const mounted = this.#mounts.get(path);
    if (mounted !== undefined) return mounted;
    if (directory.layer === "generated") return directory.child?.(name);
    if (directory.layer === "live") {
      const changed = directory.entries?.get(name);
      if (changed !== undefined) return changed ?? undefined;
    }
    const base = directory.layer === "live" ? directory.base : directory;
    return this.current(base?.children?.get(name));
  }

  /** What stands for a base node now. */
  current(base: BaseNode | undefined): Node | undefined {
    return base === undefined ? undefined : (this.#promoted.get(base) ?? base);
  }

  names(directory: Node): readonly string[] {
    if (directory.layer === "generated") return directory.names?.() ?? [];
    const base = directory.layer === "live" ? directory.base : directory;
    const names = new Set(base?.children?.keys());
    if (directory.layer === "live") {
      for (const [name, node] of directory.entries ?? []) {
        if (node === null) names.delete(name);
        else names.add(name);
      }
    }
    return [...names];
  }

  /** The live node for a node, made now if need be. Generated nodes cannot be changed. */
  promote(node: Node): LiveNode | undefined {
    if (node.layer === "generated") return undefined;
    if (node.layer === "live") return node;
    const known = this.#promoted.get(node);
    if (known !== undefined) return known;
    const { number, kind, mode, uid, gid, modifyMs, device, target } = node;
    const live = new LiveNode({ number, kind, mode, uid, gid, modifyMs, device, target, base: node });
    this.#promoted.set(node, live);
    return live;
  }

  make(
    kind: Stat["kind"],
    from: { mode: number; uid: number; gid: number; nowMs: number; target?: string; device?: Stat["device"] },
  ): LiveNode {
    const { mode, uid, gid, nowMs, target, device } = from;
    return new LiveNode({ number: this.newNumber(), kind, mode, uid, gid, modifyMs: nowMs, target, device });
  }
}

/** Where a path ends: its node (undefined: nothing there yet), and the directory and name that it would have. */
export interface Place {
  readonly node: Node | undefined;
  readonly parent: Node;
  readonly name: string;
  /** Absolute, without links. */
  readonly path: string;
}

const MAX_LINKS = 40;
const MAX_PATH_BYTES = 4095;
const MAX_NAME_BYTES = 255;

/** path_resolution(7): every directory on the way must be searchable by `who`. */
function walk(space: Namespace, want: { readonly path: string; readonly follow: boolean }, who: Credentials): Place | Errno {
  if (want.path === "") return { errno: "ENOENT" };
  if (want.path.length > MAX_PATH_BYTES) return { errno: "ENAMETOOLONG" };
  const todo = want.path.split("/").reverse();
  const mustBeDirectory = todo[0] === "" || todo[0] === ".";
  const trail: Step[] = [{ node: space.root, name: "" }];
  for (let links = 0; todo.length > 0; ) {
    const part = todo.pop() ?? "";
    const here = trail.at(-1) ?? { node: space.root, name: "" };
    const step = enter(space, trail, { part, here: here.node, who });
    if (step === undefined) continue;
    if ("errno" in step) return step;
    if (step.node === undefined) return todo.some((rest) => rest !== "" && rest !== ".") ? { errno: "ENOENT" } : placeOf(trail, step);
    const target = linkTarget(step.node);
    const last = !todo.some((rest) => rest !== "");
    if (target === undefined || (last && !want.follow && !mustBeDirectory)) {
      trail.push({ node: step.node, name: step.name });
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) return { errno: "ELOOP" };
    if (target.startsWith("/")) trail.length = 1;
    todo.push(...target.split("/").reverse());
  }
  const end = trail.pop() ?? { node: space.root, name: "" };
  if (mustBeDirectory && end.node.kind !== "directory") return { errno: "ENOTDIR" };
  if (trail.length === 0) return { node: end.node, parent: end.node, name: "", path: "/" };
  return placeOf(trail, end);
}

interface Step {
  readonly node: Node;
  readonly name: string;
}

/** One name further; undefined: no move (empty, dot, dot-dot). */
function enter(
  space: Namespace,
  trail: Step[],
  at: { readonly part: string; readonly here: Node; readonly who: Credentials },
): { node: Node | undefined; name: string } | Errno | undefined {
  const { part, here, who } = at;
  if (part === "") return undefined;
  if (here.kind !== "directory") return { errno: "ENOTDIR" };
  if (part === ".") return undefined;
  if (part === "..") {
    if (trail.length > 1) trail.pop();
    return undefined;
  }
  if (part.length > MAX_NAME_BYTES) return { errno: "ENAMETOOLONG" };
  if (!permits(here, 1, who)) return DENIED;
  if (here.layer === "generated" && part === "self" && trail.length === 2 && who.pid !== undefined)
    return { node: here.child?.(String(who.pid)), name: String(who.pid) };
  return { node: space.child(here, `${pathOf(trail)}/${part}`, part), name: part };
}

function placeOf(trail: readonly Step[], end: { readonly node: Node | undefined; readonly name: string }): Place {
  const parent = trail.at(-1)?.node;
  if (parent === undefined) throw new Error("a path always begins at the root");
  return { node: end.node, parent, name: end.name, path: `${pathOf(trail)}/${end.name}` };
}

function pathOf(trail: readonly Step[]): string {
  let path = "";
  for (const step of trail) if (step.name !== "") path += `/${step.name}`;
  return path;
}

export function linkTarget(node: Node): string | undefined {
  if (node.kind !== "link") return undefined;
  return node.layer === "generated" ? node.link?.() : node.target;
}
