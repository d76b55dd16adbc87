import { closest, distance } from "fastest-levenshtein";
import { type Document, isMap, isNode, LineCounter, type Node, parseDocument } from "yaml";
import type { Path, Problem, Shape } from "./shape.ts";
import { checkShape } from "./shape.ts";

/**
 * Reads a YAML text against a shape. Every mistake names its key, line and column, what is allowed, and the nearest right spelling,
 * so that nobody has to search. Used for the configuration and for personas.
 */
export interface Checked<T> {
  readonly value: T | undefined;
  readonly mistakes: readonly Mistake[];
}

export interface Mistake {
  /** Dotted path, such as `listen.0.port`; empty for the file as a whole. */
  readonly key: string;
  readonly line: number;
  readonly column: number;
  /** A sentence without a full stop. */
  readonly why: string;
  /** What was probably meant. */
  readonly nearest?: string;
}

/** A YAML text whose positions are known, so that later checks can name lines too. */
export interface Yaml {
  readonly value: unknown;
  readonly syntax: readonly Mistake[];
  /** The mistake for a problem found anywhere in `value`. */
  locate(problem: Problem): Mistake;
}

export function readYaml(text: string): Yaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, version: "1.2", logLevel: "error" });
  const errors = document.errors.map((error) => ({ key: "", ...position(lines, error.pos[0]), why: firstLine(error.message) }));
  const { value, syntax } = errors.length > 0 ? { value: undefined, syntax: errors } : followAliases(document);
  return {
    value,
    syntax,
    locate: (problem) => ({
      key: problem.path.join("."),
      ...position(lines, offsetOf(document, problem.path)),
      why: problem.why,
      ...nearest(problem, document),
    }),
  };
}

/** Aliases are followed only now: an unknown one, or too many, shows as a throw without a place. */
function followAliases(document: Document): { readonly value: unknown; readonly syntax: readonly Mistake[] } {
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) ?? {}, syntax: [] };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return { value: undefined, syntax: [{ key: "", line: 1, column: 1, why: firstLine(error.message) }] };
  }
}

export function checkYaml<T>(text: string, shape: Shape<T>): Checked<T> {
  const yaml = readYaml(text);
  if (yaml.syntax.length > 0) return { value: undefined, mistakes: yaml.syntax };
  const { value, problems } = checkShape(shape, yaml.value);
  return { value, mistakes: problems.map(yaml.locate) };
}

/** `file:3:7: decoys.ssh.maxTrys is not a known key; did you mean maxTries?` */
export function mistakeLine(file: string, mistake: Mistake): string {
  const hint = mistake.nearest === undefined ? "" : `; did you mean ${mistake.nearest}?`;
  return `${file}:${mistake.line}:${mistake.column}: ${mistake.key === "" ? "" : `${mistake.key} `}${mistake.why}${hint}`;
}

function position(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** Where the key at `path` stands; where it is missing, where its nearest holder stands. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const offset = keyOffset(document, path.slice(0, length));
    if (offset !== undefined) return offset;
  }
  return isNode(document.contents) ? (document.contents.range?.[0] ?? 0) : 0;
}

function keyOffset(document: Document, path: Path): number | undefined {
  const holder: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (isMap(holder)) {
    const pair = holder.items.find(({ key }) => String(key) === String(last));
    return pair !== undefined && isNode(pair.key) ? startOf(pair.key) : undefined;
  }
  const item: unknown = document.getIn(path, true);
  return isNode(item) ? startOf(item) : undefined;
}

function startOf(node: Node): number | undefined {
  return node.range?.[0];
}

/** What was probably meant: among the known keys for an unknown one, otherwise among the choices for the value that stands there. */
function nearest(problem: Problem, document: Document): { nearest?: string } {
  if (problem.choices === undefined || problem.choices.length === 0) return {};
  const value: unknown = problem.why.includes("not a known key") ? problem.path.at(-1) : document.getIn(problem.path);
  const wrong = typeof value === "string" ? value : String(problem.path.at(-1) ?? "");
  const best = closest(wrong, [...problem.choices]);
  return distance(wrong.toLowerCase(), best.toLowerCase()) <= Math.max(2, wrong.length / 3) ? { nearest: best } : {};
}

function firstLine(text: string): string {
  return text.split("\n")[0]?.replace(/ at line \d+, column \d+:?$/, "") ?? text;
}
