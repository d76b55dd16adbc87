import type { Tombstone } from "./journal/head.ts";
import type { Journal } from "./journal/journal.ts";
import { EVENT_SERIES, type EventSeries } from "./journal/segment.ts";
import { readSegmentEdges } from "./journal/segment-edges.ts";

/**
 * Decides what is kept how long: by age and by size for each class of kinds. Only whole segments go, the oldest first, and each leaves
 * its tombstone with the rule that took it.
 */
export interface KeepRule {
  readonly maxAgeDays: number;
  readonly maxBytes: number;
}

export type Retention = Readonly<Record<EventSeries, KeepRule>>;

export const DEFAULT_RETENTION: Retention = {
  evidence: { maxAgeDays: 365, maxBytes: 21_474_836_480 },
  traffic: { maxAgeDays: 30, maxBytes: 5_368_709_120 },
  health: { maxAgeDays: 30, maxBytes: 268_435_456 },
};

/** Drops what the rules no longer keep; returns the tombstones. */
export async function applyRetention(journal: Journal, retention: Retention, nowMs: number): Promise<Tombstone[]> {
  const tombstones: Tombstone[] = [];
  for (const series of EVENT_SERIES) {
    for (let reason = reasonToDrop(journal, series, { rule: retention[series], nowMs }); reason !== undefined; ) {
      const tombstone = await journal.dropOldest(series, reason);
      if (tombstone === undefined) break;
      tombstones.push(tombstone);
      reason = reasonToDrop(journal, series, { rule: retention[series], nowMs });
    }
  }
  return tombstones;
}

function reasonToDrop(journal: Journal, series: EventSeries, by: { readonly rule: KeepRule; readonly nowMs: number }): string | undefined {
  const { rule, nowMs } = by;
  const oldest = journal.closedSegments(series)[0];
  if (oldest === undefined) return undefined;
  if (journal.ends[series] - oldest > rule.maxBytes) return `${series}: more than ${rule.maxBytes} bytes`;
  const { head } = readSegmentEdges(journal.segmentPath(series, oldest));
  const lastMs = Date.parse(head?.last || head?.time || "");
  return lastMs < nowMs - rule.maxAgeDays * DAY_MS ? `${series}: older than ${rule.maxAgeDays} days` : undefined;
}

const DAY_MS = 86_400_000;
