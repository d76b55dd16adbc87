import type { Socket } from "node:net";
import { Ear } from "../ear.ts";
import { gateName, opened, type PortRecord, type Run } from "../run.ts";

/**
 * A conversation of a trial: says something, and waits until the answer is there. As bounded as every other: bytes, time and the gate.
 */
export class Line {
  readonly #ear: Ear;
  readonly #stream: Socket;
  readonly #run: Run;
  readonly #leave: () => void;
  readonly #endMs: number;
  #heard = 0;

  private constructor(run: Run, stream: Socket, leave: () => void) {
    this.#run = run;
    this.#stream = stream;
    this.#leave = leave;
    this.#endMs = run.clock.nowMs() + run.limits.exchangeMs;
    this.#ear = new Ear(stream, { clock: run.clock, maxBytes: run.bytes.forOne(), signal: run.signal });
  }

  /** Within TLS where the port speaks it. Undefined: no connection. */
  static async open(run: Run, record: PortRecord): Promise<Line | undefined> {
    const leave = await run.gate.enter(gateName(record));
    if (leave === undefined) return undefined;
    const stream = await opened(run, record, record.speaksTls ? "tls" : "plain");
    if (typeof stream !== "string") return new Line(run, stream, leave);
    leave();
    return undefined;
  }

  /** Our own address on this connection. */
  get localAddress(): string {
    return this.#stream.localAddress ?? "";
  }

  say(bytes: Uint8Array | string): void {
    this.#ear.say(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  }

  /** Waits until what they said since the last call satisfies `isWhole`. Undefined: it did not, in `maxMs` or before the end. */
  async hear(isWhole: (heard: Buffer) => boolean, maxMs = ANSWER_MS): Promise<Buffer | undefined> {
    const endMs = Math.min(this.#run.clock.nowMs() + maxMs, this.#endMs);
    for (;;) {
      const heard = Buffer.from(this.#ear.heard()).subarray(this.#heard);
      if (heard.length > 0 && isWhole(heard)) {
        this.#heard += heard.length;
        return heard;
      }
      const leftMs = endMs - this.#run.clock.nowMs();
      if (leftMs <= 0 || this.#ear.ended !== undefined) return undefined;
      await this.#ear.hear(leftMs, PIECE_MS);
    }
  }

  /** The same for text, a character a byte. */
  async hearText(whole: RegExp, maxMs = ANSWER_MS): Promise<string | undefined> {
    const heard = await this.hear((bytes) => whole.test(bytes.toString("latin1")), maxMs);
    return heard?.toString("latin1");
  }

  /** Says a line, and waits for the answer. */
  ask(line: string, whole: RegExp, maxMs = ANSWER_MS): Promise<string | undefined> {
    this.say(`${line}\r\n`);
    return this.hearText(whole, maxMs);
  }

  close(): void {
    this.#ear.leave();
    this.#stream.destroy();
    this.#leave();
  }
}

const ANSWER_MS = 5_000;
const PIECE_MS = 15;

/** Opens a line, does the work, hangs up. Undefined: no connection. */
export async function onLine<T>(run: Run, record: PortRecord, work: (line: Line) => Promise<T>): Promise<T | undefined> {
  const line = await Line.open(run, record);
  try {
    return line === undefined ? undefined : await work(line);
  } finally {
    line?.close();
  }
}
