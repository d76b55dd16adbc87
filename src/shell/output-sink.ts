import type { Peer } from "../decoy/peer.ts";
import { toBytes } from "./bytes.ts";
import type { Errno, Stat } from "./file-system.ts";
import { type Access, type Blocked, Description } from "./kernel/description.ts";
import type { Kernel } from "./kernel/kernel.ts";
import { Waiters } from "./kernel/wait-queue.ts";

/** Bytes a second that a visitor's programs may print, after a first burst. */
const BYTES_PER_MS = 1024;
const BURST_BYTES = 256 << 10;

/**
 * The way out to the visitor: takes what the connection takes and no more than the rate, and makes writers wait for the rest.
 */
export class OutputSink {
  readonly waiters = new Waiters();
  readonly #peer: Peer;
  readonly #kernel: Kernel;
  readonly #send: (bytes: Uint8Array) => boolean;
  #blocked = false;
  #allowance = BURST_BYTES;
  #at: number;
  #timer = false;
  #closed = false;

  constructor(peer: Peer, kernel: Kernel, send: (bytes: Uint8Array) => boolean) {
    this.#peer = peer;
    this.#kernel = kernel;
    this.#send = send;
    this.#at = peer.now().monotonicMs;
  }

  /** How many bytes of `text` may go now. */
  room(): number {
    if (this.#blocked) return 0;
    const now = this.#peer.now().monotonicMs;
    this.#allowance = Math.min(BURST_BYTES, this.#allowance + (now - this.#at) * BYTES_PER_MS);
    this.#at = now;
    if (this.#allowance < 1) this.#wakeLater();
    return Math.max(0, Math.floor(this.#allowance));
  }

  /** Sends text that fits into `room()`. */
  send(text: string): void {
    if (text === "" || this.#closed) return;
    this.#allowance -= text.length;
    if (!this.#send(toBytes(text))) this.#blocked = true;
  }

  drained(): void {
    this.#blocked = false;
    this.waiters.wake();
    this.#kernel.poke();
  }

  close(): void {
    this.#closed = true;
  }

  #wakeLater(): void {
    if (this.#timer) return;
    this.#timer = true;
    this.#peer.after(20, () => {
      this.#timer = false;
      this.waiters.wake();
      this.#kernel.poke();
    });
  }
}

/** Standard output or standard error of a command without a terminal. */
export class SinkDescription extends Description {
  readonly label: string;
  readonly #sink: OutputSink;

  constructor(sink: OutputSink, label: string) {
    super();
    this.#sink = sink;
    this.label = label;
  }

  override get access(): Access {
    return { read: false, write: true };
  }

  read(): Errno {
    return { errno: "EBADF" };
  }

  readThrough(): Errno {
    return { errno: "EBADF" };
  }

  write(bytes: string): number | Blocked {
    const room = this.#sink.room();
    if (room <= 0) return { until: this.#sink.waiters };
    const part = bytes.slice(0, room);
    this.#sink.send(part);
    return part.length;
  }

  stat(): Stat {
    return { kind: "fifo", mode: 0o600, uid: 0, gid: 0, size: 0, inode: 18_000, links: 1, accessMs: 0, modifyMs: 0, changeMs: 0 };
  }

  protected closed(): void {
    this.#sink.waiters.wake();
  }
}
