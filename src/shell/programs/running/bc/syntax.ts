/** The grammar of bc (GNU bc manual) as a tree. */
export type Place = { readonly name: string; readonly index?: Expression | undefined };

export type Expression =
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "place"; readonly place: Place }
  | { readonly kind: "assign"; readonly place: Place; readonly operator: string; readonly value: Expression }
  | { readonly kind: "step"; readonly place: Place; readonly by: 1 | -1; readonly before: boolean }
  | { readonly kind: "unary"; readonly operator: "-" | "!"; readonly value: Expression }
  | { readonly kind: "binary"; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "group"; readonly value: Expression }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly (Expression | { readonly array: string })[] };

export type Statement =
  | { readonly kind: "expression"; readonly value: Expression }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "print"; readonly parts: readonly (Expression | { readonly text: string })[] }
  | { readonly kind: "block"; readonly body: readonly Statement[] }
  | { readonly kind: "if"; readonly test: Expression; readonly then: Statement; readonly otherwise?: Statement | undefined }
  | {
      readonly kind: "loop";
      readonly first?: Expression | undefined;
      readonly test?: Expression | undefined;
      readonly next?: Expression | undefined;
      readonly body: Statement;
    }
  | { readonly kind: "leave"; readonly how: "break" | "continue" | "halt" | "quit" }
  | { readonly kind: "return"; readonly value?: Expression | undefined }
  | { readonly kind: "define"; readonly name: string; readonly body: BcFunction };

export interface BcFunction {
  readonly parameters: readonly string[];
  /** Arrays end in []. */
  readonly autos: readonly string[];
  readonly body: readonly Statement[];
}

export interface Token {
  readonly kind: "number" | "name" | "text" | "mark" | "newline" | "end";
  readonly text: string;
}

const TOKEN =
  /[ \t]+|\\\n|\/\*[\s\S]*?\*\/|#[^\n]*|([0-9A-F]+\.?[0-9A-F]*|\.[0-9A-F]+)|([a-z][a-z0-9_]*)|"([^"]*)"|(\n)|(\+\+|--|&&|\|\||[-+*/%^=!<>]=|[-+*/%^=<>!(){}[\],;.])|([\s\S])/g;

/** All tokens of a text; one that cannot be is a mark of its own, which no rule takes. */
export function tokensOf(text: string): readonly Token[] {
  const tokens = [...text.replaceAll("\\\n", "").matchAll(TOKEN)].map(([, ...parts]) => tokenOf(parts));
  return [...tokens.filter((token) => token !== undefined), { kind: "end", text: "" }];
}

const KINDS = ["number", "name", "text", "newline", "mark", "mark"] as const;

/** Blanks and comments are none. */
function tokenOf(parts: readonly (string | undefined)[]): Token | undefined {
  const at = KINDS.findIndex((_, place) => parts[place] !== undefined);
  const kind = KINDS[at];
  const text = parts[at] ?? "";
  return kind === undefined ? undefined : { kind, text: at === KINDS.length - 1 ? `\0${text}` : text };
}
