/**
 * Are the values of one sample larger than those of another? The Wilcoxon-Mann-Whitney rank-sum test, with ties and the normal
 * approximation. Round-trip times are skewed and full of outliers, so ranks decide better than means (Student's t, which older detectors
 * use, takes one late packet for a slow host).
 */
export interface Shift {
  /** Standard normal deviate: above 0 when `larger` tends to be larger. */
  readonly z: number;
  /** One-sided probability to see this when there is no shift. */
  readonly p: number;
  /** Difference of the medians, in the samples' unit. */
  readonly medianShift: number;
}

/** Undefined: too few samples (fewer than eight of one) to say anything. */
export function rankSum(smaller: readonly number[], larger: readonly number[]): Shift | undefined {
  if (smaller.length < LEAST || larger.length < LEAST) return undefined;
  const { ranks, ties } = ranked([...smaller, ...larger]);
  const rankOfLarger = ranks.slice(smaller.length).reduce((sum, rank) => sum + rank, 0);
  const [m, n] = [smaller.length, larger.length];
  const total = m + n;
  const mean = (n * (total + 1)) / 2;
  const variance = ((m * n) / 12) * (total + 1 - ties / (total * (total - 1)));
  const z = variance === 0 ? 0 : (rankOfLarger - mean) / Math.sqrt(variance);
  return { z, p: upperTail(z), medianShift: median(larger) - median(smaller) };
}

const LEAST = 8;

/**
 * How many samples each side needs so that a shift of `shift` is found with the given error and power, when single values scatter by
 * `deviation` (Noether 1987, through the probability that one value exceeds the other under normal scatter).
 */
export function samplesNeeded({
  shift,
  deviation,
  error = 0.01,
  power = 0.9,
}: {
  readonly shift: number;
  readonly deviation: number;
  readonly error?: number;
  readonly power?: number;
}): number {
  if (shift <= 0) return Number.POSITIVE_INFINITY;
  if (deviation <= 0) return LEAST;
  const exceeds = 1 - upperTail(shift / (deviation * Math.SQRT2));
  const deviates = normalQuantile(1 - error) + normalQuantile(power);
  return Math.max(LEAST, Math.ceil(deviates ** 2 / (6 * (exceeds - 0.5) ** 2)));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Scatter that outliers do not move: the interquartile range, scaled to a standard deviation. */
export function scatter(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
  return (at(0.75) - at(0.25)) / 1.349;
}

/** Mean ranks from 1 on; `ties` is the sum of t³ - t over all groups of equal values. */
function ranked(values: readonly number[]): { readonly ranks: readonly number[]; readonly ties: number } {
  const order = values.map((value, index) => ({ value, index })).sort((one, other) => one.value - other.value);
  const ranks: number[] = new Array(values.length).fill(0);
  let ties = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && order[end]?.value === order[start]?.value) end++;
    for (const { index } of order.slice(start, end)) ranks[index] = (start + 1 + end) / 2;
    ties += (end - start) ** 3 - (end - start);
    start = end;
  }
  return { ranks, ties };
}

/** P(Z > z) of the standard normal distribution (Abramowitz and Stegun 26.2.17, error below 8e-8). */
export function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}

/** The z with P(Z <= z) = p, by bisection. */
export function normalQuantile(p: number): number {
  let [low, high] = [-10, 10];
  for (let step = 0; step < 80; step++) {
    const middle = (low + high) / 2;
    if (1 - upperTail(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
