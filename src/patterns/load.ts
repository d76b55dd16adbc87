import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { OperatorError } from "../errors/operator-error.ts";
import { mistakeLine, readYaml } from "../shape/checked-yaml.ts";
import { checkShape, type Problem, type Shape } from "../shape/shape.ts";
import type { PatternSet } from "./pattern.ts";
import { fileShape, makePatterns, makeReply, type PatternFile, patternProblems, repliesShape } from "./pattern-shape.ts";

/** Where this checkout keeps them: a file a family, and what answers in `replies.yaml`. */
export const patternsFolder = join(import.meta.dirname, "..", "..", "signatures", "wire");

const REPLIES = "replies.yaml";

/** A file's name and what it holds. */
export interface PatternText {
  readonly name: string;
  readonly text: string;
}

/** Reads a folder of patterns. @throws OperatorError `patterns-invalid`, a line for each mistake; `file-unreadable` */
export function loadPatterns(folder: string = patternsFolder): PatternSet {
  return readPatterns(readTexts(folder));
}

function readTexts(folder: string): readonly PatternText[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
    return names.sort().map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));
  } catch (cause) {
    if (cause instanceof Error && "syscall" in cause) throw new OperatorError("file-unreadable", cause.message, { cause });
    throw cause;
  }
}

/** The same from texts; one of them may be `replies.yaml`. */
export function readPatterns(files: readonly PatternText[]): PatternSet {
  const mistakes: string[] = [];
  const replies = files
    .filter(({ name }) => name === REPLIES)
    .flatMap((file) => checked(file, { shape: repliesShape, mistakes })?.replies ?? []);
  const names = new Set(replies.map(({ id }) => id));
  const found: { readonly id: string; readonly file: string }[] = [];
  const patterns = files
    .filter(({ name }) => name !== REPLIES)
    .flatMap((file) => {
      const problems = (value: PatternFile) => [...patternProblems(value, names), ...otherwiseNamed(value, file.name)];
      const value = checked(file, { shape: fileShape, mistakes, problems });
      const made = value === undefined ? [] : makePatterns(value);
      found.push(...made.map(({ id }) => ({ id, file: file.name })));
      return made;
    });
  mistakes.push(...twice(found));
  if (mistakes.length > 0) throw new OperatorError("patterns-invalid", mistakes.join("\n"));
  return { patterns, replies: replies.map(makeReply) };
}

interface Check<T> {
  readonly shape: Shape<T>;
  readonly mistakes: string[];
  problems?(value: T): readonly Problem[];
}

function checked<T>({ name, text }: PatternText, { shape, mistakes, problems }: Check<T>): T | undefined {
  const yaml = readYaml(text);
  mistakes.push(...yaml.syntax.map((mistake) => mistakeLine(name, mistake)));
  if (yaml.syntax.length > 0) return undefined;
  const result = checkShape(shape, yaml.value);
  const found = result.value === undefined ? result.problems : (problems?.(result.value) ?? []);
  mistakes.push(...found.map((problem) => mistakeLine(name, yaml.locate(problem))));
  return found.length === 0 ? result.value : undefined;
}

function otherwiseNamed({ family }: PatternFile, name: string): readonly Problem[] {
  return `${family}.yaml` === name ? [] : [{ path: ["family"], why: `must be ${name.replace(/\.yaml$/, "")}, as its file is named` }];
}

function twice(found: readonly { readonly id: string; readonly file: string }[]): readonly string[] {
  const seen = new Set<string>();
  return found.flatMap(({ id, file }) => {
    const again = seen.has(id);
    seen.add(id);
    return again ? [`${file}: ${id} stands there twice`] : [];
  });
}
