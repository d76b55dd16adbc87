import { OperatorError } from "../errors/operator-error.ts";
import { buildAutomaton, type Word } from "./automaton.ts";
import type { Anchored } from "./pattern.ts";
import type { Rule } from "./rule.ts";
import { StructWriter } from "./struct-writer.ts";
import { LIMITS, SIZE } from "./tables.ts";

/** The automaton and its outputs, as tables. */
export interface Search {
  readonly states: number;
  readonly classShift: number;
  readonly classes: Uint8Array;
  readonly transitions: Uint16Array;
  readonly outputFirst: Uint16Array;
  readonly outputs: Uint8Array;
  /** Rules that it finds, and how many bytes of a payload that takes. */
  readonly found: ReadonlyMap<number, number>;
  /** The longest list of outputs of one state. */
  readonly longest: number;
}

/** A word that is searched for on behalf of a rule: where its last byte may stand. */
interface Wanted {
  readonly rule: number;
  readonly word: Word;
  readonly minEnd: number;
  readonly maxEnd: number;
  readonly bit: number;
  readonly need: number;
}

/** @param rules those that no hash finds. What has too few bytes is left out of `found`. */
export function buildSearch(rules: ReadonlyMap<number, Rule>): Search {
  const wanted = [...rules].flatMap(([number, rule]) => wantedOf(number, rule));
  const words = distinct(wanted.map(({ word }) => word));
  const automaton = buildAutomaton([...words.values()], LIMITS.states);
  if (automaton === undefined)
    throw new OperatorError("patterns-invalid", `The texts that are searched for need more than ${LIMITS.states} states.`);
  const names = [...words.keys()];
  const byWord = Map.groupBy(wanted, ({ word }) => wordName(word));
  const writer = new StructWriter(SIZE.output);
  const outputFirst = new Uint16Array(automaton.states);
  let longest = 0;
  automaton.words.forEach((ending, state) => {
    const here = ending.flatMap((word) => byWord.get(names[word] ?? "") ?? []);
    longest = Math.max(longest, here.length);
    outputFirst[state] = here.length === 0 ? 0 : writer.count;
    here.forEach(({ rule, minEnd, maxEnd, bit, need }, index) => {
      writer.add([0, 2, rule], [2, 2, minEnd], [4, 2, maxEnd], [6, 1, bit], [7, 1, need], [8, 1, Number(index === here.length - 1)]);
    });
  });
  const { states, classShift, classes, transitions } = automaton;
  return { states, classShift, classes, transitions, outputFirst, outputs: writer.finish(), found: depths(wanted), longest };
}

function wantedOf(rule: number, { searched, anchored }: Rule): readonly Wanted[] {
  const need = (1 << Math.max(1, searched.length)) - 1;
  if (searched.length > 0) {
    return searched.map((word, index) => {
      const { from, within, bytes } = word;
      return { rule, word, minEnd: from + bytes.length - 1, maxEnd: within - 1, bit: 1 << index, need };
    });
  }
  const run = longestRun(anchored);
  return run === undefined ? [] : [{ rule, word: run.word, minEnd: run.end, maxEnd: run.end, bit: 1, need }];
}

/** The longest run of bytes without free bits; letters in either case only where both are meant. */
function longestRun(anchored: readonly Anchored[]): { readonly word: Word; readonly end: number } | undefined {
  const runs = anchored.flatMap(({ at, bytes, mask }) =>
    [0xff, 0xdf].flatMap((allowed) =>
      runsOf(mask, allowed).map(([from, to]) => ({
        word: { bytes: bytes.subarray(from, to), ignoreCase: allowed === 0xdf },
        end: at + to - 1,
      })),
    ),
  );
  const long = runs.filter(({ word }) => word.bytes.length >= 3);
  return long.sort((one, other) => other.word.bytes.length - one.word.bytes.length)[0];
}

function runsOf(mask: Uint8Array, allowed: number): readonly (readonly [number, number])[] {
  const runs: (readonly [number, number])[] = [];
  let from = 0;
  for (let at = 0; at <= mask.length; at++) {
    if (at < mask.length && (mask[at] === 0xff || mask[at] === allowed)) continue;
    if (at > from) runs.push([from, at]);
    from = at + 1;
  }
  return runs;
}

function distinct(words: readonly Word[]): ReadonlyMap<string, Word> {
  return new Map(words.map((word) => [wordName(word), word]));
}

function wordName({ bytes, ignoreCase }: Word): string {
  const text = Buffer.from(bytes).toString("latin1");
  return ignoreCase ? `i:${text.replace(/[a-z]/g, (letter) => letter.toUpperCase())}` : `x:${text}`;
}

function depths(wanted: readonly Wanted[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const { rule, maxEnd } of wanted) found.set(rule, Math.max(found.get(rule) ?? 0, maxEnd + 1));
  return found;
}
