/** In a sentence, stands for the units that it is said of: what is said of many is said once. */
export const UNIT = "{unit}";

export interface SaidOf {
  readonly id: string;
  readonly sentences: readonly string[];
}

export function sentencesOf(said: readonly SaidOf[]): readonly string[] {
  return [...idsBySentence(said)].map(([sentence, ids]) => sentence.replaceAll(UNIT, ids.join(", ")));
}

/** Each stays for a reason, the end of a sentence about one. */
export function staysOf(stays: readonly { readonly id: string; readonly why: string }[]): readonly string[] {
  const byReason = idsBySentence(stays.map(({ id, why }) => ({ id, sentences: [why] })));
  return [...byReason].map(([why, ids]) =>
    ids.length === 1 ? `${ids[0]} stays as it is: ${why}.` : `${ids.join(", ")} stay as they are; of each: ${why}.`,
  );
}

function idsBySentence(said: readonly SaidOf[]): ReadonlyMap<string, readonly string[]> {
  const all = said.flatMap(({ id, sentences }) => sentences.map((sentence) => ({ id, sentence })));
  return new Map([...Map.groupBy(all, ({ sentence }) => sentence)].map(([sentence, of]) => [sentence, of.map(({ id }) => id)]));
}
