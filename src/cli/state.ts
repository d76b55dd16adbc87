import { join } from "node:path";
import { loadSettings } from "../daemon/configuration.ts";
import type { Settings } from "../daemon/settings.ts";
import { decoyDescriptions } from "../decoys/descriptions.ts";
import { OperatorError } from "../errors/operator-error.ts";
import { StoreReader } from "../store/store-reader.ts";

/** What `--config` and `--state` gave. */
export interface Place {
  readonly config?: string;
  readonly state?: string;
}

export function settingsOf(place: Place): Settings {
  return loadSettings(
    { ...(place.config === undefined ? {} : { file: place.config }), ...(place.state === undefined ? {} : { state: place.state }) },
    decoyDescriptions,
  );
}

/** Reads the store of a sensor, whether it runs or not, and closes it again. */
export async function withStore<T>(place: Place, use: (reader: StoreReader, settings: Settings) => T | Promise<T>): Promise<T> {
  const settings = settingsOf(place);
  const reader = new StoreReader(settings.state);
  if (!reader.exists) {
    throw new OperatorError("state-unusable", `Nothing was ever kept in ${settings.state}.`, {
      next: "Start a sensor with `utsusemi up`, or name its folder with --state.",
    });
  }
  try {
    return await use(reader, settings);
  } finally {
    reader.close();
  }
}

export function controlSocket(settings: Settings): string {
  return settings.control.socket === "" ? join(settings.state, "control.sock") : settings.control.socket;
}

/** The whole id of the visit that `given` is, or the end of: lists show the last six characters. */
export function findSession(reader: StoreReader, given: string): string {
  if (reader.questions.summary(given) !== undefined) return given;
  const ending = reader.questions.sessions({ limit: 100_000 }).filter(({ id }) => id.endsWith(given));
  const [first, second] = ending;
  if (first === undefined) throw new OperatorError("not-found", `There is no visit ${given}.`);
  if (second !== undefined)
    throw new OperatorError("not-found", `${ending.length} visits end in ${given}.`, { next: "Give more of the id." });
  return first.id;
}
