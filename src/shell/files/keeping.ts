import { Buffer } from "node:buffer";
import { Reader } from "../../wire/reader.ts";
import { Writer } from "../../wire/writer.ts";
import type { BaseTree } from "./base-tree.ts";
import type { Namespace } from "./namespace.ts";
import { type BaseNode, Content, LiveNode, type Node } from "./node.ts";
import type { Quota } from "./quota.ts";

/**
 * What a source changed in the file system, as bytes for its memory, and back. Only differences from the persona's tree are kept.
 * When there is no room for all, the oldest large contents go first, each with its file; the bytes are our own, but an older version
 * may have written them, so that whatever does not fit is passed over.
 *
 * ```
 * byte    version, 1
 * uint32  number of nodes, then each:
 *   uint32 id; byte kind; uint16 mode; uint32 uid; uint32 gid; uint64 modified, accessed, changed (ms)
 *   string base path ("" for a new node); string link target
 *   byte 0 no content, 1 content follows as string
 *   uint32 number of entries, then each: string name; uint32 id of a node, 0 removed
 * ```
 * A string is a uint32 length and its bytes. Ids count the nodes from 1.
 */
const VERSION = 1;
const KINDS = ["file", "directory", "link", "character", "block", "fifo", "socket"] as const;
/** Contents smaller than this are dropped only when all larger ones are gone. */
const SMALL_BYTES = 4096;

export function encodeChanges(space: Namespace, maxBytes: number): Uint8Array {
  const nodes = changedNodes(space);
  const dropped = new Set<LiveNode>();
  const candidates = nodes.filter((node) => node.content !== undefined && node.content.size > 0).sort(byWorth);
  for (let bytes = encode(nodes, dropped); ; bytes = encode(nodes, dropped)) {
    if (bytes.length <= maxBytes) return bytes;
    let excess = bytes.length - maxBytes;
    const before = dropped.size;
    while (excess > 0 && candidates.length > 0) {
      const node = candidates.shift();
      if (node === undefined) break;
      dropped.add(node);
      excess -= node.content?.size ?? 0;
    }
    if (dropped.size === before) return new Uint8Array(0);
  }
}

/** Large before small, old before new. */
function byWorth(one: LiveNode, other: LiveNode): number {
  const large = (node: LiveNode) => ((node.content?.size ?? 0) > SMALL_BYTES ? 0 : 1);
  return large(one) - large(other) || one.modifyMs - other.modifyMs;
}

/** All live nodes that a path leads to, or that stand for a node of the persona. */
function changedNodes(space: Namespace): LiveNode[] {
  const found = new Set<LiveNode>(space.promoted().values());
  for (const node of found) {
    for (const entry of node.entries?.values() ?? []) if (entry !== null && entry.layer === "live") found.add(entry);
  }
  return [...found];
}

function encode(nodes: readonly LiveNode[], dropped: ReadonlySet<LiveNode>): Buffer {
  const kept = nodes.filter((node) => !dropped.has(node));
  const ids = new Map<Node, number>(kept.map((node, index) => [node, index + 1]));
  const writer = new Writer().u8(VERSION).u32(kept.length);
  for (const node of kept) {
    writer
      .u32(ids.get(node) ?? 0)
      .u8(KINDS.indexOf(node.kind))
      .u16(node.mode)
      .u32(node.uid)
      .u32(node.gid);
    for (const time of [node.modifyMs, node.accessMs, node.changeMs]) writer.u64(BigInt(Math.max(0, Math.floor(time))));
    text(writer, node.base?.path ?? "");
    text(writer, node.target ?? "");
    writer.u8(node.content === undefined ? 0 : 1);
    if (node.content !== undefined) writer.string32(node.content.view());
    writeEntries(writer, node, { ids, dropped });
  }
  return writer.finish();
}

function writeEntries(writer: Writer, node: LiveNode, known: { ids: ReadonlyMap<Node, number>; dropped: ReadonlySet<LiveNode> }): void {
  const entries = [...(node.entries ?? [])].filter(([, entry]) => entry === null || (entry.layer === "live" && !known.dropped.has(entry)));
  writer.u32(entries.length);
  for (const [name, entry] of entries) {
    text(writer, name);
    writer.u32(entry === null ? 0 : (known.ids.get(entry) ?? 0));
  }
}

function text(writer: Writer, value: string): void {
  writer.string32(Buffer.from(value, "latin1"));
}

interface Kept {
  readonly node: LiveNode;
  readonly entries: readonly (readonly [string, number])[];
}

/** Puts kept changes into a fresh name space. */
export function decodeChanges(
  bytes: Uint8Array,
  into: { readonly space: Namespace; readonly tree: BaseTree; readonly quota: Quota },
): void {
  const reader = new Reader(bytes);
  if (reader.u8() !== VERSION) return;
  const count = reader.u32();
  const kept = new Map<number, Kept>();
  for (let index = 0; index < count && !reader.short && reader.left > 0; index += 1) readNode(reader, kept, into);
  for (const { node, entries } of kept.values()) {
    for (const [name, id] of entries) {
      const target = id === 0 ? null : kept.get(id)?.node;
      if (target !== undefined) node.entries?.set(name, target);
    }
  }
}

function readNode(
  reader: Reader,
  kept: Map<number, Kept>,
  into: { readonly space: Namespace; readonly tree: BaseTree; readonly quota: Quota },
): void {
  const id = reader.u32();
  const kind = KINDS[reader.u8()];
  const [mode, uid, gid] = [reader.u16(), reader.u32(), reader.u32()];
  const [modifyMs = 0, accessMs = 0, changeMs = 0] = [reader.u64(), reader.u64(), reader.u64()].map(Number);
  const [basePath, target] = [readText(reader), readText(reader)];
  const content = reader.u8() === 1 ? reader.string32() : undefined;
  const entries = Array.from({ length: Math.min(reader.u32(), reader.left) }, () => [readText(reader), reader.u32()] as const);
  if (reader.short || kind === undefined) return;
  const base = basePath === "" ? undefined : baseAt(into.tree, basePath);
  if (basePath !== "" && base === undefined) return;
  const promoted = base === undefined ? undefined : into.space.promote(base);
  const node =
    promoted ??
    new LiveNode({ number: into.space.newNumber(), kind, mode, uid, gid, modifyMs, target: target === "" ? undefined : target });
  Object.assign(node, { mode, uid, gid, modifyMs, accessMs, changeMs });
  if (content !== undefined && into.quota.take(content.length)) {
    node.content = new Content();
    node.content.write(0, content.toString("latin1"));
  }
  into.quota.takeEntry();
  kept.set(id, { node, entries });
}

function readText(reader: Reader): string {
  return reader.string32().toString("latin1");
}

function baseAt(tree: BaseTree, path: string): BaseNode | undefined {
  let node: BaseNode | undefined = tree.root;
  for (const part of path.split("/")) if (part !== "") node = node?.children?.get(part);
  return node;
}
