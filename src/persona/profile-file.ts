import { type Mistake, mistakeLine, readYaml } from "../shape/checked-yaml.ts";
import type { Problem } from "../shape/shape.ts";

/** A profile's YAML file with its positions, so that a mistake can be shown where it stands. */
export interface ProfileFile {
  readonly file: string;
  readonly value: unknown;
  readonly locate: (problem: Problem) => ProfileProblem;
}

/** A mistake in a profile, with its place for people. */
export interface ProfileProblem extends Mistake {
  readonly file: string;
}

export function parseProfileFile(file: string, text: string): ProfileFile | { readonly problems: readonly ProfileProblem[] } {
  const yaml = readYaml(text);
  if (yaml.syntax.length > 0) return { problems: yaml.syntax.map((mistake) => ({ file, ...mistake })) };
  return { file, value: yaml.value, locate: (problem) => ({ file, ...yaml.locate(problem) }) };
}

/** One line, as compilers print it. */
export function printProblem(problem: ProfileProblem): string {
  return mistakeLine(problem.file, problem);
}
