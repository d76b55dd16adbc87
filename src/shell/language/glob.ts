import type { BoundFiles, Execution } from "../program.ts";
import { matches, parsePattern } from "./pattern.ts";

export interface GlobSettings {
  readonly fs: BoundFiles;
  readonly dotglob: boolean;
  readonly extglob: boolean;
  readonly ignoreCase: boolean;
  readonly charge: (steps: number) => Execution<void>;
}

const MAX_NAMES = 50_000;
/** No path is longer (PATH_MAX). */
const MAX_PATTERN_BYTES = 4096;

/** Pathname expansion (POSIX XCU 2.6.6): the existing names that fit, sorted; none: no match. */
export function* expandGlob(pattern: string, settings: GlobSettings): Execution<readonly string[]> {
  if (pattern.length > MAX_PATTERN_BYTES) return [];
  const parts = splitPattern(pattern);
  let found: string[] = [parts[0] === "" ? "/" : ""];
  const rest = parts[0] === "" ? parts.slice(1) : parts;
  for (const [index, part] of rest.entries()) {
    if (part === "" && index < rest.length - 1) continue;
    found = yield* step(found, { part, last: index === rest.length - 1 }, settings);
    if (found.length === 0 || found.length > MAX_NAMES) return [];
  }
  return found.sort(byBytes);
}

function* step(
  bases: readonly string[],
  at: { readonly part: string; readonly last: boolean },
  settings: GlobSettings,
): Execution<string[]> {
  const pattern = parsePattern(at.part, settings.extglob);
  const found: string[] = [];
  for (const base of bases) {
    const names = pattern.literal === undefined ? namesIn(base, pattern, settings) : existing(base, pattern.literal, settings);
    yield* settings.charge(1 + (names.length >> 2));
    for (const name of names) found.push(at.last ? base + name : `${base}${name}/`);
  }
  return found;
}

function existing(base: string, name: string, { fs }: GlobSettings): readonly string[] {
  if (name === "") return [""];
  return "errno" in fs.lstat(base + name) ? [] : [name];
}

function namesIn(base: string, pattern: ReturnType<typeof parsePattern>, settings: GlobSettings): readonly string[] {
  const names = settings.fs.list(base === "" ? "." : base);
  if ("errno" in names) return [];
  const first = pattern.tokens[0];
  const dots = settings.dotglob || (first?.kind === "char" && first.char === ".");
  const candidates = first?.kind === "char" && first.char === "." ? [".", "..", ...names] : names;
  return candidates.filter((name) => (dots || !name.startsWith(".")) && matches(pattern, name, settings.ignoreCase));
}

/** At slashes outside of bracket expressions. */
function splitPattern(pattern: string): readonly string[] {
  const parts: string[] = [];
  let part = "";
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern.charAt(at);
    if (char === "/") {
      parts.push(part);
      part = "";
    } else if (char === "\\") {
      part += char + pattern.charAt(at + 1);
      at += 1;
    } else part += char;
  }
  return [...parts, part];
}

function byBytes(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
