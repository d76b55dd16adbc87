import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { encodeReport } from "../encode-report.ts";
import type { Report } from "../report.ts";

/**
 * The worker's only way to tell its parent anything. Reports of one turn of the event loop leave in one write, and writes have `REST_MS`
 * between them: alone a report leaves at once, and under load many share the cost of waking the parent. When the parent is slow,
 * `isCongested` tells sessions to stop listening to their visitors, so that nothing piles up here.
 */
export class ReportLine {
  readonly #pipe: Socket;
  #frames: Buffer[] = [];
  #framesBytes = 0;
  #isFlushing = false;
  #flushedMs = 0;
  #relieved: () => void = () => undefined;

  constructor(pipe: Socket) {
    this.#pipe = pipe;
    pipe.on("drain", () => this.#relieved());
  }

  get isCongested(): boolean {
    return this.#framesBytes + this.#pipe.writableLength > CONGESTED_BYTES;
  }

  /** @param relieved called when the parent has taken everything after a congestion. */
  onRelieved(relieved: () => void): void {
    this.#relieved = relieved;
  }

  send(report: Report): void {
    const frame = encodeReport(report);
    this.#frames.push(frame);
    this.#framesBytes += frame.length;
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    const restMs = this.#flushedMs + REST_MS - performance.now();
    if (restMs > 0) setTimeout(() => this.#flush(), restMs);
    else setImmediate(() => this.#flush());
  }

  /** Calls `then` when all reports are with the operating system. */
  finish(then: () => void): void {
    this.#flush();
    this.#pipe.end(then);
  }

  #flush(): void {
    this.#isFlushing = false;
    this.#flushedMs = performance.now();
    if (this.#frames.length === 0) return;
    this.#pipe.write(Buffer.concat(this.#frames, this.#framesBytes));
    this.#frames = [];
    this.#framesBytes = 0;
  }
}

/** A worker that is killed takes with it what it had to say for so long. */
const REST_MS = 5;
const CONGESTED_BYTES = 1_048_576;
