import type { Persona } from "../../decoy/persona.ts";
import type { Credentials, Errno, Ok, OpenFile, OpenHow } from "../file-system.ts";
import { type BaseNode, Content, DENIED, type GeneratedNode, type LiveNode, type Node, permits, statOf } from "./node.ts";
import type { Quota } from "./quota.ts";
import { readBase } from "./synthesis.ts";

/** What open files need: sources of bytes, the quota, and a place to tell that a changed file was closed. */
export interface OpenContext {
  readonly persona: Persona;
  readonly nowMs: () => number;
  readonly random: (size: number) => string;
  readonly quota: Quota;
  readonly promote: (node: Node) => LiveNode | undefined;
  /** What stands for a base node now. */
  readonly current: (node: BaseNode) => BaseNode | LiveNode;
  readonly closed: (node: LiveNode, path: string) => void;
  /** Its content is about to be lost. */
  readonly losing: (node: LiveNode) => void;
}

const OK: Ok = { ok: true };

/** A file larger than this cannot be made here. */
const MAX_FILE_BYTES = 16 << 20;

export function openRegular(
  node: BaseNode | LiveNode,
  opened: { readonly path: string; readonly how: OpenHow },
  context: OpenContext,
): OpenFile | Errno {
  const file = new RegularFile(node, opened, context);
  if (opened.how.truncate !== true) return file;
  const cut = file.truncate(0);
  return "errno" in cut ? cut : file;
}

class RegularFile implements OpenFile {
  #node: BaseNode | LiveNode;
  #changed = false;
  readonly #opened: { readonly path: string; readonly how: OpenHow };
  readonly #context: OpenContext;

  constructor(node: BaseNode | LiveNode, opened: { readonly path: string; readonly how: OpenHow }, context: OpenContext) {
    this.#node = node;
    this.#opened = opened;
    this.#context = context;
  }

  get stat() {
    return statOf(this.#current());
  }

  read(at: number, maxBytes: number): string | Errno {
    if (this.#opened.how.read !== true) return { errno: "EBADF" };
    const node = this.#current();
    if (node.layer === "live" && node.content !== undefined) return node.content.read(at, maxBytes);
    const base = node.layer === "live" ? node.base : node;
    return base === undefined ? "" : readBase(this.#context.persona, base, { at, maxBytes });
  }

  write(at: number, bytes: string): Ok | Errno {
    if (this.#opened.how.write !== true) return { errno: "EBADF" };
    const content = this.#writable();
    if (content === undefined) return { errno: "EROFS" };
    const from = this.#opened.how.append === true ? content.size : at;
    const end = from + bytes.length;
    if (end > MAX_FILE_BYTES) return { errno: "EFBIG" };
    if (!this.#context.quota.take(Math.max(0, end - content.size))) return { errno: "ENOSPC" };
    content.write(from, bytes);
    this.#touch();
    return OK;
  }

  truncate(size: number): Ok | Errno {
    if (size > MAX_FILE_BYTES) return { errno: "EFBIG" };
    const content = size === 0 ? this.#emptied() : this.#writable();
    if (content === undefined) return { errno: "EROFS" };
    if (!this.#context.quota.take(size - content.size)) return { errno: "ENOSPC" };
    content.resize(size);
    this.#touch();
    return OK;
  }

  reopen(how: OpenHow, who: Credentials): OpenFile | Errno {
    const node = this.#current();
    const wanted = (how.read === true ? 4 : 0) | (how.write === true ? 2 : 0);
    return permits(node, wanted, who) ? openRegular(node, { path: this.#opened.path, how }, this.#context) : DENIED;
  }

  close(): void {
    if (!this.#changed || this.#node.layer !== "live") return;
    if (this.#opened.how.append === true) this.#node.appends += 1;
    this.#context.closed(this.#node, this.#opened.path);
  }

  /** The base node may have been changed meanwhile, through another descriptor or by losing its name. */
  #current(): BaseNode | LiveNode {
    if (this.#node.layer === "base") this.#node = this.#context.current(this.#node);
    return this.#node;
  }

  #emptied(): Content | undefined {
    const live = this.#context.promote(this.#node);
    if (live === undefined) return undefined;
    this.#node = live;
    this.#context.losing(live);
    live.content ??= new Content();
    return live.content;
  }

  /** The content to be changed, copied from the base first. */
  #writable(): Content | undefined {
    const live = this.#context.promote(this.#node);
    if (live === undefined) return undefined;
    this.#node = live;
    if (live.content !== undefined) return live.content;
    const content = new Content();
    if (live.base !== undefined) content.write(0, readBase(this.#context.persona, live.base, { at: 0, maxBytes: MAX_FILE_BYTES }));
    if (!this.#context.quota.take(content.size)) return undefined;
    live.content = content;
    return content;
  }

  #touch(): void {
    if (this.#node.layer !== "live") return;
    this.#changed = true;
    this.#node.changedBy = this.#opened.how.way ?? "redirect";
    this.#node.modifyMs = this.#context.nowMs();
    this.#node.changeMs = this.#node.modifyMs;
  }
}

/** A file such as /proc/uptime: its content is made when it is opened, and stays while it is open. */
export function openGenerated(node: GeneratedNode): OpenFile | Errno {
  const { content } = node;
  if (content === undefined) return { errno: "EINVAL" };
  let text: string | undefined;
  return {
    stat: statOf(node),
    read: (at, maxBytes) => {
      text ??= content();
      return text.slice(at, at + maxBytes);
    },
    write: () => OK,
    truncate: () => OK,
    close: () => undefined,
  };
}

/** The memory devices (Documentation/admin-guide/devices.txt, major 1); others answer as devices that are not there. Terminals are opened by the process. */
export function openDevice(node: Node, context: OpenContext): OpenFile | Errno {
  const key = `${node.device?.major}:${node.device?.minor}`;
  const stat = statOf(node);
  const rest = { stat, truncate: () => OK, close: () => undefined };
  const swallow = () => OK;
  switch (key) {
    case "1:3":
      return { ...rest, read: () => "", write: swallow };
    case "1:5":
      return { ...rest, read: (_at, maxBytes) => "\0".repeat(maxBytes), write: swallow };
    case "1:7":
      return { ...rest, read: (_at, maxBytes) => "\0".repeat(maxBytes), write: () => ({ errno: "ENOSPC" }) };
    case "1:8":
    case "1:9":
      return { ...rest, read: (_at, maxBytes) => context.random(Math.min(maxBytes, 65_536)), write: swallow };
    default:
      return { errno: "ENXIO" };
  }
}
