import type { Regex } from "../../regex/regex.ts";

/** A sed script, read. */
export interface Script {
  readonly commands: readonly Command[];
  readonly labels: ReadonlyMap<string, number>;
  /** Begins with #n: as -n. */
  readonly quiet: boolean;
}

export type Address =
  | { readonly kind: "line"; readonly line: number }
  | { readonly kind: "step"; readonly first: number; readonly step: number }
  | { readonly kind: "last" | "zero" }
  /** An empty expression is the last one used. */
  | { readonly kind: "regex"; readonly regex: Regex | undefined }
  /** As an end: so many lines more, or up to the next multiple. */
  | { readonly kind: "more" | "multiple"; readonly count: number };

export interface Command {
  readonly name: string;
  readonly from: Address | undefined;
  readonly to: Address | undefined;
  readonly negated: boolean;
  /** Text of a i c, file of r R w W, label, number of q Q l L. */
  readonly text: string;
  readonly substitution?: Substitution;
  readonly map?: ReadonlyMap<string, string>;
  /** Where a block ends: index behind its `}`. */
  readonly end: number;
}

export interface Substitution {
  readonly regex: Regex | undefined;
  readonly parts: readonly ReplacePart[];
  readonly global: boolean;
  readonly print: boolean;
  readonly evaluate: boolean;
  readonly nth: number;
  readonly lines: boolean;
  readonly file: string | undefined;
}

export type ReplacePart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "group"; readonly index: number }
  /** \U \L \u \l \E. */
  | { readonly kind: "case"; readonly letter: string };
