import type { Anchored, Content, Numeric, Pattern, Searched } from "./pattern.ts";
import { CONDITION_NOT, FIELD, PAYLOAD_BYTES } from "./tables.ts";

/** One alternative of a pattern, as the tables verify it: conditions on words, and what has to be found first. */
export interface Rule {
  /** Place of its pattern among all, the strongest answer first. */
  readonly pattern: number;
  readonly source: Pattern;
  readonly conditions: readonly WordCondition[];
  readonly searched: readonly Searched[];
  readonly anchored: readonly Anchored[];
  /** It asks something of the payload's bytes. */
  readonly payload: boolean;
}

/** As the table `conditions` holds it. */
export interface WordCondition {
  readonly field: number;
  readonly offset: number;
  readonly flags: number;
  readonly mask: number;
  readonly min: number;
  readonly max: number;
}

const LAST_WORD = PAYLOAD_BYTES - 4;

/** The rules of a pattern, one an alternative. */
export function rulesOf(source: Pattern, pattern: number): readonly Rule[] {
  return source.alternatives.map((contents) => ({
    ...{ pattern, source },
    conditions: [...sizeCondition(contents), ...headerWords(source), ...contents.flatMap(contentWords)],
    searched: contents.filter((content) => content.kind === "searched"),
    anchored: contents.filter((content) => content.kind === "anchored"),
    payload: contents.length > 0,
  }));
}

/** Contents at a place need a payload that reaches there. */
function sizeCondition(contents: readonly Content[]): readonly WordCondition[] {
  const ends = contents.map((content) =>
    content.kind === "anchored" ? content.at + content.bytes.length : content.kind === "numeric" ? content.at + content.size : 0,
  );
  const end = Math.max(0, ...ends);
  return end === 0 ? [] : [{ field: FIELD.payloadSize, offset: 0, flags: 0, mask: 0xffff_ffff, min: end, max: 0xffff_ffff }];
}

function headerWords({ conditions }: Pattern): readonly WordCondition[] {
  return conditions.map(({ field, mask, min, max, not }) => ({
    field: FIELD[field],
    offset: 0,
    flags: not ? CONDITION_NOT : 0,
    mask,
    min,
    max,
  }));
}

function contentWords(content: Content): readonly WordCondition[] {
  if (content.kind === "searched") return [];
  return content.kind === "numeric" ? [numericWord(content)] : anchoredWords(content);
}

function anchoredWords({ at, bytes, mask }: Anchored): readonly WordCondition[] {
  const words: WordCondition[] = [];
  for (let from = 0; from < bytes.length; from += 4) {
    const word = bytesWord(at + from, bytes.subarray(from, from + 4), mask.subarray(from, from + 4));
    if (word.mask !== 0) words.push(word);
  }
  return words;
}

/** Up to four bytes as one big-endian word; near the end of what is seen the word begins earlier and leaves its first bytes out. */
function bytesWord(at: number, bytes: Uint8Array, mask: Uint8Array): WordCondition {
  const offset = Math.min(at, LAST_WORD);
  const place = (source: Uint8Array) => {
    const word = new DataView(new ArrayBuffer(4));
    source.forEach((byte, index) => {
      word.setUint8(at - offset + index, byte);
    });
    return word.getUint32(0);
  };
  const value = (place(bytes) & place(mask)) >>> 0;
  return { field: FIELD.payload, offset, flags: 0, mask: place(mask), min: value, max: value };
}

function numericWord({ at, size, littleEndian, mask, min, max, not }: Numeric): WordCondition {
  const shift = littleEndian ? 1 : 2 ** (32 - 8 * size);
  const field = littleEndian ? FIELD.payloadLittle : FIELD.payload;
  return { field, offset: at, flags: not ? CONDITION_NOT : 0, mask: mask * shift, min: min * shift, max: max * shift };
}
