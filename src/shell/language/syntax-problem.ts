/** Why a text is no script. Thrown inside the parser only, and caught where it begins. */
export class SyntaxProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.kind);
    this.problem = problem;
  }
}

export type Problem =
  /** A token where it cannot stand; `expecting` is what dash would name. */
  | { readonly kind: "unexpected"; readonly token: string; readonly line: number; readonly expecting?: string | undefined }
  /** The text ended inside a construct: more lines may complete it. */
  | { readonly kind: "end"; readonly line: number; readonly expecting?: string | undefined }
  /** The text ended before this closing character. */
  | { readonly kind: "unclosed"; readonly closer: string; readonly line: number }
  | { readonly kind: "bad-name"; readonly name: string; readonly line: number }
  | { readonly kind: "deep"; readonly line: number }
  | { readonly kind: "other"; readonly text: string; readonly line: number };
