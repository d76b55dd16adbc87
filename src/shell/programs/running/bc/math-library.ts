import { type Decimal, divide, multiply, negate, rescale, whole } from "./decimal.ts";

/** bc -l: s, c, a, l, e by their series in fixed point, with digits to spare that are cut off at the end. */
const SPARE_DIGITS = 12;

type Fixed = { readonly one: bigint; readonly scale: number };

export const MATH_FUNCTIONS: Readonly<Record<string, (value: Decimal, scale: number) => Decimal>> = {
  s: (value, scale) => finish(sine(reduced(value, scale), fixed(value, scale)), value, scale),
  c: (value, scale) => {
    const how = fixed(value, scale);
    return finish(sine(reduced(value, scale) + halfPi(how), how), value, scale);
  },
  a: (value, scale) => finish(arctangent(toFixed(value, fixed(value, scale)), fixed(value, scale)), value, scale),
  e: exponential,
  l: logarithm,
};

function fixed(value: Decimal, scale: number): Fixed {
  const digits = Math.max(scale, value.scale) + SPARE_DIGITS + Math.max(0, value.units.toString().length - value.scale);
  return { one: 10n ** BigInt(digits), scale: digits };
}

function toFixed(value: Decimal, how: Fixed): bigint {
  return rescale(value, how.scale).units;
}

function finish(units: bigint, value: Decimal, scale: number): Decimal {
  return rescale({ units, scale: fixed(value, scale).scale }, scale);
}

/** Between -pi and pi. */
function reduced(value: Decimal, scale: number): bigint {
  const how = fixed(value, scale);
  const turn = 4n * halfPi(how);
  const rest = toFixed(value, how) % turn;
  return rest > turn / 2n ? rest - turn : rest < -turn / 2n ? rest + turn : rest;
}

function halfPi(how: Fixed): bigint {
  return 2n * (4n * arctangent(how.one / 5n, how) - arctangent(how.one / 239n, how));
}

function sine(angle: bigint, { one }: Fixed): bigint {
  let sum = 0n;
  let term = angle;
  for (let step = 1n; term !== 0n; step += 2n) {
    sum += term;
    term = (((-term * angle) / one) * angle) / one / ((step + 1n) * (step + 2n));
  }
  return sum;
}

/** Halves the argument until its series is short: a(x) = 2 a(x / (1 + sqrt(1 + x^2))). */
function arctangent(value: bigint, how: Fixed): bigint {
  const { one } = how;
  let x = value;
  let times = 1n;
  while (x > one / 5n || x < -one / 5n) {
    x = (x * one) / (one + root(one * one + x * x));
    times *= 2n;
  }
  let sum = 0n;
  let power = x;
  for (let step = 1n; power !== 0n; step += 2n) {
    sum += power / step;
    power = (((-power * x) / one) * x) / one;
  }
  return sum * times;
}

function root(value: bigint): bigint {
  let guess = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (let next = (guess + value / guess) >> 1n; next < guess; next = (guess + value / guess) >> 1n) guess = next;
  return guess;
}

/** Larger ones would take more digits than anyone reads. */
const MAX_EXPONENT = 20_000;

function exponential(value: Decimal, scale: number): Decimal {
  const size = Number(rescale(value, 0).units);
  if (Math.abs(size) > MAX_EXPONENT) return size < 0 ? { units: 0n, scale } : whole(0);
  const negative = value.units < 0n;
  const how = fixed({ ...value, scale: value.scale + Math.ceil(Math.abs(size) / 2) }, scale + Math.ceil(Math.abs(size) / 2));
  const positive = { units: series(toFixed(negative ? negate(value) : value, how), how), scale: how.scale };
  return negative ? divide(whole(1), positive, scale) : rescale(positive, scale);
}

/** The argument is halved, and the result squared as often. */
function series(x: bigint, { one }: Fixed): bigint {
  let halvings = 0;
  let small = x;
  for (; small > one; halvings += 1) small /= 2n;
  let sum = 0n;
  let term = one;
  for (let step = 1n; term !== 0n; step += 1n) {
    sum += term;
    term = (term * small) / one / step;
  }
  for (; halvings > 0; halvings -= 1) sum = (sum * sum) / one;
  return sum;
}

/** Roots until the value is near 1, then 2 artanh((x-1)/(x+1)). */
function logarithm(value: Decimal, scale: number): Decimal {
  if (value.units <= 0n) return rescale(negate(divide(multiply(whole(10), whole(10n ** BigInt(scale)), 0), whole(1), 0)), 0);
  const how = fixed(value, scale);
  const { one } = how;
  let x = toFixed(value, how);
  let times = 2n;
  while (x > (one * 11n) / 10n || x < (one * 9n) / 10n) {
    x = root(x * one);
    times *= 2n;
  }
  const ratio = ((x - one) * one) / (x + one);
  let sum = 0n;
  let power = ratio;
  for (let step = 1n; power !== 0n; step += 2n) {
    sum += power / step;
    power = (((power * ratio) / one) * ratio) / one;
  }
  return finish(sum * times, value, scale);
}
