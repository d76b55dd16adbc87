import { Buffer } from "node:buffer";

/**
 * Draws UUIDs of version 7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, 4 of version, a 12-bit counter, 2 of variant, 62 random bits.
 *
 * Within one generator each id is greater than the one before, also within a millisecond (§6.2 method 1: the counter starts at a random
 * value below 2048 and counts; when it is used up, the next millisecond is borrowed). A clock that steps back a little is waited for in
 * this way too; one that steps back further is believed, so that ids never stay wrong for long.
 */
export class UuidV7 {
  readonly #ports: UuidPorts;
  #pool = Buffer.alloc(0);
  #at = 0;
  #lastMs = 0;
  #counter = 0;

  constructor(ports: UuidPorts) {
    this.#ports = ports;
  }

  /** @param ms Unix milliseconds at which the thing named happened. */
  next(ms: number): string {
    this.#tick(ms);
    const time = this.#lastMs.toString(16).padStart(12, "0");
    const counter = this.#counter.toString(16).padStart(3, "0");
    const tail = this.#draw(8);
    tail.writeUInt8((tail.readUInt8(0) & 0x3f) | 0x80, 0);
    const random = tail.toString("hex");
    return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${random.slice(0, 4)}-${random.slice(4)}`;
  }

  #tick(ms: number): void {
    const behindMs = this.#lastMs - ms;
    if (behindMs < 0 || behindMs > MAX_WAIT_MS) this.#enter(ms);
    else if (this.#counter === MAX_COUNTER) this.#enter(this.#lastMs + 1);
    else this.#counter += 1;
  }

  #enter(ms: number): void {
    this.#lastMs = ms;
    this.#counter = this.#draw(2).readUInt16BE() & 0x7ff;
  }

  // Chance is fetched in one call for many ids: a call costs more than the bytes.
  #draw(bytes: number): Buffer {
    if (this.#at + bytes > this.#pool.length) {
      this.#pool = Buffer.from(this.#ports.random(POOL_BYTES));
      this.#at = 0;
    }
    const from = this.#at;
    this.#at += bytes;
    return this.#pool.subarray(from, this.#at);
  }
}

export interface UuidPorts {
  /** So many bytes that nobody can guess. */
  random(bytes: number): Uint8Array;
}

const POOL_BYTES = 1_024;
const MAX_COUNTER = 0xfff;
const MAX_WAIT_MS = 10_000;
