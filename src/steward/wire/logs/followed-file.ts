import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/**
 * Lines that are added to a log file, also when it is turned over or emptied. What stood there at the beginning is not told. A symbolic link or
 * anything but a file is left alone: who may write into the folder of logs may not have any file of root's read.
 */
export class FollowedFile implements Disposable {
  readonly #path: string;
  readonly #tell: (line: string) => void;
  #open: Open | undefined;
  #rest = "";

  constructor(path: string, tell: (line: string) => void) {
    this.#path = path;
    this.#tell = tell;
    this.#open = opened(path);
    if (this.#open !== undefined) this.#open.at = fstatSync(this.#open.file).size;
  }

  /** Tells what is new. */
  look(): void {
    const now = opened(this.#path);
    if (this.#open !== undefined) this.#read(this.#open);
    if (now === undefined) return;
    if (this.#open?.inode === now.inode) {
      closeSync(now.file);
      return;
    }
    this[Symbol.dispose]();
    this.#open = now;
    this.#read(now);
  }

  [Symbol.dispose](): void {
    if (this.#open !== undefined) closeSync(this.#open.file);
    this.#open = undefined;
    this.#rest = "";
  }

  #read(open: Open): void {
    if (fstatSync(open.file).size < open.at) open.at = 0;
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let left = MOST_CHUNKS; left > 0; left -= 1) {
      const size = readSync(open.file, chunk, 0, chunk.length, open.at);
      if (size === 0) return;
      open.at += size;
      this.#take(chunk.toString("utf8", 0, size));
    }
  }

  #take(text: string): void {
    const lines = `${this.#rest}${text}`.split("\n");
    this.#rest = (lines.pop() ?? "").slice(0, MOST_LINE);
    for (const line of lines) this.#tell(line.slice(0, MOST_LINE));
  }
}

interface Open {
  readonly file: number;
  readonly inode: number;
  at: number;
}

const CHUNK_BYTES = 65_536;
const MOST_CHUNKS = 16;
const MOST_LINE = 8192;

function opened(path: string): Open | undefined {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const about = fstatSync(file);
    if (about.isFile()) return { file, inode: about.ino, at: 0 };
    closeSync(file);
    return undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
