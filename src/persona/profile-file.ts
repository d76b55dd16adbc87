import { closest } from "fastest-levenshtein";
import { type Document, isNode, isPair, LineCounter, parseDocument } from "yaml";
import type { Path, Problem } from "../decoy/shape.ts";

/**
 * A YAML file with its positions, so that a mistake in it can be shown where it stands. Aliases are followed at most a hundred
 * times: a profile may come from somewhere else.
 */
export interface ProfileFile {
  readonly file: string;
  readonly value: unknown;
  readonly locate: (problem: Problem) => ProfileProblem;
}

/** A mistake in a profile, with its place for people. */
export interface ProfileProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Such as `machine.cpus`. */
  readonly key: string;
  readonly why: string;
  /** The allowed word that is spelled most alike. */
  readonly nearest?: string;
}

export function parseProfileFile(file: string, text: string): ProfileFile | { readonly problems: readonly ProfileProblem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  if (document.errors.length > 0) {
    return { problems: document.errors.map((error) => ({ file, ...placeOf(lines, error.pos[0]), key: "", why: error.message })) };
  }
  const locate = (problem: Problem): ProfileProblem => ({
    file,
    ...placeOf(lines, offsetOf(document, problem.path)),
    key: problem.path.join("."),
    why: problem.why,
    ...nearestTo(problem, document),
  });
  return { file, value: document.toJS({ maxAliasCount: 100 }), locate };
}

/** One line, as compilers print it. */
export function printProblem({ file, line, column, key, why, nearest }: ProfileProblem): string {
  return `${file}:${line}:${column}: ${key === "" ? "" : `${key} `}${why}${nearest === undefined ? "" : `; nearest: ${nearest}`}`;
}

function placeOf(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/** Where the deepest known part of `path` begins: its key, when it has one. */
function offsetOf(document: Document.Parsed, path: Path): number {
  for (let depth = path.length; depth > 0; depth--) {
    const parent: unknown = document.getIn(path.slice(0, depth - 1), true);
    const key = String(path[depth - 1]);
    if (!isNode(parent) || !("items" in parent)) continue;
    const item: unknown = parent.items.find((one: unknown, index) => (isPair(one) ? String(one.key) === key : String(index) === key));
    const node = isPair(item) ? item.key : item;
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function nearestTo({ choices, path }: Problem, document: Document.Parsed): { nearest?: string } {
  if (choices === undefined || choices.length === 0) return {};
  const value: unknown = document.getIn(path);
  return { nearest: closest(typeof value === "string" ? value : String(path.at(-1)), choices) };
}
