import { Buffer } from "node:buffer";
import { closeSync, constants, fstatSync, openSync, writeSync } from "node:fs";
import { say } from "./output.ts";

/**
 * Standard output of a process that must never wait for its reader. Node writes to terminals and pipes synchronously: a paused terminal, or
 * a laptop asleep at the other end of an SSH connection, would stop the whole sensor. So a description of our own is opened that does not
 * block; what nobody takes waits up to a bound, and beyond it is left out and counted. (It is in the journal all the same.)
 */
export class Screen {
  /** Undefined: standard output is a file or a socket, and is written in the usual way. */
  readonly #fd = openWithoutBlocking(1);
  readonly #readerGone: () => void;
  #isOpen = false;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #lost = 0;
  #retry: NodeJS.Timeout | undefined;

  /** @param readerGone called when nobody can read any more, as after `| head` */
  constructor(readerGone: () => void) {
    this.#readerGone = readerGone;
  }

  /** Lines that came before are shown now. */
  open(): void {
    this.#isOpen = true;
    this.#flush();
  }

  line(text: string): void {
    const bytes = Buffer.from(`${text}\n`);
    if (this.#waitingBytes + bytes.length > MAX_WAITING_BYTES) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#isOpen && this.#retry === undefined) this.#flush();
  }

  /** Resolves when all is shown, or when the reader had his time. */
  async close(): Promise<void> {
    for (let tries = 0; this.#waiting.length > 0 && tries < CLOSE_TRIES; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      this.#flush();
    }
    clearTimeout(this.#retry);
    if (this.#fd !== undefined) closeSync(this.#fd);
  }

  #flush(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    while (this.#waiting.length > 0) {
      const whole = Buffer.concat(this.#waiting.splice(0, LINES_AT_ONCE));
      const written = this.#write(whole);
      this.#waitingBytes -= written;
      if (written === whole.length) continue;
      this.#waiting.unshift(whole.subarray(written));
      this.#retry = setTimeout(() => this.#flush(), RETRY_MS).unref();
      return;
    }
    if (this.#lost === 0) return;
    say(`${this.#lost} events were not shown, since nobody took them; they are kept: utsusemi events`);
    this.#lost = 0;
  }

  /** How many bytes were taken. */
  #write(bytes: Buffer): number {
    if (this.#fd === undefined) {
      if (process.stdout.writableLength > MAX_WAITING_BYTES) return 0;
      process.stdout.write(bytes);
      return bytes.length;
    }
    try {
      return writeSync(this.#fd, bytes);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code === "EAGAIN") return 0;
      if (code !== "EPIPE" && code !== "EIO") throw error;
      this.#readerGone();
      return bytes.length;
    }
  }
}

const MAX_WAITING_BYTES = 4_194_304;
const LINES_AT_ONCE = 256;
const RETRY_MS = 20;
const CLOSE_TRIES = 25;

/** `open` of /proc/self/fd/N makes a description of its own for a pipe or terminal (proc(5)), so that others who share ours still block. */
function openWithoutBlocking(fd: number): number | undefined {
  const found = fstatSync(fd);
  if (!found.isFIFO() && !found.isCharacterDevice()) return undefined;
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    // A terminal of another user, after su: it is written in the usual way.
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
