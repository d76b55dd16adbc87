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
  return new Walk(space, want, who).end();
}

interface Step {
  readonly node: Node;
  readonly name: string;
}

/** One resolution: the directories passed so far, and the names that are left. */
class Walk {
  readonly #space: Namespace;
  readonly #who: Credentials;
  readonly #follow: boolean;
  /** Names to go, the next one last. */
  readonly #todo: string[];
  readonly #trail: Step[];
  #links = 0;

  constructor(space: Namespace, want: { readonly path: string; readonly follow: boolean }, who: Credentials) {
    this.#space = space;
    this.#who = who;
    this.#todo = want.path.split("/").reverse();
    /** A path that ends in a slash or a dot names a directory: a link there is followed. */
    this.#follow = want.follow || /(^|\/)\.?$/.test(want.path);
    this.#trail = [{ node: space.root, name: "" }];
  }

  end(): Place | Errno {
    const mustBeDirectory = this.#todo[0] === "" || this.#todo[0] === ".";
    for (let part = this.#todo.pop(); part !== undefined; part = this.#todo.pop()) {
      const stopped = this.#go(part);
      if (stopped !== undefined) return stopped;
    }
    const last = this.#trail.pop() ?? { node: this.#space.root, name: "" };
    if (mustBeDirectory && last.node.kind !== "directory") return { errno: "ENOTDIR" };
    if (this.#trail.length === 0) return { node: last.node, parent: last.node, name: "", path: "/" };
    return this.#place(last);
  }

  /** One name further; a result ends the walk. */
  #go(part: string): Place | Errno | undefined {
    const here = this.#trail.at(-1)?.node ?? this.#space.root;
    if (part === "") return undefined;
    if (here.kind !== "directory") return { errno: "ENOTDIR" };
    if (part === ".." && this.#trail.length > 1) this.#trail.pop();
    if (part === "." || part === "..") return undefined;
    if (part.length > MAX_NAME_BYTES) return { errno: "ENAMETOOLONG" };
    if (!permits(here, 1, this.#who)) return DENIED;
    const step = this.#child(here, part);
    if (step.node === undefined) return this.#todo.some((rest) => rest !== "" && rest !== ".") ? { errno: "ENOENT" } : this.#place(step);
    return this.#enter({ node: step.node, name: step.name });
  }

  #child(here: Node, part: string): { readonly node: Node | undefined; readonly name: string } {
    const { pid } = this.#who;
    const node = this.#space.child(here, `${pathOf(this.#trail)}/${part}`, part);
    const own = part === "self" && node?.layer === "generated" && this.#trail.length === 2 && pid !== undefined;
    // /proc/self leads to the process that asks.
    return { node: own ? { ...node, link: () => String(pid) } : node, name: part };
  }

  /** Into a child, or on to where a link leads. */
  #enter(step: Step): Errno | undefined {
    const target = linkTarget(step.node);
    const last = this.#todo.every((rest) => rest === "");
    if (target === undefined || (last && !this.#follow)) {
      this.#trail.push(step);
      return undefined;
    }
    if (step.node.layer === "generated" && step.node.leads !== undefined) {
      this.#trail.push({ node: step.node.leads(), name: step.name });
      return undefined;
    }
    this.#links += 1;
    if (this.#links > MAX_LINKS) return { errno: "ELOOP" };
    if (target.startsWith("/")) this.#trail.length = 1;
    this.#todo.push(...target.split("/").reverse());
    return undefined;
  }

  #place(end: { readonly node: Node | undefined; readonly name: string }): Place {
    const parent = this.#trail.at(-1)?.node ?? this.#space.root;
    return { node: end.node, parent, name: end.name, path: `${pathOf(this.#trail)}/${end.name}` };
  }
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
