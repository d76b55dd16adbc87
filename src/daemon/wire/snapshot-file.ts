import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { restoreSnapshot, Suspicion, type SuspicionSettings, takeSnapshot } from "../../suspicion/index.ts";
import { parseJson } from "../../wire/parse-json.ts";

/** What is thought of sources, in the state folder: written soon after each change, whole or not at all, so that it survives a kill. */
export class SnapshotFile {
  readonly #path: string;
  readonly #unfinished: string;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #lastTookMs = 0;

  constructor(state: string) {
    this.#path = join(state, "suspicion.json");
    this.#unfinished = `${this.#path}.new`;
  }

  /** A new beginning where there is none, or none that can be read; why, in the second case. */
  read(settings: SuspicionSettings, now: () => number): { readonly suspicion: Suspicion; readonly note?: string } {
    const text = this.#text();
    if (text === undefined) return { suspicion: new Suspicion(settings, now) };
    const suspicion = restoreSnapshot(parseJson(text), settings, now);
    if (suspicion !== undefined) return { suspicion };
    return { suspicion: new Suspicion(settings, now), note: `${this.#path} cannot be read: all sources are unknown again.` };
  }

  /** Writes it in a moment; the larger it is, the more seldom. */
  soon(suspicion: Suspicion): void {
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        this.#writing = this.#writing.then(() => this.#write(suspicion));
      },
      Math.max(SOON_MS, this.#lastTookMs * SHARE),
    ).unref();
  }

  /** Writes it for the last time. */
  async close(suspicion: Suspicion): Promise<void> {
    clearTimeout(this.#timer);
    await this.#writing;
    writeFileSync(this.#unfinished, JSON.stringify(takeSnapshot(suspicion)), MODE);
    renameSync(this.#unfinished, this.#path);
  }

  /** A full disk is told by the journal; what is thought of sources is then kept in memory. */
  async #write(suspicion: Suspicion): Promise<void> {
    const began = performance.now();
    const text = JSON.stringify(takeSnapshot(suspicion));
    await writeFile(this.#unfinished, text, MODE)
      .then(() => rename(this.#unfinished, this.#path))
      .catch((error: unknown) => {
        if (!(error instanceof Error && "code" in error)) throw error;
      });
    this.#lastTookMs = performance.now() - began;
  }

  #text(): string | undefined {
    try {
      return readFileSync(this.#path, "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    }
  }
}

const MODE = { mode: 0o600 } as const;
const SOON_MS = 100;
/** At most so much of the time is spent on writing: one part in this many. */
const SHARE = 20;
