import type { Buffer } from "node:buffer";
import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { explainDamage } from "./explain-damage.ts";
import { type Head, headVerifies, type Tombstone, tombstoneVerifies } from "./head.ts";
import type { HeadExport } from "./journal.ts";
import { chainHash, FIRST_HASH, type JournalRecord, parseRecord, recordJson } from "./record.ts";
import { listSegments, SERIES, type SegmentStart, type Series, segmentName, segmentPath } from "./segment.ts";
import { loadPublicKey, PublicKey } from "./signing-key.ts";
import { readTombstones } from "./tombstones.ts";

/**
 * Shows that a journal is what was written, or where it is not: every checksum, every link of the chain, every signature, and that what
 * is missing was dropped on purpose. Reads only. Without heads that were exported earlier nobody can tell that a journal's newest part
 * was cut off, or that all of it was rewritten with a stolen key: so the report says which of the two it could check.
 */
export function verifyJournal(folder: string, trusted?: HeadExport): VerifyReport {
  const key = trusted === undefined ? loadPublicKey(folder) : new PublicKey(createPublicKey(trusted.publicKey));
  const report: Report = { events: 0, records: 0, segments: 0, heads: 0, problems: [], torn: [] };
  if (key === undefined) report.problems.push({ file: "signing-key.pub.pem", offset: 0, why: "missing: no signature can be checked" });
  const tombstones = readTombstones(join(folder, "tombstones"));
  for (const series of SERIES) {
    const heads = trusted?.heads.filter((head) => head.series === series) ?? [];
    new SeriesCheck({ folder, series, key, report, heads, tombstones: tombstones.filter((stone) => stone.series === series) }).run();
  }
  return report;
}

export interface VerifyReport {
  readonly segments: number;
  readonly records: number;
  readonly events: number;
  /** Exported heads that were found in place. */
  readonly heads: number;
  /** What is wrong, in the order of the series and the bytes; at most a hundred a series. */
  readonly problems: readonly Problem[];
  /** Unfinished records at the ends, as a crash leaves them (or the running sensor, writing now): never acknowledged. */
  readonly torn: readonly Problem[];
}

export interface Problem {
  /** Relative to the journal's folder. */
  readonly file: string;
  readonly offset: number;
  readonly why: string;
}

interface Report extends VerifyReport {
  segments: number;
  records: number;
  events: number;
  heads: number;
  readonly problems: Problem[];
  readonly torn: Problem[];
}

interface SeriesCheckOptions {
  readonly folder: string;
  readonly series: Series;
  readonly key: PublicKey | undefined;
  readonly report: Report;
  readonly heads: readonly Head[];
  readonly tombstones: readonly Tombstone[];
}

class SeriesCheck {
  readonly #options: SeriesCheckOptions;
  readonly #awaited: Map<number, Head>;
  #problems = 0;
  #base = 0;
  /** Hash of the record before; undefined if that is damaged. */
  #hash: string | undefined = FIRST_HASH;
  /** Position of the next byte. */
  #position = 0;

  constructor(options: SeriesCheckOptions) {
    this.#options = options;
    this.#awaited = new Map(options.heads.map((head) => [head.end, head]));
  }

  run(): void {
    this.#checkTombstones();
    const folder = join(this.#options.folder, this.#options.series);
    for (const base of listSegments(folder)) {
      if (base !== this.#position) this.#gap(base);
      this.#base = base;
      this.#checkSegment(readFileSync(segmentPath(folder, base)));
    }
    this.#checkMissingHeads();
  }

  // Dropped segments lie at the beginning, one after the other.
  #checkTombstones(): void {
    const { key, tombstones } = this.#options;
    for (const stone of tombstones) {
      if (key !== undefined && !tombstoneVerifies(stone, key))
        this.#problemAt(stone.base, "the tombstone of this segment is not signed by the sensor");
      if (stone.base !== this.#position) this.#problemAt(this.#position, `missing up to position ${stone.base}, and no tombstone says why`);
      else if (stone.previous !== this.#hash) this.#problemAt(stone.base, "the dropped segment was not chained to the one before it");
      this.#hash = stone.hash;
      this.#position = stone.end;
      this.#dropHeads(stone.end);
    }
  }

  #dropHeads(end: number): void {
    for (const position of [...this.#awaited.keys()]) if (position <= end) this.#awaited.delete(position);
  }

  #gap(base: number): void {
    const why = base > this.#position ? `bytes are missing up to position ${base}` : "two segments overlap";
    this.#problem(Math.max(0, this.#position - this.#base), why);
    this.#position = base;
    this.#hash = undefined;
  }

  #checkSegment(bytes: Buffer): void {
    this.#options.report.segments += 1;
    let at = 0;
    while (at < bytes.length && this.#problems < MAX_PROBLEMS) {
      const end = bytes.indexOf(NEWLINE, at);
      const record = end < 0 ? undefined : parseRecord(bytes.subarray(at, end));
      at = record === undefined ? this.#damage(bytes, at) : this.#checkRecord(record, { at, next: end + 1 });
      this.#position = this.#base + at;
    }
  }

  #damage(bytes: Buffer, at: number): number {
    if (bytes.indexOf(NEWLINE, at) < 0 && parseRecord(bytes.subarray(at, bytes.length - 1)) === undefined) {
      this.#options.report.torn.push({ file: this.#file(), offset: at, why: `${bytes.length - at} bytes of an unfinished record` });
      return bytes.length;
    }
    const { offset, why, next, hash } = explainDamage(bytes, at, this.#hash);
    this.#problem(offset, why);
    this.#hash = hash;
    return next;
  }

  #checkRecord(record: JournalRecord, range: { readonly at: number; readonly next: number }): number {
    this.#options.report.records += 1;
    if (record.kind === "segment") this.#checkStart(record, range.at);
    if (record.kind === "head") this.#checkHead(record, range.at);
    if (record.kind === "event") this.#options.report.events += 1;
    if (this.#hash !== undefined && chainHash(this.#hash, record.content) !== record.hash) {
      this.#problem(range.at, "not chained to the record before: records were removed, inserted or rewritten here");
    }
    this.#hash = record.hash;
    this.#checkAwaited(this.#base + range.next, record.hash, range.at);
    return range.next;
  }

  #checkStart(record: JournalRecord, at: number): void {
    const start: SegmentStart = JSON.parse(recordJson(record));
    const isRight = at === 0 && start.base === this.#base && start.series === this.#options.series;
    if (!isRight) this.#problem(at, "the start of another segment");
    // After a gap this is all that is known of what came before.
    this.#hash ??= start.previous;
    if (this.#hash !== start.previous) this.#problem(at, "not chained to the segment before it");
  }

  #checkHead(record: JournalRecord, at: number): void {
    const head: Head = JSON.parse(recordJson(record));
    const { key, series } = this.#options;
    if (key !== undefined && !headVerifies(head, key)) this.#problem(at, "this head is not signed by the sensor's key");
    const isHere = head.series === series && head.base === this.#base && head.end === this.#base + at;
    if (!isHere || (this.#hash !== undefined && head.hash !== this.#hash)) this.#problem(at, "this head was signed for other records");
  }

  /** Compares with a head that was exported, if there is one for this place. */
  #checkAwaited(position: number, hash: string, at: number): void {
    const head = this.#awaited.get(position);
    if (head === undefined) return;
    this.#awaited.delete(position);
    this.#options.report.heads += 1;
    const { key } = this.#options;
    if (key !== undefined && !headVerifies(head, key)) this.#problem(at, "the exported head for this place is not signed by its key");
    if (head.hash !== hash) this.#problem(at, "what is here, or before, is not what was here when the head was exported");
  }

  #checkMissingHeads(): void {
    for (const position of this.#awaited.keys()) {
      const why = position > this.#position ? "was cut off before it" : "has no record that ends there";
      this.#problemAt(position, `an exported head is for position ${position}, but the journal ${why}`);
    }
  }

  #problemAt(position: number, why: string): void {
    this.#base = position;
    this.#problem(0, why);
  }

  #problem(offset: number, why: string): void {
    this.#problems += 1;
    if (this.#problems <= MAX_PROBLEMS) this.#options.report.problems.push({ file: this.#file(), offset, why });
  }

  #file(): string {
    return `${this.#options.series}/${segmentName(this.#base)}`;
  }
}

const NEWLINE = 0x0a;
const MAX_PROBLEMS = 100;
