/** Sizes as GNU programs read and show them. */

const POWERS = "KMGTPEZY";

/** `10`, `4K`, `1MB`, `2MiB`, and `512b`, `1w`, `1c` where `blocks`: bytes; undefined when it is none. */
export function parseSize(text: string, blocks = false): number | undefined {
  const [, digits, suffix = ""] = /^(\d+)([A-Za-z]*)$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const factor = suffixFactor(suffix, blocks);
  return factor === undefined ? undefined : Number(digits) * factor;
}

function suffixFactor(suffix: string, blocks: boolean): number | undefined {
  if (suffix === "") return 1;
  if (blocks && suffix === "c") return 1;
  if (blocks && suffix === "w") return 2;
  if (suffix === "b") return 512;
  const [, letter = "", tail] = /^([kKmMgGtTpPeEzZyY])(iB|B|)$/.exec(suffix) ?? [];
  if (letter === "") return undefined;
  return (tail === "B" ? 1000 : 1024) ** (POWERS.indexOf(letter.toUpperCase()) + 1);
}

/** As `-h` shows: 532, 1.1K, 12K, 3.4M: rounded up, one decimal below ten. */
export function humanSize(bytes: number, base: 1024 | 1000 = 1024): string {
  if (bytes < base) return String(bytes);
  let power = 0;
  let amount = bytes;
  while (amount >= base && power < POWERS.length) {
    amount /= base;
    power += 1;
  }
  const tenths = Math.ceil(amount * 10 - 1e-9);
  if (tenths < 100) return `${(tenths / 10).toFixed(1)}${unit(power, base)}`;
  const whole = Math.ceil(amount - 1e-9);
  return whole >= base ? `1.0${unit(power + 1, base)}` : `${whole}${unit(power, base)}`;
}

function unit(power: number, base: number): string {
  const letter = POWERS.charAt(power - 1);
  return base === 1000 && letter === "K" ? "k" : letter;
}
