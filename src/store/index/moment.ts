/**
 * An event's place in time as a number that SQLite and JavaScript both hold exactly: 40 bits of milliseconds since 2020 and the
 * 12-bit counter of its UUIDv7. One generator never gives the same number twice; between two generators the next free number is taken.
 */
export function momentOf(uuid: string): number {
  const ms = Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
  return momentOfMs(ms) + Number.parseInt(uuid.slice(15, 18), 16);
}

/** The first moment of a millisecond. */
export function momentOfMs(ms: number): number {
  const since = Math.trunc(ms) - EPOCH_MS;
  return Math.min(Math.max(since, 0), MAX_MS) * COUNTS;
}

const EPOCH_MS = Date.UTC(2020, 0);
const COUNTS = 4_096;
// So that a moment and a few steps beyond stay below 2^53.
const MAX_MS = 2 ** 40;
