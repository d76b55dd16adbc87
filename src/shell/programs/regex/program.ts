import { addTo, type ByteSet, bothCases, type Edge, emptySet, type RegexNode } from "./node.ts";

/**
 * Regular expressions as instructions for a backtracking machine. `mark` and `advance` stand only where back-references keep the machine from
 * remembering what it tried: they stop a loop whose body took nothing.
 */
export type Instruction =
  | { readonly op: "set"; readonly set: ByteSet }
  | { readonly op: "split"; readonly first: number; readonly second: number; readonly number: number }
  | { readonly op: "jump"; readonly to: number }
  | { readonly op: "save"; readonly slot: number }
  | { readonly op: "edge"; readonly edge: Edge }
  | { readonly op: "back"; readonly index: number; readonly ignoreCase: boolean }
  | { readonly op: "look"; readonly behind: boolean; readonly negated: boolean; readonly program: RegexProgram }
  | { readonly op: "mark" | "advance"; readonly slot: number }
  | { readonly op: "match" };

export interface RegexProgram {
  readonly code: readonly Instruction[];
  readonly splits: number;
  /** Two for each group, and the whole first; then marks. */
  readonly slots: number;
  readonly groups: number;
  readonly hasBack: boolean;
  /** The longest match of those that begin first (POSIX), not the first in order (Perl). */
  readonly longest: boolean;
  /** Bytes that a match can begin with; undefined: it may be empty or depend on what is around. */
  readonly firstBytes: ByteSet | undefined;
  /** It fits only at the start of the text. */
  readonly anchored: boolean;
  /** The text itself, when nothing in it is special. */
  readonly literal: string | undefined;
}

export interface CompileHow {
  readonly groups: number;
  readonly ignoreCase: boolean;
  readonly longest: boolean;
}

const MAX_INSTRUCTIONS = 60_000;

/** Undefined: it is too big. */
export function compileNode(node: RegexNode, how: CompileHow): RegexProgram | undefined {
  const hasBack = contains(node, (one) => one.kind === "back");
  const compiler = new Compiler(how, hasBack);
  compiler.emit(node);
  compiler.code.push({ op: "match" });
  if (compiler.code.length > MAX_INSTRUCTIONS) return undefined;
  return {
    code: compiler.code,
    splits: compiler.splits,
    slots: compiler.slots,
    groups: how.groups,
    hasBack,
    longest: how.longest,
    firstBytes: firstBytes(compiler.code),
    anchored: isAnchored(node),
    literal: how.ignoreCase ? undefined : literalOf(node),
  };
}

function contains(node: RegexNode, test: (node: RegexNode) => boolean): boolean {
  if (test(node)) return true;
  if (node.kind === "sequence") return node.items.some((item) => contains(item, test));
  if (node.kind === "choice") return node.choices.some((item) => contains(item, test));
  return "body" in node && contains(node.body, test);
}

class Compiler {
  readonly code: Instruction[] = [];
  splits = 0;
  slots: number;
  readonly #how: CompileHow;
  readonly #marks: boolean;

  constructor(how: CompileHow, marks: boolean) {
    this.#how = how;
    this.#marks = marks;
    this.slots = 2 * (how.groups + 1);
  }

  emit(node: RegexNode): void {
    if (this.code.length > MAX_INSTRUCTIONS) return;
    switch (node.kind) {
      case "empty":
        return;
      case "keep":
        this.code.push({ op: "save", slot: 0 });
        return;
      case "set":
        this.code.push({ op: "set", set: this.#how.ignoreCase ? bothCases(node.set) : node.set });
        return;
      case "sequence":
        for (const item of node.items) this.emit(item);
        return;
      case "choice":
        this.#choice(node.choices);
        return;
      case "group":
        this.code.push({ op: "save", slot: 2 * node.index });
        this.emit(node.body);
        this.code.push({ op: "save", slot: 2 * node.index + 1 });
        return;
      case "repeat":
        this.#repeat(node);
        return;
      default:
        this.#emitTest(node);
    }
  }

  #emitTest(node: RegexNode & { kind: "edge" | "back" | "look" }): void {
    if (node.kind === "edge") this.code.push({ op: "edge", edge: node.edge });
    else if (node.kind === "back") this.code.push({ op: "back", index: node.index, ignoreCase: this.#how.ignoreCase });
    else {
      const program = compileNode(node.body, { ...this.#how, longest: false });
      if (program !== undefined) this.code.push({ op: "look", behind: node.behind, negated: node.negated, program });
    }
  }

  #choice(choices: readonly RegexNode[]): void {
    const ends: number[] = [];
    for (const [at, choice] of choices.entries()) {
      const last = at === choices.length - 1;
      const split = last ? -1 : this.#hole();
      this.emit(choice);
      if (last) break;
      ends.push(this.#hole());
      this.#fill(split, split + 1, this.code.length);
    }
    for (const end of ends) this.code[end] = { op: "jump", to: this.code.length };
  }

  #repeat(node: RegexNode & { kind: "repeat" }): void {
    for (let count = 0; count < node.min; count += 1) this.emit(node.body);
    if (node.max === Number.POSITIVE_INFINITY) {
      this.#star(node);
      return;
    }
    const splits: number[] = [];
    for (let count = node.min; count < node.max && this.code.length <= MAX_INSTRUCTIONS; count += 1) {
      splits.push(this.#hole());
      this.emit(node.body);
    }
    for (const split of splits) this.#branch(split, node.lazy, this.code.length);
  }

  #star(node: RegexNode & { kind: "repeat" }): void {
    const split = this.#hole();
    const slot = this.slots;
    if (this.#marks) {
      this.slots += 1;
      this.code.push({ op: "mark", slot });
    }
    this.emit(node.body);
    if (this.#marks) this.code.push({ op: "advance", slot });
    this.code.push({ op: "jump", to: split });
    this.#branch(split, node.lazy, this.code.length);
  }

  #hole(): number {
    this.code.push({ op: "match" });
    return this.code.length - 1;
  }

  #branch(split: number, lazy: boolean, after: number): void {
    if (lazy) this.#fill(split, after, split + 1);
    else this.#fill(split, split + 1, after);
  }

  #fill(at: number, first: number, second: number): void {
    this.code[at] = { op: "split", first, second, number: this.splits };
    this.splits += 1;
  }
}

/** What the first byte can be, following every way through the instructions that take nothing. */
function firstBytes(code: readonly Instruction[]): ByteSet | undefined {
  const first = emptySet();
  const seen = new Set<number>();
  const todo = [0];
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    const instruction = code[at];
    if (seen.has(at) || instruction === undefined) continue;
    seen.add(at);
    if (instruction.op === "match" || instruction.op === "back") return undefined;
    if (instruction.op === "set") addTo(first, instruction.set);
    else todo.push(...followers(instruction, at));
  }
  return first;
}

function followers(instruction: Instruction, at: number): readonly number[] {
  if (instruction.op === "split") return [instruction.first, instruction.second];
  return [instruction.op === "jump" ? instruction.to : at + 1];
}

function isAnchored(node: RegexNode): boolean {
  if (node.kind === "edge") return node.edge === "lineStart" || node.edge === "textStart";
  if (node.kind === "choice") return node.choices.every(isAnchored);
  if (node.kind === "group") return isAnchored(node.body);
  return node.kind === "sequence" && node.items[0] !== undefined && isAnchored(node.items[0]);
}

function literalOf(node: RegexNode): string | undefined {
  if (node.kind === "set") {
    const only = node.set.indexOf(1);
    return only >= 0 && node.set.indexOf(1, only + 1) < 0 ? String.fromCharCode(only) : undefined;
  }
  if (node.kind !== "sequence") return undefined;
  let text = "";
  for (const item of node.items) {
    const part = item.kind === "set" ? literalOf(item) : undefined;
    if (part === undefined) return undefined;
    text += part;
  }
  return text;
}
