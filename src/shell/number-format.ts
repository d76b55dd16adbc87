/**
 * How printf's directives write a number: integers of 64 bits and floating point (POSIX XBD 5, File Format Notation). bash's printf,
 * coreutils' printf, awk, seq and hexdump all write numbers through here; what is a number, and what is wrong with one, is theirs to say.
 */
export interface Directive {
  /** Of `-`, `+`, space, `0`, `#`. */
  readonly flags: string;
  /** Characters, not negative. */
  readonly width: number;
  /** Absent or negative: not given. */
  readonly precision: number | undefined;
}

const MAX_INTEGER_PRECISION = 65_536;
/** The most places that the engine's own conversions give. */
const MAX_FLOAT_PRECISION = 100;

/** %s: no more characters than the precision. */
export function cut(text: string, how: Directive): string {
  return text.slice(0, given(how));
}

/** Fills up to the width with blanks. */
export function pad(text: string, { flags, width }: Directive): string {
  return flags.includes("-") ? text.padEnd(width) : text.padStart(width);
}

/** %d %i %u %o %x %X of a 64-bit number. */
export function formatInteger(value: bigint, letter: string, how: Directive): string {
  const signed = letter === "d" || letter === "i";
  const shown = signed || value >= 0n ? value : value + (1n << 64n);
  const radix = { o: 8, x: 16, X: 16 }[letter] ?? 10;
  const { prefix, digits } = alternate(exactDigits((shown < 0n ? -shown : shown).toString(radix), how), letter, how);
  const number = letter === "X" ? digits.toUpperCase() : digits;
  return withSign({ sign: signOf(shown < 0n, signed, how) + prefix, digits: number, zeros: given(how) === undefined }, how);
}

function given({ precision }: Directive): number | undefined {
  return precision === undefined || precision < 0 ? undefined : precision;
}

function exactDigits(digits: string, how: Directive): string {
  const precision = given(how);
  if (precision === undefined) return digits;
  return precision === 0 && digits === "0" ? "" : digits.padStart(Math.min(precision, MAX_INTEGER_PRECISION), "0");
}

/** The `#` flag: 0 before octal, 0x before hexadecimal. */
function alternate(digits: string, letter: string, { flags }: Directive): { prefix: string; digits: string } {
  if (!flags.includes("#") || /^0*$/.test(digits)) return { prefix: "", digits };
  if (letter === "o") return { prefix: "", digits: digits.startsWith("0") ? digits : `0${digits}` };
  return { prefix: letter.toLowerCase() === "x" ? `0${letter}` : "", digits };
}

function signOf(negative: boolean, signed: boolean, { flags }: Directive): string {
  if (negative) return "-";
  if (!signed) return "";
  return flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
}

function withSign(number: { sign: string; digits: string; zeros: boolean }, how: Directive): string {
  const { sign, digits } = number;
  if (number.zeros && how.flags.includes("0") && !how.flags.includes("-")) return sign + digits.padStart(how.width - sign.length, "0");
  return pad(sign + digits, how);
}

/** %e %f %g and their capitals; %a is written as %g. */
export function formatFloat(value: number, letter: string, how: Directive): string {
  const size = Math.abs(value);
  const negative = value < 0 || Object.is(value, -0);
  const precision = Math.min(given(how) ?? 6, MAX_FLOAT_PRECISION);
  const lower = letter.toLowerCase();
  let digits = Number.isFinite(size)
    ? finiteDigits(size, lower, { precision, alternate: how.flags.includes("#") })
    : Number.isNaN(size)
      ? "nan"
      : "inf";
  if (letter !== lower) digits = digits.toUpperCase();
  return withSign({ sign: signOf(negative, true, how), digits, zeros: Number.isFinite(size) }, how);
}

function finiteDigits(size: number, letter: string, how: { precision: number; alternate: boolean }): string {
  if (letter === "f") return fixedDigits(size, how.precision);
  if (letter === "e") return exponent(size.toExponential(how.precision));
  const precision = how.precision === 0 ? 1 : how.precision;
  const [, power = "0"] = size.toExponential(precision - 1).split("e");
  const scientific = Number(power) < -4 || Number(power) >= precision;
  const places = Math.min(MAX_FLOAT_PRECISION, precision - 1 - Number(power));
  const text = scientific ? exponent(size.toExponential(precision - 1)) : fixedDigits(size, places);
  return how.alternate ? text : text.replace(/\.0+(?=e|$)|(\.\d*?)0+(?=e|$)/, "$1");
}

/** toFixed ends at 1e21. */
function fixedDigits(size: number, places: number): string {
  if (size < 1e21) return size.toFixed(places);
  return BigInt(size).toString() + (places > 0 ? `.${"0".repeat(places)}` : "");
}

function exponent(text: string): string {
  return text.replace(/e([-+])(\d)$/, "e$10$2");
}
