import { LETTER_BY_KIND } from "../file-kinds.ts";
import type { Stat } from "../file-system.ts";

/** File modes: `rwxr-xr-x` and what chmod(1), mkdir -m, install -m and find -perm read. */

export const KIND_BITS: Readonly<Record<Stat["kind"], number>> = {
  file: 0o100000,
  directory: 0o040000,
  link: 0o120000,
  character: 0o020000,
  block: 0o060000,
  fifo: 0o010000,
  socket: 0o140000,
};

/** Ten characters, as ls -l. */
export function modeText(stat: { readonly kind: Stat["kind"]; readonly mode: number }): string {
  return (stat.kind === "file" ? "-" : LETTER_BY_KIND[stat.kind]) + permissionText(stat.mode);
}

export function permissionText(mode: number): string {
  const letters = [6, 3, 0].map((shift) => triplet((mode >> shift) & 7));
  const special = [mode & 0o4000 ? "s" : "", mode & 0o2000 ? "s" : "", mode & 0o1000 ? "t" : ""];
  return letters.map((three, at) => withSpecial(three, special[at] ?? "")).join("");
}

function triplet(bits: number): string {
  return `${bits & 4 ? "r" : "-"}${bits & 2 ? "w" : "-"}${bits & 1 ? "x" : "-"}`;
}

function withSpecial(three: string, letter: string): string {
  if (letter === "") return three;
  return three.slice(0, 2) + (three.endsWith("x") ? letter : letter.toUpperCase());
}

/** A mode that was read: gives the new bits for old ones. */
export type ModeChange = (old: number, how: { readonly directory: boolean; readonly umask: number }) => number;

/** `755`, `u+x,go-w`, `a=rX`, `+t`, `g=u`; undefined when it is none. */
export function parseMode(text: string): ModeChange | undefined {
  if (/^[0-7]{1,5}$/.test(text)) return octalMode(text);
  const octal = /^([-+=])([0-7]{1,4})$/.exec(text);
  if (octal !== null) return applyOctal(octal[1] ?? "", Number.parseInt(octal[2] ?? "0", 8));
  const changes: ModeChange[] = [];
  for (const clause of text.split(",")) {
    const [, who = "", actions] = /^([ugoa]*)((?:[-+=](?:[ugo]|[rwxXst]*))+)$/.exec(clause) ?? [];
    if (actions === undefined) return undefined;
    for (const [, sign = "", what = ""] of actions.matchAll(/([-+=])([ugo]|[rwxXst]*)/g)) changes.push(symbolic({ who, sign, what }));
  }
  return (old, how) => changes.reduce((mode, change) => change(mode, how), old);
}

/** Digits keep a directory's set-id bits, unless five or more say otherwise. */
function octalMode(text: string): ModeChange {
  const mode = Number.parseInt(text, 8);
  return (old, { directory }) => (directory && text.length < 5 ? mode | (old & 0o6000) : mode) & 0o7777;
}

function applyOctal(sign: string, bits: number): ModeChange {
  return (old) => (sign === "+" ? old | bits : sign === "-" ? old & ~bits : bits);
}

function symbolic(change: { who: string; sign: string; what: string }): ModeChange {
  const { who, sign, what } = change;
  const places = whoMask(who);
  return (old, { directory, umask }) => {
    const limit = who === "" ? ~umask : ~0;
    const bits = bitsOf(what, old, directory) & places & limit;
    if (sign === "+") return old | bits;
    if (sign === "-") return old & ~bits;
    return (old & ~places) | bits | (directory ? old & 0o6000 : 0);
  };
}

function whoMask(who: string): number {
  if (who === "" || who.includes("a")) return 0o7777;
  const masks: Readonly<Record<string, number>> = { u: 0o4700, g: 0o2070, o: 0o1007 };
  return Array.from(who).reduce((mask, letter) => mask | (masks[letter] ?? 0), 0);
}

function bitsOf(what: string, old: number, directory: boolean): number {
  const copied: Readonly<Record<string, number>> = { u: (old >> 6) & 7, g: (old >> 3) & 7, o: old & 7 };
  const copy = copied[what];
  if (copy !== undefined) return copy * 0o111;
  const runs = directory || (old & 0o111) !== 0;
  const letters: Readonly<Record<string, number>> = { r: 0o444, w: 0o222, x: 0o111, X: runs ? 0o111 : 0, s: 0o6000, t: 0o1000 };
  return Array.from(what).reduce((bits, letter) => bits | (letters[letter] ?? 0), 0);
}
