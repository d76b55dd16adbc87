/** Does `work` for every item, in order, at most `lanes` at the same time; ends when all are done. */
export async function inLanes<T>(items: readonly T[], lanes: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items[Symbol.iterator]();
  const lane = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
}

/** The same items in an order that `seed` decides. */
export function shuffled<T>(items: readonly T[], seed: number): readonly T[] {
  const next = drawing(seed);
  return items
    .map((item) => ({ item, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** Marsaglia's xorshift, 32 bits: enough for an order. */
function drawing(seed: number): () => number {
  let state = (seed | 0) ^ 0x9e37_79b9 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
