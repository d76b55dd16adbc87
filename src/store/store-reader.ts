import { existsSync } from "node:fs";
import { join } from "node:path";
import { CaughtUpReader } from "./index/caught-up-reader.ts";
import type { HeadExport } from "./journal/journal.ts";
import { type VerifyReport, verifyJournal } from "./journal/verify-journal.ts";
import type { Frame } from "./recordings/frame.ts";
import { readRecording, recordedTerminals } from "./recordings/recordings.ts";
import { type StoreFolders, storeFolders } from "./store-folders.ts";

/**
 * A store as another process reads it, whether the sensor runs or not: nothing in it is changed. Made for one command: what comes
 * after `questions` was first asked for is not seen.
 */
export class StoreReader {
  readonly #folders: StoreFolders;
  #questions: CaughtUpReader | undefined;

  constructor(folder: string) {
    this.#folders = storeFolders(folder);
  }

  /** Whether a sensor ever kept anything here. */
  get exists(): boolean {
    return existsSync(this.#folders.journal);
  }

  /** Events, visits, files and counts, including what the index has not yet. */
  get questions(): CaughtUpReader {
    this.#questions ??= new CaughtUpReader(this.#folders);
    return this.#questions;
  }

  /** Numbers of the terminals of a visit that were recorded. */
  terminals(session: string): number[] {
    return recordedTerminals(this.#folders.recordings, session);
  }

  /** A recording, moment by moment; undefined if there is none. */
  recording(session: string, terminal: number): Generator<Frame> | undefined {
    return readRecording(this.#folders.recordings, session, terminal);
  }

  /** Where a captured file lies; undefined if it does not. */
  filePath(sha256: string): string | undefined {
    if (!/^[0-9a-f]{64}$/.test(sha256)) return undefined;
    const path = join(this.#folders.quarantine, sha256.slice(0, 2), sha256);
    return existsSync(path) ? path : undefined;
  }

  /** @param trusted heads that were exported earlier and kept elsewhere. */
  verify(trusted?: HeadExport): VerifyReport {
    return verifyJournal(this.#folders.journal, trusted);
  }

  close(): void {
    this.#questions?.close();
  }
}
