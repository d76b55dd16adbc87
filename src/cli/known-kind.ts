import { InvalidArgumentError } from "commander";
import { closest } from "fastest-levenshtein";

/** One of a list of names; a wrong one comes back with the nearest. */
export function knownKind(names: readonly string[]): (text: string) => string {
  return (text) => {
    if (names.includes(text)) return text;
    throw new InvalidArgumentError(`Did you mean ${closest(text, [...names])}?`);
  };
}
