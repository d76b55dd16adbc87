import type { Errno, Stat } from "../file-system.ts";
import { type Blocked, Description } from "./description.ts";
import { Waiters } from "./wait-queue.ts";

/** As Linux has it (pipe(7)). */
const CAPACITY_BYTES = 65_536;

/**
 * Bytes on their way from writers to readers: a pipe, a fifo, or what the visitor sends to a command without a terminal.
 * Its memory is bounded by its capacity: writers wait.
 */
export class Pipe {
  readonly label: string;
  readonly readable = new Waiters();
  readonly writable = new Waiters();
  readonly #inode: number;
  #bytes = "";
  readers = 0;
  writers = 0;
  /** A fifo's reader waits for its first writer. */
  #opened = false;

  constructor(inode: number, label = `pipe:[${inode}]`) {
    this.#inode = inode;
    this.label = label;
  }

  get size(): number {
    return this.#bytes.length;
  }

  reader(): Description {
    return new PipeEnd(this, "read");
  }

  writer(): Description {
    this.#opened = true;
    return new PipeEnd(this, "write");
  }

  take(maxBytes: number, delimiter?: string): string | Blocked {
    if (this.#bytes === "") return this.writers === 0 && this.#opened ? "" : { until: this.readable };
    const found = delimiter === undefined ? -1 : this.#bytes.indexOf(delimiter);
    const taken = this.#bytes.slice(0, found < 0 ? maxBytes : Math.min(maxBytes, found + 1));
    this.#bytes = this.#bytes.slice(taken.length);
    this.writable.wake();
    return taken;
  }

  /** Adds what fits; false: nothing fits now. Small writes are not cut (PIPE_BUF). */
  put(bytes: string): number | Errno | Blocked {
    if (this.readers === 0) return { errno: "EPIPE" };
    const room = CAPACITY_BYTES - this.#bytes.length;
    if (room <= 0 || (bytes.length <= 4096 && room < bytes.length)) return { until: this.writable };
    const part = bytes.slice(0, room);
    this.#bytes += part;
    this.readable.wake();
    return part.length;
  }

  stat(): Stat {
    const times = { accessMs: 0, modifyMs: 0, changeMs: 0 };
    return { kind: "fifo", mode: 0o600, uid: 0, gid: 0, size: 0, inode: this.#inode, links: 1, ...times };
  }
}

class PipeEnd extends Description {
  readonly #pipe: Pipe;
  readonly #side: "read" | "write";

  constructor(pipe: Pipe, side: "read" | "write") {
    super();
    this.#pipe = pipe;
    this.#side = side;
    if (side === "read") pipe.readers += 1;
    else pipe.writers += 1;
  }

  get label(): string {
    return this.#pipe.label;
  }

  read(maxBytes: number): string | Errno | Blocked {
    return this.#side === "read" ? this.#pipe.take(maxBytes) : { errno: "EBADF" };
  }

  readThrough(delimiter: string, maxBytes: number): string | Errno | Blocked {
    return this.#side === "read" ? this.#pipe.take(maxBytes, delimiter) : { errno: "EBADF" };
  }

  write(bytes: string): number | Errno | Blocked {
    return this.#side === "write" ? this.#pipe.put(bytes) : { errno: "EBADF" };
  }

  stat(): Stat {
    return this.#pipe.stat();
  }

  protected closed(): void {
    if (this.#side === "read") this.#pipe.readers -= 1;
    else this.#pipe.writers -= 1;
    this.#pipe.readable.wake();
    this.#pipe.writable.wake();
  }
}
