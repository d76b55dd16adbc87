import { matches, parsePattern } from "../../../language/pattern.ts";

/** Which members are meant: named ones with all below them, patterns with --wildcards, less the excluded. */
export class MemberFilter {
  readonly #names: readonly string[];
  readonly #wildcards: boolean;
  readonly #excludes: readonly string[];
  readonly #found = new Set<string>();

  constructor(how: { readonly names: readonly string[]; readonly wildcards: boolean; readonly excludes: readonly string[] }) {
    this.#names = how.names;
    this.#wildcards = how.wildcards;
    this.#excludes = how.excludes;
  }

  wants(name: string): boolean {
    const plain = name.replace(/\/+$/, "");
    if (this.#excludes.some((pattern) => excluded(pattern, plain))) return false;
    if (this.#names.length === 0) return true;
    const fitting = this.#names.filter((wanted) => this.#fits(wanted, plain));
    for (const wanted of fitting) this.#found.add(wanted);
    return fitting.length > 0;
  }

  /** Names that no member had. */
  missing(): readonly string[] {
    return this.#names.filter((name) => !this.#found.has(name));
  }

  #fits(wanted: string, name: string): boolean {
    const plain = wanted.replace(/\/+$/, "");
    if (name === plain || name.startsWith(`${plain}/`)) return true;
    return this.#wildcards && upTo(name).some((part) => matches(parsePattern(plain, false), part));
  }
}

/** --exclude: the pattern may fit the name or any directory above it, from any slash on. */
export function excluded(pattern: string, name: string): boolean {
  const parsed = parsePattern(pattern.replace(/\/+$/, ""), false);
  return upTo(name).some((part) => tails(part).some((tail) => matches(parsed, tail)));
}

/** a, a/b, a/b/c. */
function upTo(name: string): readonly string[] {
  const parts = name.split("/");
  return parts.map((_, at) => parts.slice(0, at + 1).join("/"));
}

/** a/b/c, b/c, c. */
function tails(name: string): readonly string[] {
  const parts = name.split("/");
  return parts.map((_, at) => parts.slice(at).join("/"));
}
