import type { Execution, Process } from "../../program.ts";
import type { RegexNode } from "./node.ts";
import { setOf } from "./node.ts";
import { parsePerl } from "./parse-perl.ts";
import { type ParsedRegex, parsePosix } from "./parse-posix.ts";
import { compileNode, type RegexProgram } from "./program.ts";
import { type Match, Search, type SearchHow } from "./search.ts";

export type { Match, SearchHow } from "./search.ts";

export interface RegexHow {
  readonly syntax: "basic" | "extended" | "perl" | "fixed" | "awk";
  readonly ignoreCase?: boolean;
  /** Told of what means nothing: grep's loose syntax. */
  readonly warn?: (what: string) => void;
}

/** A regular expression that is ready to use. Give it the process, so that the visitor pays for the time. */
export class Regex {
  readonly #program: RegexProgram;

  constructor(program: RegexProgram) {
    this.#program = program;
  }

  get groups(): number {
    return this.#program.groups;
  }

  /** The leftmost match from `how.from` on. */
  *find(process: Process, text: string, how: SearchHow = {}): Execution<Match | undefined> {
    const search = new Search(this.#program, text, how);
    let paid = 0;
    while (!search.run(SLICE_STEPS)) {
      yield* process.charge((search.steps - paid) >> 4);
      paid = search.steps;
    }
    yield* process.charge(SEARCH_STEPS + ((search.steps - paid) >> 4));
    return search.match;
  }

  /** The same at once, for at most `maxSteps` steps: for those who cannot wait. */
  findNow(text: string, how: SearchHow, maxSteps: number): { readonly match: Match | undefined; readonly steps: number } {
    const search = new Search(this.#program, text, how);
    const ended = search.run(maxSteps);
    return { match: ended ? search.match : undefined, steps: search.steps };
  }
}

const SLICE_STEPS = 20_000;
/** What a search costs before its first step. */
const SEARCH_STEPS = 3;

/** Reads and compiles one expression, or several of which any may fit. */
export function compileRegex(texts: string | readonly string[], how: RegexHow): Regex | { readonly wrong: string } {
  const choices: RegexNode[] = [];
  let groups = 0;
  let ignoreCase = how.ignoreCase === true;
  for (const text of typeof texts === "string" ? [texts] : texts) {
    const parsed = parse(text, how, groups + 1);
    if ("wrong" in parsed) return parsed;
    choices.push(parsed.node);
    groups = parsed.groups;
    ignoreCase ||= parsed.ignoreCase === true;
  }
  const [only] = choices;
  const node: RegexNode = choices.length === 1 && only !== undefined ? only : { kind: "choice", choices };
  const program = compileNode(node, { groups, ignoreCase, longest: how.syntax !== "perl" });
  return program === undefined ? { wrong: "Regular expression too big" } : new Regex(program);
}

function parse(text: string, how: RegexHow, firstGroup: number): ParsedRegex & { readonly ignoreCase?: boolean } {
  if (how.syntax === "perl") return parsePerl(text, firstGroup);
  if (how.syntax === "fixed") return { node: literal(text), groups: firstGroup - 1 };
  const { warn } = how;
  return parsePosix(text, {
    extended: how.syntax !== "basic",
    awk: how.syntax === "awk",
    firstGroup,
    ...(warn === undefined ? {} : { warn }),
  });
}

function literal(text: string): RegexNode {
  return { kind: "sequence", items: Array.from(text, (byte) => ({ kind: "set", set: setOf(byte) })) };
}
