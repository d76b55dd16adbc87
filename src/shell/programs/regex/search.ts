import type { Edge } from "./node.ts";
import { WORD } from "./node.ts";
import type { Instruction, RegexProgram } from "./program.ts";

/** Where a match is; `slots[2 * n]` and `slots[2 * n + 1]` are group n's start and end, -1 when it took no part. */
export interface Match {
  readonly start: number;
  readonly end: number;
  readonly slots: readonly number[];
}

export interface SearchHow {
  readonly from?: number;
  /** `^` and `$` also fit around newlines. */
  readonly lines?: boolean;
  /** The text's start is no start of a line (a further match in the same line). */
  readonly inner?: boolean;
}

/** Without back-references every way through the program is tried once a place; with them a search gives up after so many steps. */
const MAX_BACK_STEPS = 2_000_000;
/** Bits of memory for one search (8 MiB). */
const MAX_TRIED_BITS = 1 << 26;

/**
 * One search, which can be stopped anywhere: `run` does some steps and says whether it has ended. The time is bounded by the text's length
 * times the program's, whatever both are: a visitor writes both.
 */
export class Search {
  match: Match | undefined;
  steps = 0;
  readonly #program: RegexProgram;
  readonly #text: string;
  readonly #how: SearchHow;
  readonly #tried: Uint32Array | undefined;
  readonly #slots: number[];
  /** Pairs: an instruction and a place, or (negative) a slot and its former value. */
  readonly #stack: number[] = [];
  #start: number;
  #at = 0;
  #best: number[] | undefined;

  constructor(program: RegexProgram, text: string, how: SearchHow = {}) {
    this.#program = program;
    this.#text = text;
    this.#how = how;
    this.#start = how.from ?? 0;
    this.#slots = new Array<number>(program.slots).fill(-1);
    const bits = program.splits * (text.length + 1);
    this.#tried = program.hasBack || bits > MAX_TRIED_BITS ? undefined : new Uint32Array((bits >>> 5) + 1);
  }

  /** True: ended, `match` is the result. */
  run(maxSteps: number): boolean {
    const until = this.steps + maxSteps;
    if (this.#program.literal !== undefined) return this.#literal(this.#program.literal);
    while (this.steps < until) {
      if (this.#stack.length === 0 && !this.#nextStart()) return true;
      if (this.#unwind(until)) {
        this.#finish();
        return true;
      }
      if (this.#tried === undefined && this.steps > MAX_BACK_STEPS) return true;
    }
    return false;
  }

  #literal(literal: string): boolean {
    const start = this.#text.indexOf(literal, this.#start);
    if (start >= 0) this.match = { start, end: start + literal.length, slots: [start, start + literal.length] };
    this.steps += 1 + (this.#text.length >> 4);
    return true;
  }

  /** Moves to the next place where a match may begin; false: there is none. */
  #nextStart(): boolean {
    const { firstBytes, anchored } = this.#program;
    const text = this.#text;
    let start = this.#start;
    if (anchored && this.#how.lines !== true && start > 0) return false;
    if (firstBytes !== undefined) {
      while (start < text.length && firstBytes[text.charCodeAt(start)] !== 1) start += 1;
      this.steps += (start - this.#start) >> 3;
      if (start >= text.length) return false;
    }
    if (start > text.length) return false;
    this.#start = start + 1;
    this.#slots.fill(-1);
    this.#slots[0] = start;
    this.#best = undefined;
    this.#stack.push(0, start);
    return true;
  }

  /** Tries what is on the stack; true: a match from this start is settled. */
  #unwind(until: number): boolean {
    while (this.#stack.length > 0 && this.steps < until) {
      const place = this.#stack.pop() ?? 0;
      const at = this.#stack.pop() ?? 0;
      if (at < 0) {
        this.#slots[-at - 1] = place;
        continue;
      }
      this.#keep(this.#follow(at, place));
    }
    return this.#stack.length === 0 && this.#best !== undefined;
  }

  /** Keeps a match when it is the longest so far; nothing more is tried when no other can be better. */
  #keep(end: number): void {
    if (end < 0) return;
    if ((this.#best?.[1] ?? -1) < end) {
      this.#best = this.#slots.slice(0, 2 * (this.#program.groups + 1));
      this.#best[1] = end;
    }
    if (!this.#program.longest || end === this.#text.length) this.#stack.length = 0;
  }

  #finish(): void {
    const slots = this.#best ?? [];
    this.match = { start: slots[0] ?? 0, end: slots[1] ?? 0, slots };
  }

  /** Follows one way from an instruction: the end of the match, or -1. */
  #follow(from: number, startPlace: number): number {
    const { code } = this.#program;
    this.#at = from;
    for (let place = startPlace; place >= 0; ) {
      this.steps += 1;
      const instruction = code[this.#at];
      if (instruction === undefined || instruction.op === "match") return place;
      place = this.#step(instruction, place);
    }
    return -1;
  }

  #step(instruction: Instruction, place: number): number {
    switch (instruction.op) {
      case "set":
        this.#at += 1;
        return place < this.#text.length && instruction.set[this.#text.charCodeAt(place)] === 1 ? place + 1 : -1;
      case "split":
        if (!this.#tryOnce(instruction.number, place)) return -1;
        this.#stack.push(instruction.second, place);
        this.#at = instruction.first;
        return place;
      case "jump":
        this.#at = instruction.to;
        return place;
      default:
        this.#at += 1;
        return this.#special(instruction, place);
    }
  }

  #tryOnce(split: number, place: number): boolean {
    const tried = this.#tried;
    if (tried === undefined) return this.steps <= MAX_BACK_STEPS;
    const bit = split * (this.#text.length + 1) + place;
    const word = tried[bit >>> 5] ?? 0;
    if ((word & (1 << (bit & 31))) !== 0) return false;
    tried[bit >>> 5] = word | (1 << (bit & 31));
    return true;
  }

  #special(instruction: Instruction, place: number): number {
    switch (instruction.op) {
      case "save":
      case "mark":
        this.#stack.push(-instruction.slot - 1, this.#slots[instruction.slot] ?? -1);
        this.#slots[instruction.slot] = place;
        return place;
      case "advance":
        return this.#slots[instruction.slot] === place ? -1 : place;
      case "edge":
        return this.#isEdge(instruction.edge, place) ? place : -1;
      case "back":
        return this.#back(instruction, place);
      case "look":
        return this.#look(instruction, place) !== instruction.negated ? place : -1;
      default:
        return -1;
    }
  }

  #back({ index, ignoreCase }: Instruction & { op: "back" }, place: number): number {
    const start = this.#slots[2 * index] ?? -1;
    const end = this.#slots[2 * index + 1] ?? -1;
    if (start < 0 || end < start) return -1;
    const wanted = this.#text.slice(start, end);
    const found = this.#text.slice(place, place + wanted.length);
    this.steps += wanted.length >> 3;
    const same = ignoreCase ? wanted.toLowerCase() === found.toLowerCase() : wanted === found;
    return same ? place + wanted.length : -1;
  }

  #look({ behind, program }: Instruction & { op: "look" }, place: number): boolean {
    const from = behind ? Math.max(0, place - MAX_BEHIND) : place;
    for (let start = place; start >= from; start -= 1) {
      const text = behind ? this.#text.slice(start, place) : this.#text.slice(start, start + MAX_AHEAD);
      const search = new Search({ ...program, anchored: true, longest: behind, literal: undefined }, text);
      search.run(MAX_LOOK_STEPS);
      this.steps += search.steps;
      const { match } = search;
      if (match?.start === 0 && (!behind || match.end === text.length)) return true;
    }
    return false;
  }

  #isEdge(edge: Edge, place: number): boolean {
    const text = this.#text;
    const before = place > 0 && WORD[text.charCodeAt(place - 1)] === 1;
    const after = place < text.length && WORD[text.charCodeAt(place)] === 1;
    switch (edge) {
      case "lineStart":
        return (place === 0 && this.#how.inner !== true) || (this.#how.lines === true && text.charAt(place - 1) === "\n");
      case "lineEnd":
        return place === text.length || (this.#how.lines === true && text.charAt(place) === "\n");
      case "textStart":
        return place === 0;
      case "textEnd":
        return place === text.length;
      case "wordStart":
        return !before && after;
      case "wordEnd":
        return before && !after;
      case "word":
        return before !== after;
      default:
        return before === after;
    }
  }
}

const MAX_BEHIND = 255;
const MAX_AHEAD = 4096;
const MAX_LOOK_STEPS = 20_000;
