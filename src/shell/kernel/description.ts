import type { Credentials, Errno, OpenFile, OpenHow, Stat } from "../file-system.ts";
import type { TerminalView, WaitQueue } from "../program.ts";
import type { Task } from "./task.ts";

/** The result of a transfer that cannot be done now: wait there and try again. */
export interface Blocked {
  readonly until: WaitQueue;
}

export interface Access {
  readonly read: boolean;
  readonly write: boolean;
}

/**
 * An open file description, shared by descriptors (dup, fork). `read` gives "" at the end; both never block: they tell where to wait.
 */
export abstract class Description {
  #references = 0;
  /** As readlink of /proc/PID/fd/N shows it. */
  abstract readonly label: string;
  abstract read(maxBytes: number, task: Task): string | Errno | Blocked;
  /** Bytes up to and including `delimiter`, never beyond; less when `maxBytes` or the available bytes end before it. */
  abstract readThrough(delimiter: string, maxBytes: number, task: Task): string | Errno | Blocked;
  /** How many bytes were taken. */
  abstract write(bytes: string, task: Task): number | Errno | Blocked;
  abstract stat(): Stat;
  protected abstract closed(): void;

  get terminal(): TerminalView | undefined {
    return undefined;
  }

  get access(): Access {
    return { read: true, write: true };
  }

  /** Opened once more through /proc/PID/fd, with an offset of its own. Undefined: by its path, if it has one, else it is shared. */
  again(_how: OpenHow, _who: Credentials): Description | Errno | undefined {
    return undefined;
  }

  /** Where open(2) would still wait: a fifo whose other end nobody has opened. */
  get opening(): WaitQueue | undefined {
    return undefined;
  }

  retain(): this {
    this.#references += 1;
    return this;
  }

  /** Takes `retain` back for the one who holds it next: nothing is closed. */
  handOver(): void {
    this.#references -= 1;
  }

  release(): void {
    this.#references -= 1;
    if (this.#references === 0) this.closed();
  }
}

/** A file, device or generated file. */
export class FileDescription extends Description {
  readonly #path: string;
  readonly #file: OpenFile;
  readonly #way: { readonly read: boolean; readonly write: boolean; readonly append: boolean };
  offset = 0;

  constructor(path: string, file: OpenFile, way: { readonly read: boolean; readonly write: boolean; readonly append: boolean }) {
    super();
    this.#path = path;
    this.#file = file;
    this.#way = way;
  }

  get label(): string {
    return this.#file.stat.links === 0 ? `${this.#path} (deleted)` : this.#path;
  }

  override get access(): Access {
    return { read: this.#way.read, write: this.#way.write };
  }

  override again(how: OpenHow, who: Credentials): Description | Errno | undefined {
    const file = this.#file.reopen?.(how, who);
    if (file === undefined || "errno" in file) return file;
    return new FileDescription(this.#path, file, { read: how.read === true, write: how.write === true, append: how.append === true });
  }

  read(maxBytes: number): string | Errno {
    if (!this.#way.read) return { errno: "EBADF" };
    const bytes = this.#file.read(this.offset, maxBytes);
    if (typeof bytes === "string") this.offset += bytes.length;
    return bytes;
  }

  readThrough(delimiter: string, maxBytes: number): string | Errno {
    if (!this.#way.read) return { errno: "EBADF" };
    const bytes = this.#file.read(this.offset, Math.min(maxBytes, 4096));
    if (typeof bytes !== "string") return bytes;
    const end = bytes.indexOf(delimiter);
    const line = end < 0 ? bytes : bytes.slice(0, end + 1);
    this.offset += line.length;
    return line;
  }

  write(bytes: string): number | Errno {
    if (!this.#way.write) return { errno: "EBADF" };
    const done = this.#file.write(this.offset, bytes);
    if ("errno" in done) return done;
    this.offset = this.#way.append ? this.#file.stat.size : this.offset + bytes.length;
    return bytes.length;
  }

  stat(): Stat {
    return this.#file.stat;
  }

  protected closed(): void {
    this.#file.close();
  }
}

/** A process's table of open descriptors. */
export class Descriptors {
  readonly #open = new Map<number, Description>();

  get(fd: number): Description | undefined {
    return this.#open.get(fd);
  }

  /** Puts a description at `fd`, closing what was there. */
  set(fd: number, description: Description): void {
    description.retain();
    this.#open.get(fd)?.release();
    this.#open.set(fd, description);
  }

  /** Puts it at the lowest free descriptor from `from` on. */
  add(description: Description, from = 0): number {
    let fd = from;
    while (this.#open.has(fd)) fd += 1;
    this.set(fd, description);
    return fd;
  }

  close(fd: number): boolean {
    const description = this.#open.get(fd);
    this.#open.delete(fd);
    description?.release();
    return description !== undefined;
  }

  closeAll(): void {
    for (const fd of [...this.#open.keys()]) this.close(fd);
  }

  copy(): Descriptors {
    const copy = new Descriptors();
    for (const [fd, description] of this.#open) copy.set(fd, description);
    return copy;
  }

  numbers(): readonly number[] {
    return [...this.#open.keys()].sort((one, other) => one - other);
  }
}
