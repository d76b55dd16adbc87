/** Orders that ls, sort and others share. */

export function compareBytes(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Versions as strverscmp and sort -V order them: runs of digits as numbers, `~` before everything, letters before other bytes. */
export function compareVersions(one: string, other: string): number {
  const left = one.match(/\d+|\D+/g) ?? [];
  const right = other.match(/\d+|\D+/g) ?? [];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const order = comparePart(left[at] ?? "", right[at] ?? "");
    if (order !== 0) return order;
  }
  return 0;
}

function comparePart(one: string, other: string): number {
  if (/^\d/.test(one) && /^\d/.test(other)) return compareDigits(one, other);
  for (let at = 0; at < Math.max(one.length, other.length); at += 1) {
    const order = rank(one.charAt(at)) - rank(other.charAt(at));
    if (order !== 0) return order;
  }
  return 0;
}

function rank(byte: string): number {
  if (byte === "~") return -1;
  if (byte === "" || /\d/.test(byte)) return 0;
  return /[A-Za-z]/.test(byte) ? byte.charCodeAt(0) : byte.charCodeAt(0) + 256;
}

/** Digits as whole numbers of any length. */
export function compareDigits(one: string, other: string): number {
  const left = one.replace(/^0+/, "");
  const right = other.replace(/^0+/, "");
  return left.length - right.length || compareBytes(left, right);
}
