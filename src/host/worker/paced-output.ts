import type { Socket } from "node:net";
import type { SessionLimits } from "../limits.ts";

/**
 * Bytes on their way to one visitor. What the visitor does not read waits here and in the socket, up to `memoryBytes`; what goes beyond
 * `bytesPerTurn` or `bytesPerSecond` waits until it is due. So a session that pours out a gigabyte costs the others nothing.
 */
export class PacedOutput {
  readonly #limits: SessionLimits;
  readonly #drained: () => void;
  #socket: Socket;
  /** Undefined while nothing waits: most sessions never need it. */
  #backlog: Uint8Array[] | undefined;
  #backlogBytes = 0;
  #allowance: number;
  #refilledMs: number;
  #timer: NodeJS.Timeout | undefined;
  #isAwaited = false;
  #ended: "open" | "closing" | "closed" = "open";

  /** @param drained called, never from within `send`, once all is sent after `send` returned false. */
  constructor(socket: Socket, limits: SessionLimits, drained: () => void) {
    this.#socket = socket;
    this.#limits = limits;
    this.#drained = drained;
    this.#allowance = limits.bytesPerTurn;
    this.#refilledMs = performance.now();
  }

  /** Bytes that wait for the visitor, or for their turn. */
  get waiting(): number {
    return this.#backlogBytes + this.#socket.writableLength;
  }

  /** False: `waiting` is long, produce no more until `drained`. */
  send(bytes: Uint8Array): boolean {
    if (this.#ended !== "open") return false;
    if (this.#mayPass(bytes.length)) {
      this.#allowance -= bytes.length;
      this.#socket.write(bytes);
    } else {
      this.#keep(bytes);
      if (this.#timer === undefined) this.#pump();
    }
    this.#isAwaited = this.waiting > HIGH_WATER_BYTES;
    return !this.#isAwaited;
  }

  /** Ends our side after all is sent. */
  end(): void {
    if (this.#ended !== "open") return;
    this.#ended = "closing";
    if (this.#backlogBytes === 0) this.#finish();
  }

  /** Sends nothing more; what waits is dropped. */
  discard(): void {
    this.#ended = "closed";
    this.#backlog = undefined;
    this.#backlogBytes = 0;
    clearTimeout(this.#timer);
  }

  /** The socket, or a later one in its place, takes bytes again. */
  resumed(): void {
    if (this.#timer === undefined) this.#pump();
    if (this.#isAwaited && this.waiting <= LOW_WATER_BYTES) {
      this.#isAwaited = false;
      this.#drained();
    }
  }

  /** From now on bytes go through `socket`, such as a TLS layer above the old one. */
  replaceSocket(socket: Socket): void {
    this.#socket = socket;
  }

  #mayPass(size: number): boolean {
    return this.#backlog === undefined && size <= this.#allowance && this.#socket.writableLength < HIGH_WATER_BYTES;
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#backlog ??= [];
    this.#backlog.push(bytes);
    this.#backlogBytes += bytes.length;
  }

  #pump(): void {
    this.#refill();
    let next = this.#backlog?.[0];
    while (next !== undefined && this.#allowance >= 1 && this.#socket.writableLength < HIGH_WATER_BYTES) {
      const size = Math.min(next.length, Math.floor(this.#allowance));
      this.#write(next, size);
      next = this.#backlog?.[0];
    }
    if (next === undefined) this.#emptied();
    else if (this.#allowance < 1) this.#timer = setTimeout(() => this.#due(), PACE_MS);
  }

  #write(next: Uint8Array, size: number): void {
    this.#socket.write(size === next.length ? next : next.subarray(0, size));
    this.#allowance -= size;
    this.#backlogBytes -= size;
    if (size === next.length) this.#backlog?.shift();
    else if (this.#backlog !== undefined) this.#backlog[0] = next.subarray(size);
  }

  #due(): void {
    this.#timer = undefined;
    this.resumed();
  }

  #emptied(): void {
    this.#backlog = undefined;
    if (this.#ended === "closing") this.#finish();
  }

  #finish(): void {
    this.#ended = "closed";
    // As close(2) by a real server: our FIN goes out, and what the visitor sends from now on meets nobody.
    this.#socket.destroySoon();
  }

  #refill(): void {
    const nowMs = performance.now();
    const earned = ((nowMs - this.#refilledMs) / 1000) * this.#limits.bytesPerSecond;
    this.#refilledMs = nowMs;
    this.#allowance = Math.min(this.#limits.bytesPerTurn, this.#allowance + earned);
  }
}

const HIGH_WATER_BYTES = 65_536;
const LOW_WATER_BYTES = 16_384;
/** How long output over the allowance waits before it is looked at again. */
const PACE_MS = 20;
