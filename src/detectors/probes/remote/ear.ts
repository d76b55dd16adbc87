import type { Duplex } from "node:stream";
import type { Exchange, Turn } from "../../views/remote-view.ts";
import type { Clock } from "./clock.ts";

export interface EarOptions {
  readonly clock: Clock;
  /** Bytes kept of what they say; the connection ends there. */
  readonly maxBytes: number;
  /** Every piece is a turn of its own. */
  readonly isDatagram?: boolean;
  readonly signal: AbortSignal;
}

/**
 * One end of a conversation: notes who said what and when, and ends it at the limits. Whatever the other side sends, at most `maxBytes`,
 * `MOST_TURNS` turns and `MOST_PIECES` pieces are kept.
 */
export class Ear {
  readonly #stream: Duplex;
  readonly #options: EarOptions;
  readonly #startMs: number;
  readonly #turns: { readonly from: Turn["from"]; readonly atMs: number; readonly pieces: Uint8Array[] }[] = [];
  #bytes = 0;
  #pieces = 0;
  #lastMs = Number.NEGATIVE_INFINITY;
  #ended: Exchange["ended"] | undefined;
  #changed: (() => void) | undefined;

  constructor(stream: Duplex, options: EarOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#startMs = options.clock.nowMs();
    stream.on("data", this.#take);
    stream.on("end", this.#theyEnded);
    stream.on("close", this.#theyEnded);
    stream.on("error", this.#failed);
    options.signal.addEventListener("abort", this.#abort, { once: true });
    if (options.signal.aborted) this.#end("limit");
  }

  /** Why the conversation is over; undefined: it goes on. */
  get ended(): Exchange["ended"] | undefined {
    return this.#ended;
  }

  say(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#turns.push({ from: "us", atMs: this.#sinceMs(), pieces: [bytes] });
    this.#stream.write(bytes);
  }

  /** Listens until `quietMs` passed without a byte after the first, or `uptoMs` in all, or the end; says why it stopped. */
  async hear(uptoMs: number, quietMs: number): Promise<Exchange["ended"]> {
    const { clock } = this.#options;
    const endMs = clock.nowMs() + uptoMs;
    const before = this.#bytes;
    while (this.#ended === undefined) {
      const now = clock.nowMs();
      const hasHeard = this.#bytes > before;
      const quietAtMs = hasHeard ? this.#lastMs + quietMs : Number.POSITIVE_INFINITY;
      if (now >= quietAtMs) return "us";
      if (now >= endMs) return hasHeard ? "limit" : "silence";
      await this.#change(Math.min(quietAtMs, endMs) - now);
    }
    return this.#ended;
  }

  /** All that they said so far. */
  heard(): Uint8Array {
    return Buffer.concat(this.#turns.filter(({ from }) => from === "them").flatMap(({ pieces }) => pieces));
  }

  turns(): readonly Turn[] {
    return this.#turns.map(({ from, atMs, pieces }) => ({ from, atMs, bytes: Uint8Array.from(Buffer.concat(pieces)) }));
  }

  /** Waits until what we said left us, or half a second, or the end. */
  async flushed(): Promise<void> {
    const endMs = this.#options.clock.nowMs() + FLUSH_MS;
    const leftMs = () => endMs - this.#options.clock.nowMs();
    this.#stream.once("drain", this.#wake);
    while (this.#ended === undefined && this.#stream.writableLength > 0 && leftMs() > 0) await this.#change(Math.min(20, leftMs()));
    this.#stream.off("drain", this.#wake);
  }

  /** Stops listening. */
  leave(): void {
    this.#stream.off("data", this.#take).off("end", this.#theyEnded).off("close", this.#theyEnded).off("error", this.#failed);
    // An error may still come while the connection is taken down.
    this.#stream.on("error", this.#wake);
    this.#options.signal.removeEventListener("abort", this.#abort);
  }

  /** Resolves at the next event, or after `ms`. */
  #change(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(Math.max(0, Math.ceil(ms)), () => this.#wake());
      this.#changed = () => {
        cancel();
        resolve();
      };
    });
  }

  readonly #wake = (): void => {
    const changed = this.#changed;
    this.#changed = undefined;
    changed?.();
  };

  readonly #take = (chunk: Buffer): void => {
    if (this.#ended !== undefined) return;
    const kept = chunk.subarray(0, this.#options.maxBytes - this.#bytes);
    this.#keep(Uint8Array.from(kept));
    if (this.#bytes >= this.#options.maxBytes || this.#pieces >= MOST_PIECES) this.#end("limit");
    else this.#wake();
  };

  #keep(bytes: Uint8Array): void {
    const atMs = this.#sinceMs();
    const last = this.#turns.at(-1);
    const isSoon = !this.#options.isDatagram && atMs + this.#startMs - this.#lastMs < SAME_TURN_MS;
    if (last?.from === "them" && (isSoon || this.#turns.length >= MOST_TURNS)) last.pieces.push(bytes);
    else this.#turns.push({ from: "them", atMs, pieces: [bytes] });
    this.#bytes += bytes.length;
    this.#pieces += 1;
    this.#lastMs = atMs + this.#startMs;
  }

  readonly #theyEnded = (): void => this.#end("them");

  readonly #failed = (error: Error): void => this.#end(("code" in error ? ENDS[String(error.code)] : undefined) ?? "them");

  readonly #abort = (): void => this.#end("limit");

  #end(why: Exchange["ended"]): void {
    this.#ended ??= why;
    if (why === "limit") this.#stream.destroy();
    this.#wake();
  }

  #sinceMs(): number {
    return this.#options.clock.nowMs() - this.#startMs;
  }
}

const MOST_TURNS = 200;
const MOST_PIECES = 4_096;
/** Pieces that come closer together are one turn. */
const SAME_TURN_MS = 3;
const FLUSH_MS = 500;
const ENDS: Readonly<Record<string, Exchange["ended"]>> = {
  ECONNRESET: "reset",
  EPIPE: "reset",
  ECONNABORTED: "reset",
  // Of datagrams: an ICMP message said so.
  ECONNREFUSED: "refused",
  EHOSTUNREACH: "refused",
};
