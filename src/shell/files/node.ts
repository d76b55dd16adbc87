import { Buffer } from "node:buffer";
import type { Errno, Stat } from "../file-system.ts";

/**
 * What a path leads to. Three layers look alike to whoever reads: `base` (the persona's tree, shared by all sessions, never changed),
 * `live` (what this source changed, one object an inode) and `generated` (such as /proc, computed when read).
 */
export type Node = BaseNode | LiveNode | GeneratedNode;

interface Metadata {
  readonly number: number;
  readonly kind: Stat["kind"];
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly modifyMs: number;
  readonly device?: { readonly major: number; readonly minor: number } | undefined;
}

export interface BaseNode extends Metadata {
  readonly layer: "base";
  /** Where the persona has it: the key of its content. */
  readonly path: string;
  readonly target: string | undefined;
  readonly children: Map<string, BaseNode> | undefined;
}

export interface GeneratedNode extends Metadata {
  readonly layer: "generated";
  /** The whole content, computed now. */
  readonly content?: (() => string) | undefined;
  readonly link?: (() => string) | undefined;
  /** What the link leads to when that has no path. */
  readonly leads?: () => GeneratedNode;
  readonly names?: () => readonly string[];
  readonly child?: (name: string) => GeneratedNode | undefined;
}

/** An inode that this source made or changed. */
export class LiveNode {
  readonly layer = "live";
  readonly number: number;
  readonly kind: Stat["kind"];
  mode: number;
  uid: number;
  gid: number;
  accessMs: number;
  modifyMs: number;
  changeMs: number;
  links = 1;
  readonly device: { readonly major: number; readonly minor: number } | undefined;
  /** What it was before it was changed. */
  readonly base: BaseNode | undefined;
  readonly target: string | undefined;
  /** Undefined: the base's content still holds. */
  content: Content | undefined;
  /** Names added (a node) or removed (null), above the base's children. */
  readonly entries: Map<string, Node | null> | undefined;
  /** How its content came, for quarantine; undefined once it was offered, or when it never changed. */
  changedBy: string | undefined;
  /** How often it was opened to be appended to, since it was offered last. */
  appends = 0;

  constructor(from: LiveSource) {
    this.number = from.number;
    this.kind = from.kind;
    this.mode = from.mode;
    this.uid = from.uid;
    this.gid = from.gid;
    this.modifyMs = from.modifyMs;
    this.accessMs = from.modifyMs;
    this.changeMs = from.changeMs ?? from.modifyMs;
    this.device = from.device;
    this.base = from.base;
    this.target = from.target;
    this.content = from.base === undefined && from.kind === "file" ? new Content() : undefined;
    this.entries = from.kind === "directory" ? new Map() : undefined;
  }

  get size(): number {
    if (this.content !== undefined) return this.content.size;
    if (this.kind === "link") return this.target?.length ?? 0;
    return this.base?.size ?? (this.kind === "directory" ? 4096 : 0);
  }
}

export interface LiveSource {
  readonly number: number;
  readonly kind: Stat["kind"];
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly modifyMs: number;
  readonly changeMs?: number;
  readonly device?: { readonly major: number; readonly minor: number } | undefined;
  readonly base?: BaseNode;
  readonly target?: string | undefined;
}

/** The bytes of a changed file. */
export class Content {
  #bytes: Buffer = Buffer.alloc(0);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  read(at: number, maxBytes: number): string {
    const end = Math.min(this.#size, at + maxBytes);
    return at < end ? this.#bytes.toString("latin1", at, end) : "";
  }

  write(at: number, text: string): void {
    const end = at + text.length;
    this.#reserve(end);
    this.#bytes.write(text, at, "latin1");
    this.#size = Math.max(this.#size, end);
  }

  resize(size: number): void {
    if (size > this.#size) this.#reserve(size);
    else this.#bytes.fill(0, size, this.#size);
    this.#size = size;
  }

  /** A view of all bytes, valid until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  #reserve(size: number): void {
    if (size <= this.#bytes.length) return;
    const grown = Buffer.alloc(Math.max(size, Math.ceil(this.#bytes.length * 1.5), 64));
    grown.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = grown;
  }
}

export function statOf(node: Node): Stat {
  const live = node.layer === "live";
  const { kind, mode, uid, gid, size, modifyMs } = node;
  const times = { accessMs: live ? node.accessMs : modifyMs, modifyMs, changeMs: live ? node.changeMs : modifyMs };
  const links = kind === "directory" ? 2 + subdirectories(node) : live ? node.links : 1;
  return { kind, mode, uid, gid, size, inode: node.number, links, ...times, ...(node.device === undefined ? {} : { device: node.device }) };
}

function subdirectories(node: Node): number {
  if (node.layer === "generated") return 0;
  const children = new Map<string, Node | null>(node.layer === "live" ? node.base?.children : node.children);
  if (node.layer === "live") for (const [name, entry] of node.entries ?? []) children.set(name, entry);
  let count = 0;
  for (const child of children.values()) if (child?.kind === "directory") count += 1;
  return count;
}

/** Whether `who` may read (4), write (2), execute (1) it, or several of them. Root may all but execute a file without any x bit. */
export function permits(
  node: Node,
  wanted: number,
  who: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] },
): boolean {
  if (who.uid === 0) return (wanted & 1) === 0 || node.kind === "directory" || (node.mode & 0o111) !== 0;
  const shift = node.uid === who.uid ? 6 : node.gid === who.gid || who.groups.includes(node.gid) ? 3 : 0;
  return ((node.mode >> shift) & wanted) === wanted;
}

export const DENIED: Errno = { errno: "EACCES" };
