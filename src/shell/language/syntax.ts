/**
 * What a script is made of, once parsed. Words keep their quoting, since expansion depends on it; nothing is expanded at parse time.
 */
export interface Script {
  readonly items: readonly ListItem[];
}

export interface ListItem {
  readonly node: Node;
  readonly background: boolean;
  /** As written, for `jobs`. */
  readonly source: string;
}

export type Node = Simple | Pipeline | AndOr | Compound | FunctionDefinition;

export interface Simple {
  readonly type: "simple";
  readonly assignments: readonly Assignment[];
  readonly words: readonly Word[];
  readonly redirects: readonly Redirect[];
  readonly line: number;
}

export interface Assignment {
  readonly name: string;
  /** Text between [ and ]. */
  readonly index: Word | undefined;
  readonly append: boolean;
  /** A word, or the items of an array in parentheses. */
  readonly value: Word | readonly ArrayItem[];
}

export interface ArrayItem {
  readonly index: Word | undefined;
  readonly value: Word;
}

export interface Pipeline {
  readonly type: "pipeline";
  readonly negated: boolean;
  /** `time`, with -p: posix. */
  readonly timed: "no" | "yes" | "posix";
  readonly commands: readonly Node[];
  /** Each command as written. */
  readonly sources: readonly string[];
}

export interface AndOr {
  readonly type: "and-or";
  readonly first: Node;
  readonly rest: readonly { readonly when: "&&" | "||"; readonly node: Node }[];
}

export interface Compound {
  readonly type: "compound";
  readonly body: CompoundBody;
  readonly redirects: readonly Redirect[];
  readonly line: number;
}

export type CompoundBody =
  | { readonly kind: "group"; readonly script: Script }
  | { readonly kind: "subshell"; readonly script: Script }
  | {
      readonly kind: "if";
      readonly branches: readonly { readonly condition: Script; readonly then: Script }[];
      readonly otherwise: Script | undefined;
    }
  | { readonly kind: "while"; readonly until: boolean; readonly condition: Script; readonly script: Script }
  | { readonly kind: "for"; readonly name: string; readonly words: readonly Word[] | undefined; readonly script: Script }
  | { readonly kind: "select"; readonly name: string; readonly words: readonly Word[] | undefined; readonly script: Script }
  | { readonly kind: "for-arithmetic"; readonly parts: readonly [Word, Word, Word]; readonly script: Script }
  | { readonly kind: "case"; readonly subject: Word; readonly clauses: readonly CaseClause[] }
  | { readonly kind: "test"; readonly expression: TestExpression }
  | { readonly kind: "arithmetic"; readonly expression: Word };

export interface CaseClause {
  readonly patterns: readonly Word[];
  readonly script: Script;
  /** `;;` stops, `;&` falls through, `;;&` tests on. */
  readonly end: "stop" | "fall" | "test";
}

export type TestExpression =
  | { readonly kind: "not"; readonly inner: TestExpression }
  | { readonly kind: "and" | "or"; readonly left: TestExpression; readonly right: TestExpression }
  | { readonly kind: "unary"; readonly operator: string; readonly operand: Word }
  | { readonly kind: "binary"; readonly operator: string; readonly left: Word; readonly right: Word }
  | { readonly kind: "word"; readonly word: Word };

export interface FunctionDefinition {
  readonly type: "function";
  readonly name: string;
  readonly body: Compound;
  /** As written, for `type` and `declare -f`. */
  readonly source: string;
}

export interface Redirect {
  /** The descriptor in front of the operator; undefined: the operator's own. */
  readonly fd: number | undefined;
  /** `{name}>file`: a free descriptor is chosen and put into the variable. */
  readonly fdName: string | undefined;
  readonly operator: "<" | ">" | ">>" | ">|" | "<>" | "<&" | ">&" | "&>" | "&>>" | "<<" | "<<-" | "<<<";
  /** The file, descriptor or here-string; for a here-document its body. */
  readonly target: Word;
}

export interface Word {
  readonly parts: readonly Part[];
  readonly source: string;
}

export type Part =
  /** Unquoted text: subject to globbing, braces and tilde. */
  | { readonly kind: "literal"; readonly text: string }
  /** Quoted text. */
  | { readonly kind: "single"; readonly text: string }
  | { readonly kind: "double"; readonly parts: readonly Part[] }
  | Parameter
  | { readonly kind: "command"; readonly script: Script }
  /** Between backquotes: parsed when it is expanded. */
  | { readonly kind: "backquote"; readonly source: string }
  | { readonly kind: "arithmetic"; readonly expression: Word }
  | { readonly kind: "process"; readonly direction: "<" | ">"; readonly script: Script }
  /** A ${...} that means nothing: an error when it is expanded. */
  | { readonly kind: "bad"; readonly source: string };

export interface Parameter {
  readonly kind: "parameter";
  readonly name: string;
  /** Between [ and ]: `@`, `*` or an expression. */
  readonly index: Word | undefined;
  /** `#`: its length; `!`: indirection; `names`: ${!prefix*}; `keys`: ${!name[@]}. */
  readonly prefix: "" | "#" | "!" | "names" | "keys";
  /** Such as `:-`, `##`, `//`, `^^`, `:` (substring), `@`; "" for none. */
  readonly operator: string;
  readonly argument: Word | undefined;
  /** The replacement, or the length of a substring. */
  readonly second: Word | undefined;
  readonly source: string;
}

/** Which shell's language, words and errors. */
export type Dialect = "bash" | "dash" | "ash";

/** The text of a word that has neither quotes nor expansions; undefined otherwise. */
export function literalText(word: Word): string | undefined {
  const [part] = word.parts;
  if (word.parts.length === 0) return "";
  return word.parts.length === 1 && part?.kind === "literal" ? part.text : undefined;
}

export function textWord(text: string): Word {
  return { parts: [{ kind: "single", text }], source: text };
}
