/** bc's numbers: a whole number of units of 10^-scale. Every operation cuts off, none rounds. */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

export const ZERO: Decimal = { units: 0n, scale: 0 };
export const ONE: Decimal = { units: 1n, scale: 0 };

export function whole(value: number | bigint): Decimal {
  return { units: BigInt(value), scale: 0 };
}

export function rescale(value: Decimal, scale: number): Decimal {
  if (scale === value.scale) return value;
  if (scale > value.scale) return { units: value.units * 10n ** BigInt(scale - value.scale), scale };
  return { units: value.units / 10n ** BigInt(value.scale - scale), scale };
}

export function add(one: Decimal, other: Decimal): Decimal {
  const scale = Math.max(one.scale, other.scale);
  return { units: rescale(one, scale).units + rescale(other, scale).units, scale };
}

export function negate(value: Decimal): Decimal {
  return { units: -value.units, scale: value.scale };
}

export function multiply(one: Decimal, other: Decimal, scale: number): Decimal {
  const exact = { units: one.units * other.units, scale: one.scale + other.scale };
  return rescale(exact, Math.min(exact.scale, Math.max(scale, one.scale, other.scale)));
}

export function divide(one: Decimal, other: Decimal, scale: number): Decimal {
  const shift = scale + other.scale - one.scale;
  const units = shift >= 0 ? one.units * 10n ** BigInt(shift) : one.units / 10n ** BigInt(-shift);
  return { units: units / other.units, scale };
}

export function modulo(one: Decimal, other: Decimal, scale: number): Decimal {
  const wide = Math.max(one.scale, other.scale + scale);
  const quotient = divide(one, other, scale);
  return rescale(add(one, negate(multiply(quotient, other, wide))), wide);
}

/** The exponent is whole. */
export function power(base: Decimal, exponent: bigint, scale: number): Decimal {
  const size = exponent < 0n ? -exponent : exponent;
  const exact = { units: base.units ** size, scale: base.scale * Number(size) };
  if (exponent < 0n) return divide(ONE, exact, scale);
  return rescale(exact, Math.min(exact.scale, Math.max(scale, base.scale)));
}

/** Undefined for a negative value. */
export function squareRoot(value: Decimal, scale: number): Decimal | undefined {
  if (value.units < 0n) return undefined;
  const result = Math.max(scale, value.scale);
  return { units: integerRoot(rescale(value, result * 2).units), scale: result };
}

function integerRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (let next = (root + value / root) >> 1n; next < root; next = (root + value / root) >> 1n) root = next;
  return root;
}

export function compare(one: Decimal, other: Decimal): number {
  const scale = Math.max(one.scale, other.scale);
  const [left, right] = [rescale(one, scale).units, rescale(other, scale).units];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** How many digits it has, leading zeros of a fraction left out. */
export function digitCount({ units, scale }: Decimal): number {
  const text = (units < 0n ? -units : units).toString();
  return Math.max(text === "0" ? 1 : text.length, scale);
}

/** Digits in base `ibase`; a single digit is itself even when the base is smaller. */
export function parseDecimal(text: string, ibase: number): Decimal {
  const [before = "", after = ""] = text.split(".");
  if (ibase === 10 && !/[A-F]/.test(text)) return { units: BigInt(before + after || "0"), scale: after.length };
  const most = text.length === 1 ? 15 : ibase - 1;
  const value = (digit: string) => BigInt(Math.min(Number.parseInt(digit, 16), most));
  const units = Array.from(before + after).reduce((sum, digit) => sum * BigInt(ibase) + value(digit), 0n);
  return divide(whole(units), whole(BigInt(ibase) ** BigInt(after.length)), after.length);
}

const DIGITS = "0123456789ABCDEF";

/** In base `obase`; above 16 each digit is a decimal number behind a blank. */
export function showDecimal({ units, scale }: Decimal, obase: number): string {
  const sign = units < 0n ? "-" : "";
  const size = units < 0n ? -units : units;
  const unit = 10n ** BigInt(scale);
  const fraction = size % unit;
  const integer = size / unit;
  if (obase === 10) return decimalText({ sign, integer, fraction, scale });
  const width = String(obase - 1).length;
  const digit = (value: bigint) => (obase <= 16 ? DIGITS.charAt(Number(value)) : ` ${String(value).padStart(width, "0")}`);
  const before = integerDigits(integer, BigInt(obase)).map(digit).join("");
  const after = fractionDigits({ fraction, unit }, BigInt(obase)).map(digit).join("");
  return `${sign}${before === "" && after === "" ? "0" : before}${after === "" ? "" : `.${after}`}`;
}

function decimalText(value: { sign: string; integer: bigint; fraction: bigint; scale: number }): string {
  const { sign, integer, fraction, scale } = value;
  if (integer === 0n && fraction === 0n) return "0";
  const before = integer === 0n ? "" : integer.toString();
  return `${sign}${before}${scale === 0 ? "" : `.${fraction.toString().padStart(scale, "0")}`}`;
}

function integerDigits(value: bigint, base: bigint): bigint[] {
  const digits: bigint[] = [];
  for (let rest = value; rest > 0n; rest /= base) digits.unshift(rest % base);
  return digits;
}

/** As many as say as much as the decimal ones. */
function fractionDigits(value: { fraction: bigint; unit: bigint }, base: bigint): bigint[] {
  const digits: bigint[] = [];
  let rest = value.fraction;
  for (let precision = 1n; precision < value.unit; precision *= base) {
    rest *= base;
    digits.push(rest / value.unit);
    rest %= value.unit;
  }
  return digits;
}
