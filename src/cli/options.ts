import { InvalidArgumentError, Option } from "commander";
import { STEWARD_FOLDER } from "../steward/place.ts";

/** Options that several commands share, so that each is spelt and explained in one way. */
export const configOption = () => new Option("--config <file>", "the configuration (YAML)").env("UTSUSEMI_CONFIG");
export const stateOption = () => new Option("--state <folder>", "the folder of all state").env("UTSUSEMI_STATE");
/** The steward's. */
export const folderOption = () => new Option("--folder <folder>", "the steward's folder").env("UTSUSEMI_STEWARD").default(STEWARD_FOLDER);
export const jsonOption = () => new Option("--json", "one JSON object a line");

/** A whole number from `min` on. */
export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min) throw new InvalidArgumentError(`A whole number from ${min} on is wanted.`);
    return value;
  };
}

/** A number above zero. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError("A number above zero is wanted.");
  return value;
}

/** An ISO 8601 date or time; gives back the same moment in UTC. */
export function isoTime(text: string): string {
  const moment = new Date(text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(moment.getTime())) {
    throw new InvalidArgumentError("A date or time such as 2026-01-31 or 2026-01-31T12:00:00Z is wanted.");
  }
  return moment.toISOString();
}
