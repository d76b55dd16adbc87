/** Where the word begins that ends at `at`, or before it with others between: found by going back, in time by its length. */
export function wordStart(text: string, at: number, isPart: (char: string) => boolean): number {
  let start = at;
  while (start > 0 && !isPart(text.charAt(start - 1))) start -= 1;
  while (start > 0 && isPart(text.charAt(start - 1))) start -= 1;
  return start;
}

/** Where the run of such characters begins that ends at `at`. */
export function runStart(text: string, at: number, isPart: (char: string) => boolean): number {
  let start = at;
  while (start > 0 && isPart(text.charAt(start - 1))) start -= 1;
  return start;
}

export function isNoSpace(char: string): boolean {
  return !/\s/.test(char);
}

export function isWordCharacter(char: string): boolean {
  return /\w/.test(char);
}
