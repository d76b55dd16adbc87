import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { Event } from "../../src/events/event.ts";
import type { Keep, KeptFile, KeptRecording, KeptVisit, TerminalMoment } from "../../src/host/keep.ts";

/** Keeps in memory what a store would keep on disk, so that a test can look at it. */
export class MemoryKeep implements Keep {
  readonly events: Event[] = [];
  /** Contents of captured files by SHA-256. */
  readonly files = new Map<string, Buffer>();
  readonly recordings = new Map<string, TerminalMoment[]>();
  #isBehind = false;
  #waiting: (() => void)[] = [];

  event(event: Event): void {
    this.events.push(event);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  isBehind(): boolean {
    return this.#isBehind;
  }

  setBehind(isBehind: boolean): void {
    this.#isBehind = isBehind;
  }

  file(): KeptFile {
    const pieces: Buffer[] = [];
    return {
      write: (bytes) => {
        pieces.push(Buffer.from(bytes));
      },
      close: () => {
        const whole = Buffer.concat(pieces);
        const sha256 = createHash("sha256").update(whole).digest("hex");
        const duplicate = this.files.has(sha256);
        this.files.set(sha256, whole);
        return Promise.resolve({ sha256, size: whole.length, truncated: false, duplicate });
      },
    };
  }

  terminal(visit: KeptVisit, moment: TerminalMoment): void {
    const moments = this.recordings.get(visit.id) ?? [];
    moments.push(moment);
    this.recordings.set(visit.id, moments);
  }

  closeTerminals(visit: KeptVisit): Promise<readonly KeptRecording[]> {
    const moments = this.recordings.get(visit.id) ?? [];
    const terminals = [...new Set(moments.map((moment) => moment.terminal))];
    return Promise.resolve(terminals.map((terminal) => recordingOf(terminal, moments)));
  }

  /** Waits for an event for which `matches` is true, also among those that came before. */
  async waitFor(matches: (event: Event) => boolean, withinMs = 10_000): Promise<Event> {
    const giveUp = AbortSignal.timeout(withinMs);
    for (let from = 0, seen = 0; ; from = seen) {
      seen = this.events.length;
      const found = this.events.slice(from).find(matches);
      if (found !== undefined) return found;
      if (giveUp.aborted)
        throw new Error(`no such event in ${withinMs} ms; there are: ${this.events.map((event) => event.kind).join(" ")}`);
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        giveUp.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }
}

function recordingOf(terminal: number, moments: readonly TerminalMoment[]): KeptRecording {
  const own = moments.filter((moment) => moment.terminal === terminal);
  const bytes = own.reduce((sum, moment) => sum + (moment.way === "size" ? 0 : moment.bytes.length), 0);
  return { terminal, durationMs: own.at(-1)?.atMs ?? 0, bytes, truncated: false };
}
