/**
 * Optimal code lengths under a limit, by package-merge (Larmore and Hirschberg, 1990).
 *
 * A symbol is a coin in each of `maxBits` denominations; its weight is how often it occurs. From the smallest
 * denomination up, coins are paired into packages that join the coins of the next one. The 2n-2 lightest items of the
 * last denomination make the code: a symbol's length is the number of its coins among them.
 *
 * The code is always complete: where fewer than two symbols occur, others get a one-bit code too, since some decoders
 * refuse incomplete codes. So `counts` must have at least two entries.
 */
export function codeLengths(counts: Uint32Array, maxBits: number): Uint8Array {
  const symbols = usedSymbols(counts);
  const weights = symbols.map((symbol) => counts[symbol] ?? 0);
  const rows = packageRows(weights, maxBits);
  const lengths = new Uint8Array(counts.length);
  let wanted = 2 * symbols.length - 2;
  for (const row of rows.reverse()) {
    let coins = 0;
    for (let item = 0; item < wanted; item++) if (row.isCoin[item] === 1) coins++;
    for (const symbol of symbols.slice(0, coins)) lengths[symbol] = (lengths[symbol] ?? 0) + 1;
    wanted = 2 * (wanted - coins);
  }
  return lengths;
}

/** The items of one denomination, lightest first. */
interface Row {
  readonly weights: readonly number[];
  readonly isCoin: Uint8Array;
}

/** The symbols that occur, rarest first; at least two. */
function usedSymbols(counts: Uint32Array): number[] {
  const symbols: number[] = [];
  for (let symbol = 0; symbol < counts.length; symbol++) if ((counts[symbol] ?? 0) > 0) symbols.push(symbol);
  for (let symbol = 0; symbols.length < 2; symbol++) if (!symbols.includes(symbol)) symbols.push(symbol);
  return symbols.sort((one, other) => (counts[one] ?? 0) - (counts[other] ?? 0) || one - other);
}

/** One row for each denomination, the smallest first. */
function packageRows(coins: readonly number[], maxBits: number): Row[] {
  const rows: Row[] = [{ weights: coins, isCoin: new Uint8Array(coins.length).fill(1) }];
  for (let bits = 1; bits < maxBits; bits++) {
    const last = rows[bits - 1];
    if (last !== undefined) rows.push(mergeRow(coins, pairUp(last.weights)));
  }
  return rows;
}

function pairUp(weights: readonly number[]): number[] {
  const packages: number[] = [];
  for (let item = 1; item < weights.length; item += 2) packages.push((weights[item - 1] ?? 0) + (weights[item] ?? 0));
  return packages;
}

function mergeRow(coins: readonly number[], packages: readonly number[]): Row {
  const size = coins.length + packages.length;
  const weights: number[] = [];
  const isCoin = new Uint8Array(size);
  let coin = 0;
  for (let item = 0; item < size; item++) {
    const coinWeight = coins[coin] ?? Infinity;
    const packageWeight = packages[item - coin] ?? Infinity;
    weights.push(Math.min(coinWeight, packageWeight));
    if (coinWeight > packageWeight) continue;
    isCoin[item] = 1;
    coin += 1;
  }
  return { weights, isCoin };
}
