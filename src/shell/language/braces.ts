import type { Part, Word } from "./syntax.ts";

/** Brace expansion (bash manual 3.5.1), before all others and on the text alone; parts that are quoted or expanded are opaque. */
export function expandBraces(word: Word): readonly Word[] | undefined {
  if (!word.parts.some((part) => part.kind === "literal" && part.text.includes("{"))) return [word];
  const sequence = wholeSequence(word);
  if (sequence !== undefined) return sequence;
  const pieces = word.parts.flatMap((part): Piece[] => (part.kind === "literal" ? [...part.text] : [part]));
  // Each opening brace is looked for its end.
  if (pieces.length * pieces.filter((piece) => piece === "{").length > MAX_LOOKS) return undefined;
  const budget = { left: MAX_PIECES };
  const results = expand(pieces, budget);
  if (budget.left < 0) return undefined;
  return results.map((result) => ({ parts: joined(result), source: word.source }));
}

/** `{1..65535}` alone, as loops over ports have it. */
function wholeSequence(word: Word): readonly Word[] | undefined {
  const [part] = word.parts;
  if (word.parts.length !== 1 || part?.kind !== "literal") return undefined;
  const numbers = /^\{(-?[1-9]\d{0,7}|0)\.\.(-?[1-9]\d{0,7}|0)\}$/.exec(part.text);
  if (numbers === null) return undefined;
  const found = range({ first: Number(numbers[1]), last: Number(numbers[2]), step: 1 }, { left: MAX_PIECES });
  return found.length === 0
    ? undefined
    : found.map((number) => ({ parts: [{ kind: "literal", text: String(number) }], source: word.source }));
}

type Piece = string | Part;
/** Words, and pieces of them, that one word may become. */
const MAX_PIECES = 150_000;
const MAX_LOOKS = 5_000_000;

function expand(pieces: readonly Piece[], budget: { left: number }): readonly (readonly Piece[])[] {
  for (let open = pieces.indexOf("{"); open >= 0; open = pieces.indexOf("{", open + 1)) {
    const choices = choicesAt(pieces, open, budget);
    if (choices === undefined) continue;
    const head = pieces.slice(0, open);
    const tails = expand(pieces.slice(choices.end + 1), budget);
    const results: (readonly Piece[])[] = [];
    for (const choice of choices.list.flatMap((one) => expand(one, budget))) {
      for (const tail of tails) {
        budget.left -= 1 + head.length + choice.length + tail.length;
        if (budget.left < 0) return [];
        results.push([...head, ...choice, ...tail]);
      }
    }
    return results;
  }
  return [pieces];
}

/** The alternatives of the braces that open at `open`; undefined: they mean nothing. */
function choicesAt(
  pieces: readonly Piece[],
  open: number,
  budget: { left: number },
): { list: readonly (readonly Piece[])[]; end: number } | undefined {
  const found = commasAt(pieces, open);
  if (found === undefined) return undefined;
  const { commas, end } = found;
  if (commas.length === 0) {
    const sequence = sequenceOf(pieces.slice(open + 1, end), budget);
    return sequence === undefined ? undefined : { list: sequence, end };
  }
  const edges = [open, ...commas, end];
  return { list: edges.slice(1).map((edge, index) => pieces.slice((edges[index] ?? 0) + 1, edge)), end };
}

/** The commas between the braces that open at `open`, and where they close. */
function commasAt(pieces: readonly Piece[], open: number): { commas: readonly number[]; end: number } | undefined {
  const commas: number[] = [];
  let depth = 0;
  for (let at = open + 1; at < pieces.length; at += 1) {
    const piece = pieces[at];
    if (piece === "{") depth += 1;
    else if (piece === "," && depth === 0) commas.push(at);
    else if (piece === "}") {
      if (depth === 0) return { commas, end: at };
      depth -= 1;
    }
  }
  return undefined;
}

/** `{a..e}`, `{1..10}`, `{01..10..2}`. */
function sequenceOf(pieces: readonly Piece[], budget: { left: number }): readonly (readonly Piece[])[] | undefined {
  const text = pieces.every((piece) => typeof piece === "string") ? pieces.join("") : "";
  const numbers = /^(-?\d{1,15})\.\.(-?\d{1,15})(?:\.\.(-?\d{1,9}))?$/.exec(text);
  if (numbers !== null) return numberSequence(numbers, budget);
  const letters = /^([A-Za-z])\.\.([A-Za-z])(?:\.\.(-?\d{1,9}))?$/.exec(text);
  if (letters === null) return undefined;
  const [first, last] = [(letters[1] ?? "").charCodeAt(0), (letters[2] ?? "").charCodeAt(0)];
  return range({ first, last, step: Number(letters[3] ?? 1) }, budget).map((code) => [String.fromCharCode(code)]);
}

function numberSequence(found: readonly (string | undefined)[], budget: { left: number }): readonly (readonly Piece[])[] {
  const [, first = "", last = "", step] = found;
  const padded = /^-?0\d/.test(first) || /^-?0\d/.test(last);
  const width = padded ? Math.max(first.length, last.length) : 0;
  return range({ first: Number(first), last: Number(last), step: Number(step ?? 1) }, budget).map((number) => {
    const digits = String(Math.abs(number)).padStart(number < 0 ? width - 1 : width, "0");
    return [number < 0 ? `-${digits}` : digits];
  });
}

function range(of: { first: number; last: number; step: number }, budget: { left: number }): readonly number[] {
  const step = Math.abs(of.step) || 1;
  const count = Math.floor(Math.abs(of.last - of.first) / step) + 1;
  budget.left -= count;
  if (budget.left < 0) return [];
  return Array.from({ length: count }, (_, index) => of.first + index * (of.last >= of.first ? step : -step));
}

function joined(pieces: readonly Piece[]): Part[] {
  const parts: Part[] = [];
  let text = "";
  for (const piece of pieces) {
    if (typeof piece === "string") {
      text += piece;
      continue;
    }
    if (text !== "") parts.push({ kind: "literal", text });
    text = "";
    parts.push(piece);
  }
  if (text !== "") parts.push({ kind: "literal", text });
  return parts;
}
