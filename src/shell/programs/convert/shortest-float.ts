/** The shortest decimal of %g that reads back as the same number (gnulib ftoastr). */
export function shortestFloat(value: number, single: boolean): string {
  const special = specialNumber(value);
  if (special !== undefined) return special;
  const digits = shortestDigits(value, single);
  const [mantissa = "", power = "0"] = digits.split("e");
  const size = Number(power);
  const precision = mantissa.replace(/[-.]/g, "").length;
  if (size < -4 || size >= Math.max(precision, single ? 6 : 15))
    return `${mantissa}e${size < 0 ? "-" : "+"}${String(Math.abs(size)).padStart(2, "0")}`;
  return plain(value, Math.max(0, precision - 1 - size));
}

function specialNumber(value: number): string | undefined {
  if (Number.isNaN(value)) return "nan";
  const size = value === 0 ? "0" : Number.isFinite(value) ? undefined : "inf";
  return size === undefined ? undefined : `${value < 0 || Object.is(value, -0) ? "-" : ""}${size}`;
}

function shortestDigits(value: number, single: boolean): string {
  if (!single) return value.toExponential();
  for (let places = 0; places < 9; places += 1) {
    const text = value.toExponential(places);
    if (Math.fround(Number(text)) === value) return text;
  }
  return value.toExponential(8);
}

function plain(value: number, places: number): string {
  return value.toFixed(Math.min(100, places));
}
