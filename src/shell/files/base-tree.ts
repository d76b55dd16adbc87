import type { Persona } from "../../decoy/persona.ts";
import { encodeUtf8 } from "../bytes.ts";
import { KIND_BY_LETTER } from "../file-kinds.ts";
import type { Stat } from "../file-system.ts";
import type { BaseNode } from "./node.ts";

/**
 * The persona's tree, parsed once a worker and shared by all sessions: nothing in here may change.
 * Directories that every system has but the manifest does not list (such as /proc) are added, so that a path never dangles.
 */
export interface BaseTree {
  readonly root: BaseNode;
  /** The first inode number that no entry has. */
  readonly nextNumber: number;
}

const parsed = new WeakMap<Persona, BaseTree>();

export function baseTree(persona: Persona): BaseTree {
  const known = parsed.get(persona);
  if (known !== undefined) return known;
  const tree = parseTree(persona);
  parsed.set(persona, tree);
  return tree;
}

/** The line's fields: path TAB type TAB mode(octal) TAB uid TAB gid TAB size TAB mtime(s) [TAB link target] (decoy/persona.ts, Tree). */
function parseTree(persona: Persona): BaseTree {
  const builder = new TreeBuilder(persona.machine.installedWallMs);
  for (const line of persona.tree.manifest.split("\n")) addLine(builder, line);
  for (const [path, text] of Object.entries(persona.tree.files))
    builder.addMissing(encodeUtf8(path), { kind: "file", mode: 0o644, size: encodeUtf8(text).length });
  for (const path of Object.values(persona.commands)) builder.addMissing(path, { kind: "file", mode: 0o755, size: programSize(path) });
  addStandard(builder);
  for (const { mount, type } of persona.machine.disks) builder.mounted(mount, ROOT_NUMBERS[type]);
  return { root: builder.root, nextNumber: builder.nextNumber };
}

/** Inode numbers of the roots of file systems; the others keep the tree's. */
const ROOT_NUMBERS: Readonly<Record<string, number>> = { xfs: 128, tmpfs: 1, devtmpfs: 1 };

function addLine(builder: TreeBuilder, line: string): void {
  const [path, type = "", mode = "0", uid, gid, size = "", mtime, target] = line.split("\t");
  const kind = KIND_BY_LETTER[type];
  if (path === undefined || kind === undefined) return;
  const device = deviceOf(size);
  const owner = { uid: Number(uid), gid: Number(gid), mode: Number.parseInt(mode, 8) };
  const link = target === undefined ? undefined : encodeUtf8(target);
  builder.add(encodeUtf8(path), {
    kind,
    ...owner,
    size: device === undefined ? Number(size) : 0,
    device,
    modifyMs: Number(mtime) * 1000,
    target: link,
  });
}

function deviceOf(size: string): { major: number; minor: number } | undefined {
  const [, major, minor] = /^(\d+),(\d+)$/.exec(size) ?? [];
  return major === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}

/** A size for a program that the manifest forgot: stable, and in a usual range. */
function programSize(path: string): number {
  return 14_000 + ((path.length * 7919) % 120_000);
}

const DEVICES: readonly (readonly [string, number, number, number])[] = [
  ["null", 1, 3, 0o666],
  ["zero", 1, 5, 0o666],
  ["full", 1, 7, 0o666],
  ["random", 1, 8, 0o666],
  ["urandom", 1, 9, 0o666],
  ["tty", 5, 0, 0o666],
  ["ptmx", 5, 2, 0o666],
  ["console", 5, 1, 0o600],
];

function addStandard(builder: TreeBuilder): void {
  for (const [path, mode] of [
    ["/proc", 0o555],
    ["/sys", 0o555],
    ["/dev", 0o755],
    ["/dev/pts", 0o755],
    ["/dev/shm", 0o1777],
    ["/tmp", 0o1777],
    ["/root", 0o700],
  ] as const) {
    builder.addMissing(path, { kind: "directory", mode, size: 4096 });
  }
  for (const [name, major, minor, mode] of DEVICES)
    builder.addMissing(`/dev/${name}`, { kind: "character", mode, size: 0, device: { major, minor } });
  for (const [name, target] of [
    ["fd", "/proc/self/fd"],
    ["stdin", "/proc/self/fd/0"],
    ["stdout", "/proc/self/fd/1"],
    ["stderr", "/proc/self/fd/2"],
  ] as const) {
    builder.addMissing(`/dev/${name}`, { kind: "link", mode: 0o777, size: target.length, target });
  }
}

interface Entry {
  readonly kind: Stat["kind"];
  readonly mode: number;
  readonly size: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly modifyMs?: number;
  readonly target?: string | undefined;
  readonly device?: { readonly major: number; readonly minor: number } | undefined;
}

class TreeBuilder {
  root: BaseNode;
  nextNumber = 11;
  readonly #installedMs: number;

  constructor(installedMs: number) {
    this.#installedMs = installedMs;
    this.root = { ...this.#node("/", { kind: "directory", mode: 0o755, size: 4096 }), number: 2 };
  }

  add(path: string, entry: Entry): void {
    if (path === "/") {
      this.root = { ...this.#node("/", entry), number: 2, children: this.root.children };
      return;
    }
    const slash = path.lastIndexOf("/");
    const parent = this.#directory(path.slice(0, slash));
    const name = path.slice(slash + 1);
    if (parent === undefined || name === "") return;
    const known = parent.get(name);
    parent.set(name, { ...this.#node(path, entry), children: entry.kind === "directory" ? (known?.children ?? new Map()) : undefined });
  }

  /** The same, unless something is there already (links in the way are followed, as /bin -> usr/bin). */
  addMissing(path: string, entry: Entry): void {
    const parts = path.split("/").filter((part) => part !== "");
    let node: BaseNode | undefined = this.root;
    for (const part of parts.slice(0, -1)) {
      const child: BaseNode | undefined = node?.children?.get(part);
      if (child?.kind === "link") return;
      node = child;
    }
    if (!node?.children?.has(parts.at(-1) ?? "")) this.add(path, entry);
  }

  /** A directory becomes the root of a file system. */
  mounted(path: string, number: number | undefined): void {
    if (number === undefined) return;
    if (path === "/") {
      this.root = { ...this.root, number };
      return;
    }
    const slash = path.lastIndexOf("/");
    const parent = this.#lookUp(path.slice(0, slash))?.children;
    const node = parent?.get(path.slice(slash + 1));
    if (node !== undefined) parent?.set(path.slice(slash + 1), { ...node, number });
  }

  #lookUp(path: string): BaseNode | undefined {
    let node: BaseNode | undefined = this.root;
    for (const part of path.split("/")) if (part !== "") node = node?.children?.get(part);
    return node;
  }

  /** The children of a directory; it and its parents are made when the manifest has not listed them yet. */
  #directory(path: string): Map<string, BaseNode> | undefined {
    let children = this.root.children;
    let sofar = "";
    for (const part of path.split("/")) {
      if (part === "") continue;
      sofar += `/${part}`;
      if (children !== undefined && !children.has(part))
        children.set(part, this.#node(sofar, { kind: "directory", mode: 0o755, size: 4096 }));
      children = children?.get(part)?.children;
    }
    return children;
  }

  #node(path: string, entry: Entry): BaseNode {
    const { kind, mode, size, uid = 0, gid = 0, modifyMs = this.#installedMs, target, device } = entry;
    this.nextNumber += 1;
    const children = kind === "directory" ? new Map<string, BaseNode>() : undefined;
    return { layer: "base", number: this.nextNumber, kind, mode, uid, gid, size, modifyMs, path, target, device, children };
  }
}
