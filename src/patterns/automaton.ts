import { isLetter } from "./content-shape.ts";
import { HAS_OUTPUT } from "./tables.ts";

/**
 * All texts that are searched for as one deterministic automaton: each byte is looked at once, however many texts there are.
 * A trie of the texts is walked from every byte on at the same time; a state of the automaton is the set of the trie's nodes that are reached.
 * Letters in either case are symbols of their own in the trie, so that texts with and without regard to case stand in one automaton, exactly.
 */
export interface Word {
  readonly bytes: Uint8Array;
  readonly ignoreCase: boolean;
}

export interface Automaton {
  readonly states: number;
  readonly classShift: number;
  /** The class of each byte. */
  readonly classes: Uint8Array;
  readonly transitions: Uint16Array;
  /** For each state the numbers of the words that end there. */
  readonly words: readonly (readonly number[])[];
}

interface Node {
  /** By symbol: a byte, or 256 + the upper-case letter for both cases. */
  readonly edges: Map<number, number>;
  readonly words: number[];
}

const BOTH_CASES = 256;

/** @returns undefined where more than `maxStates` states were needed. */
export function buildAutomaton(words: readonly Word[], maxStates: number): Automaton | undefined {
  const nodes = buildTrie(words);
  const { classes, members } = byteClasses(nodes);
  const classShift = Math.max(1, Math.ceil(Math.log2(members.length)));
  const found = explore(nodes, { members, classes, classShift, maxStates });
  return found && { ...found, classShift, classes };
}

function buildTrie(words: readonly Word[]): readonly Node[] {
  const nodes: Node[] = [{ edges: new Map(), words: [] }];
  words.forEach(({ bytes, ignoreCase }, number) => {
    let at = 0;
    for (const byte of bytes) at = childOf(nodes, at, ignoreCase && isLetter(byte) ? BOTH_CASES + (byte & 0xdf) : byte);
    nodes[at]?.words.push(number);
  });
  return nodes;
}

function childOf(nodes: Node[], parent: number, symbol: number): number {
  const edges = nodes[parent]?.edges ?? new Map<number, number>();
  const known = edges.get(symbol);
  if (known !== undefined) return known;
  nodes.push({ edges: new Map(), words: [] });
  edges.set(symbol, nodes.length - 1);
  return nodes.length - 1;
}

/** The symbols that stand for a byte. */
function symbolsOf(byte: number): readonly number[] {
  return isLetter(byte) ? [byte, BOTH_CASES + (byte & 0xdf)] : [byte];
}

/** Bytes that no word tells apart are one class. @returns for each class one byte that is in it */
function byteClasses(nodes: readonly Node[]): { readonly classes: Uint8Array; readonly members: readonly number[] } {
  const used = new Set(nodes.flatMap(({ edges }) => [...edges.keys()]));
  const classes = new Uint8Array(256);
  const members: number[] = [];
  const known = new Map<string, number>();
  for (let byte = 0; byte < 256; byte++) {
    const key = symbolsOf(byte)
      .filter((symbol) => used.has(symbol))
      .join();
    const number = known.get(key) ?? members.push(byte) - 1;
    known.set(key, number);
    classes[byte] = number;
  }
  return { classes, members };
}

const NO_EDGES: ReadonlyMap<number, number> = new Map();

/** The set that a class of bytes leads to. */
interface Move {
  readonly number: number;
  readonly set: readonly number[];
}

interface Bounds {
  readonly classes: Uint8Array;
  readonly members: readonly number[];
  readonly classShift: number;
  readonly maxStates: number;
}

type Explored = Pick<Automaton, "states" | "transitions" | "words">;

/** Walks from set to set. The root is in every set, so it isn't written down. */
function explore(nodes: readonly Node[], bounds: Bounds): Explored | undefined {
  const { classShift, maxStates } = bounds;
  const numbers = new Map<string, number>([["", 0]]);
  const sets: (readonly number[])[] = [[]];
  const words: (readonly number[])[] = [[]];
  const rows: Uint16Array[] = [];
  const enter = (set: readonly number[]): number => {
    const key = set.join();
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, sets.length);
    words.push(set.flatMap((node) => nodes[node]?.words ?? []));
    return sets.push(set) - 1;
  };
  const entry = (set: readonly number[]): number => {
    const state = enter(set);
    return (words[state]?.length ?? 0) > 0 ? state | HAS_OUTPUT : state;
  };
  for (let state = 0; state < sets.length && sets.length <= maxStates; state++) {
    const row = Uint16Array.from(rows[0] ?? new Uint16Array(1 << classShift));
    for (const byte of classesThatMove(nodes, sets[state] ?? [], bounds)) row[byte.number] = entry(byte.set);
    rows.push(row);
  }
  if (sets.length > maxStates) return undefined;
  const transitions = new Uint16Array(rows.length << classShift);
  rows.forEach((row, state) => {
    transitions.set(row, state << classShift);
  });
  return { states: rows.length, transitions, words };
}

/** Where a state leads that the root alone does not lead: only for bytes that carry on one of its nodes (for the first state: that begin a word). */
function classesThatMove(nodes: readonly Node[], set: readonly number[], { members, classes }: Bounds): readonly Move[] {
  const active = set.map((number) => nodes[number]?.edges ?? NO_EDGES);
  const root = nodes[0]?.edges ?? NO_EDGES;
  const moving = new Set<number>();
  for (const edges of active.length > 0 ? active : [root]) {
    for (const symbol of edges.keys()) for (const byte of bytesOf(symbol)) moving.add(classes[byte] ?? 0);
  }
  return [...moving].map((number) => {
    const symbols = symbolsOf(members[number] ?? 0);
    const reached = [...active, root].flatMap((edges) => symbols.flatMap((symbol) => edges.get(symbol) ?? []));
    return { number, set: reached.sort((one, other) => one - other) };
  });
}

function bytesOf(symbol: number): readonly number[] {
  return symbol < BOTH_CASES ? [symbol] : [symbol - BOTH_CASES, symbol - BOTH_CASES + 32];
}
