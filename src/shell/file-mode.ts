/** Symbolic modes such as `u+x,g=rw` (POSIX chmod): the new permission bits from `before`; undefined: not such a text. */
export function parseMode(text: string, before: number): number | undefined {
  let mode = before;
  for (const clause of text.split(",")) {
    const [whole, who = "", actions = ""] = /^([ugoa]*)((?:[-+=][rwxXst]*)+)$/.exec(clause) ?? [];
    if (whole === undefined) return undefined;
    for (const [, sign = "", letters = ""] of actions.matchAll(/([-+=])([rwxXst]*)/g))
      mode = applied(mode, { who: who === "" || who.includes("a") ? "ugo" : who, sign, letters });
  }
  return mode;
}

const SHIFT: Readonly<Record<string, number>> = { u: 6, g: 3, o: 0 };
const BITS: Readonly<Record<string, number>> = { r: 4, w: 2, x: 1, X: 1 };

function applied(mode: number, change: { who: string; sign: string; letters: string }): number {
  let result = mode;
  const bits = [...change.letters].reduce((sum, letter) => sum | (BITS[letter] ?? 0), 0);
  for (const one of change.who) {
    const shift = SHIFT[one] ?? 0;
    if (change.sign === "+") result |= bits << shift;
    else if (change.sign === "-") result &= ~(bits << shift);
    else result = (result & ~(7 << shift)) | (bits << shift);
  }
  return result;
}
