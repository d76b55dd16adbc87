import type { Cancel, Peer } from "../../decoy/peer.ts";
import type { LiveNode } from "./node.ts";

/**
 * Offers to quarantine what the visitor wrote, each content once and whole: after it has stood still for a while, before it is lost
 * (removed, emptied), when it is run, and when the visit ends. A loader that appends a file in a hundred pieces gives one capture.
 */
export class Quarantine {
  readonly #peer: Peer;
  readonly #waiting = new Map<LiveNode, string>();
  #timer: Cancel | undefined;

  constructor(peer: Peer) {
    this.#peer = peer;
  }

  /** The file was changed and closed. */
  changed(node: LiveNode, path: string): void {
    if (node.changedBy === undefined || node.changedBy === "history") return;
    this.#waiting.set(node, path);
    this.#timer?.();
    this.#timer = this.#peer.after(QUIET_MS, () => this.flush());
  }

  /** Its content is about to be lost, or run. */
  settle(node: LiveNode): void {
    const path = this.#waiting.get(node);
    if (path !== undefined) this.#offer(node, path);
  }

  flush(): void {
    this.#timer?.();
    this.#timer = undefined;
    for (const [node, path] of this.#waiting) this.#offer(node, path);
  }

  #offer(node: LiveNode, path: string): void {
    this.#waiting.delete(node);
    const way = node.changedBy;
    node.changedBy = undefined;
    if (way === undefined || node.content === undefined || node.content.size === 0) return;
    const capture = this.#peer.capture({ name: path, way: way === "redirect" && node.appends >= LOADER_APPENDS ? "echo-loader" : way });
    capture.write(new Uint8Array(node.content.view()));
    capture.close();
    node.appends = 0;
  }
}

const QUIET_MS = 5000;
/** A file that grew by so many appends was typed in by a loader. */
const LOADER_APPENDS = 2;
