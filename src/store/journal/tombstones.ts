import { existsSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { signTombstone, type Tombstone } from "./head.ts";
import { parseRecord, recordJson, wholeLines } from "./record.ts";
import { type EventSeries, errorCode, listSegments, segmentPath } from "./segment.ts";
import { readSegmentEdges } from "./segment-edges.ts";
import type { SeriesWriter } from "./series-writer.ts";
import { type SigningKey, syncFolder } from "./signing-key.ts";

/**
 * Drops whole segments, oldest first, and leaves a signed and chained tombstone for each in a series that is never dropped.
 * The tombstone is durable before the file goes; a crash between the two is mended at the next start.
 */
export class Tombstones {
  readonly #options: TombstoneOptions;

  constructor(options: TombstoneOptions) {
    this.#options = options;
    for (const { series, base } of readTombstones(this.#folder("tombstones"))) this.#remove(series, base);
    this.#reserve();
  }

  /** Drops one full segment. */
  async drop(series: EventSeries, base: number, reason: string): Promise<Tombstone> {
    const tombstone = this.#describe({ series, base, reason });
    await this.#write(JSON.stringify(tombstone));
    this.#remove(series, base);
    this.#reserve();
    return tombstone;
  }

  #describe(dropped: { readonly series: EventSeries; readonly base: number; readonly reason: string }): Tombstone {
    const folder = this.#folder(dropped.series);
    const { bytes, start, head } = readSegmentEdges(segmentPath(folder, dropped.base));
    const end = dropped.base + bytes;
    // What the next segment is chained to is this one's last hash: true even where this one was altered.
    const hash = readSegmentEdges(segmentPath(folder, end)).start?.previous ?? "";
    const time = new Date(this.#options.now()).toISOString();
    const held = { events: head?.events ?? 0, first: head?.first ?? "", last: head?.last ?? "" };
    return signTombstone({ ...dropped, end, hash, previous: start?.previous ?? "", ...held, time }, this.#options.key);
  }

  // On a full disk there is no room for the note that makes room: that is what the reserve is for.
  async #write(json: string): Promise<void> {
    const frame = this.#options.writer.frame([{ kind: "tombstone", json }]);
    try {
      await this.#options.writer.write(frame);
    } catch (error) {
      if (errorCode(error) !== "ENOSPC" || !existsSync(this.#reservePath)) throw error;
      unlinkSync(this.#reservePath);
      await this.#options.writer.write(frame);
    }
  }

  #remove(series: string, base: number): void {
    const path = segmentPath(this.#folder(series), base);
    if (!existsSync(path)) return;
    unlinkSync(path);
    syncFolder(this.#folder(series));
  }

  #reserve(): void {
    if (existsSync(this.#reservePath)) return;
    try {
      writeFileSync(this.#reservePath, Buffer.alloc(RESERVE_BYTES, 0x20), { mode: 0o600 });
    } catch (error) {
      if (errorCode(error) !== "ENOSPC") throw error;
    }
  }

  get #reservePath(): string {
    return join(this.#options.folder, "reserve");
  }

  #folder(series: string): string {
    return join(this.#options.folder, series);
  }
}

export interface TombstoneOptions {
  /** The journal's folder. */
  readonly folder: string;
  readonly writer: SeriesWriter;
  readonly key: SigningKey;
  now(): number;
}

/** All tombstones in a series' folder, oldest first. */
export function readTombstones(folder: string): Tombstone[] {
  return listSegments(folder).flatMap((base) =>
    [...wholeLines(readFileSync(segmentPath(folder, base)))].flatMap(({ bytes }) => tombstoneIn(bytes)),
  );
}

function tombstoneIn(line: Buffer): Tombstone[] {
  const record = parseRecord(line);
  return record?.kind === "tombstone" ? [JSON.parse(recordJson(record))] : [];
}

const RESERVE_BYTES = 65_536;
