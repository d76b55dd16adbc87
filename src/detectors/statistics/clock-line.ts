/**
 * The line through what a clock showed: its rate and its offset against ours. The slope is Theil and Sen's (the median of all pairwise
 * slopes), which a few late answers do not move.
 */
export interface ClockLine {
  /** Units of the clock in a millisecond of ours. */
  readonly rate: number;
  /** What it showed when ours was zero. */
  readonly offset: number;
  /** Largest distance of a sample from the line, in the clock's units. */
  readonly residual: number;
}

/** Undefined: fewer than four samples, or all at one moment. */
export function clockLine(samples: readonly { readonly atMs: number; readonly shows: number }[]): ClockLine | undefined {
  const used = thinned(samples);
  const slopes = used.flatMap((one, index) =>
    used
      .slice(index + 1)
      .filter(({ atMs }) => atMs !== one.atMs)
      .map((other) => (other.shows - one.shows) / (other.atMs - one.atMs)),
  );
  if (used.length < 4 || slopes.length === 0) return undefined;
  const rate = middle(slopes);
  const offset = middle(used.map(({ atMs, shows }) => shows - rate * atMs));
  return { rate, offset, residual: Math.max(...used.map(({ atMs, shows }) => Math.abs(shows - rate * atMs - offset))) };
}

/** Two clocks' difference of rate, in parts per million. */
export function skewPpm(one: ClockLine, other: ClockLine): number {
  return other.rate === 0 ? Number.POSITIVE_INFINITY : (one.rate / other.rate - 1) * 1e6;
}

/** At most 200 samples, evenly taken, so that all pairs stay few. */
function thinned<T>(samples: readonly T[]): readonly T[] {
  const step = Math.ceil(samples.length / 200);
  return step <= 1 ? samples : samples.filter((_, index) => index % step === 0);
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
