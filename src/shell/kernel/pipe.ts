import type { Errno, OpenHow, Stat } from "../file-system.ts";
import type { WaitQueue } from "../program.ts";
import { type Access, type Blocked, Description } from "./description.ts";
import { Waiters } from "./wait-queue.ts";

/** As Linux has it (pipe(7)). */
const CAPACITY_BYTES = 65_536;
/** PIPE_BUF: a pipe has room for so much whatever the others hold, so that none waits for ever. */
const ATOMIC_BYTES = 4096;

/** What all pipes of a machine hold together, as Linux bounds the pages of a user's pipes. */
export class PipeMemory {
  usedBytes = 0;

  get leftBytes(): number {
    return MOST_BYTES - this.usedBytes;
  }
}

const MOST_BYTES = 8 << 20;

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
  /** How often each end was opened: so a fifo's end learns that another was there, even when it has gone again. */
  readOpens = 0;
  writeOpens = 0;

  /** A fifo: its ends are opened by name, each on its own. */
  readonly isNamed: boolean;

  readonly #memory: PipeMemory;

  constructor(inode: number, memory: PipeMemory, name?: string) {
    this.#inode = inode;
    this.#memory = memory;
    this.label = name ?? `pipe:[${inode}]`;
    this.isNamed = name !== undefined;
  }

  get size(): number {
    return this.#bytes.length;
  }

  reader(): Description {
    return new PipeEnd(this, "read");
  }

  writer(): Description {
    return new PipeEnd(this, "write");
  }

  /** A fifo opened with O_RDWR is both. */
  both(): Description {
    return new PipeEnd(this, "both");
  }

  take(maxBytes: number, delimiter?: string): string | Blocked {
    if (this.#bytes === "") return this.writers === 0 ? "" : { until: this.readable };
    const found = delimiter === undefined ? -1 : this.#bytes.indexOf(delimiter);
    const taken = this.#bytes.slice(0, found < 0 ? maxBytes : Math.min(maxBytes, found + 1));
    this.#bytes = this.#bytes.slice(taken.length);
    this.#memory.usedBytes -= taken.length;
    this.writable.wake();
    return taken;
  }

  /** One end less; what nobody can read any more is gone. */
  left(): void {
    if (this.readers === 0 && this.writers === 0) {
      this.#memory.usedBytes -= this.#bytes.length;
      this.#bytes = "";
    }
    this.readable.wake();
    this.writable.wake();
  }

  /** Adds what fits; false: nothing fits now. Small writes are not cut (PIPE_BUF). */
  put(bytes: string): number | Errno | Blocked {
    if (this.readers === 0) return { errno: "EPIPE" };
    const held = this.#bytes.length;
    const room = Math.min(CAPACITY_BYTES - held, Math.max(ATOMIC_BYTES - held, this.#memory.leftBytes));
    if (room <= 0 || (bytes.length <= ATOMIC_BYTES && room < bytes.length)) return { until: this.writable };
    const part = bytes.slice(0, room);
    this.#bytes += part;
    this.#memory.usedBytes += part.length;
    this.readable.wake();
    return part.length;
  }

  stat(): Stat {
    const times = { accessMs: 0, modifyMs: 0, changeMs: 0 };
    return { kind: "fifo", mode: 0o600, uid: 0, gid: 0, size: 0, inode: this.#inode, links: 1, ...times };
  }
}

/**
 * An end of a pipe. One that was opened alone belongs to a fifo and waits for its counterpart (fifo(7)): open(2) would wait there, so who
 * can wait asks for `opening`; for the others the first transfer waits.
 */
class PipeEnd extends Description {
  readonly #pipe: Pipe;
  readonly #side: "read" | "write" | "both";
  /** Opens of the other end when this one was opened without it; undefined: it has met one. */
  #alone: number | undefined;

  constructor(pipe: Pipe, side: "read" | "write" | "both") {
    super();
    this.#pipe = pipe;
    this.#side = side;
    if (side !== "write") {
      pipe.readers += 1;
      pipe.readOpens += 1;
    }
    if (side !== "read") {
      pipe.writers += 1;
      pipe.writeOpens += 1;
    }
    const others = side === "read" ? pipe.writers : pipe.readers;
    this.#alone = pipe.isNamed && others === 0 ? this.#otherOpens() : undefined;
    pipe.readable.wake();
    pipe.writable.wake();
  }

  get label(): string {
    return this.#pipe.label;
  }

  override get access(): Access {
    return { read: this.#side !== "write", write: this.#side !== "read" };
  }

  override again({ read = false, write = false }: OpenHow): Description {
    if (!write) return this.#pipe.reader();
    return read ? this.#pipe.both() : this.#pipe.writer();
  }

  override get opening(): WaitQueue | undefined {
    if (this.#alone !== undefined && this.#otherOpens() !== this.#alone) this.#alone = undefined;
    if (this.#alone === undefined) return undefined;
    return this.#side === "read" ? this.#pipe.readable : this.#pipe.writable;
  }

  read(maxBytes: number): string | Errno | Blocked {
    return this.#take(maxBytes);
  }

  readThrough(delimiter: string, maxBytes: number): string | Errno | Blocked {
    return this.#take(maxBytes, delimiter);
  }

  write(bytes: string): number | Errno | Blocked {
    if (this.#side === "read") return { errno: "EBADF" };
    const { opening } = this;
    return opening === undefined ? this.#pipe.put(bytes) : { until: opening };
  }

  stat(): Stat {
    return this.#pipe.stat();
  }

  protected closed(): void {
    if (this.#side !== "write") this.#pipe.readers -= 1;
    if (this.#side !== "read") this.#pipe.writers -= 1;
    this.#pipe.left();
  }

  #take(maxBytes: number, delimiter?: string): string | Errno | Blocked {
    if (this.#side === "write") return { errno: "EBADF" };
    const { opening } = this;
    return opening === undefined ? this.#pipe.take(maxBytes, delimiter) : { until: opening };
  }

  #otherOpens(): number {
    return this.#side === "read" ? this.#pipe.writeOpens : this.#pipe.readOpens;
  }
}
