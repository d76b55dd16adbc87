import { type Files, textOf } from "../../detectors/views/files.ts";
import type { LocalView } from "../../detectors/views/local-view.ts";
import type { Contents } from "../../detectors/views/memory-files.ts";
import type { Effect, Site } from "../effect.ts";
import { realPath } from "../real-path.ts";

/** What an effect is made for: the host as it looks so far, clues that come first included. */
export interface Host {
  readonly view: LocalView;
  readonly site: Site;
}

/** Why a clue cannot be shown on this host, a sentence without a full stop. */
export interface Unavailable {
  readonly unavailable: string;
}

/** The effect of a clue. Where only part of a file changes, it is made from the host's own file. */
export type EffectOf = (host: Host) => Effect | Unavailable;
export type Effects = Readonly<Record<string, EffectOf>>;

export function isUnavailable(answer: Effect | Unavailable): answer is Unavailable {
  return "unavailable" in answer;
}

export const unavailable = (why: string): Unavailable => ({ unavailable: why });

/** Files that any host can be given. */
export const shows =
  (files: Contents): EffectOf =>
  () => ({ files });

/** A file that the host has, with its text changed; undefined: there is nothing in it to change. */
export function edits(path: string, change: (text: string, host: Host) => string | undefined): EffectOf {
  return (host) => {
    const text = textOf(host.view.files, path);
    if (text === undefined) return unavailable(`${path} ${reasonOf(host.view.files, path)}`);
    const changed = change(text, host);
    return changed === undefined ? unavailable(`${path} has nothing to change`) : { files: { [realPath(host.view.files, path)]: changed } };
  };
}

function reasonOf(files: Files, path: string): string {
  const why = files.read(path);
  return why === "absent" ? "is not on this host" : why === "denied" ? "may not be read by whoever asks" : "was not looked at";
}

/** A file that is replaced where the host has it: a mount needs something to cover. */
export const replaces = (path: string, text: string): EffectOf => edits(path, () => text);

/** All the files of several effects; the first that cannot be had decides. Each sees the host as it was. */
export function together(...effects: readonly EffectOf[]): EffectOf {
  return (host) => {
    const answers = effects.map((one) => one(host));
    const missing = answers.find(isUnavailable);
    if (missing !== undefined) return missing;
    const made = answers.flatMap((one) => (isUnavailable(one) ? [] : [one]));
    const files: Contents = Object.assign({}, ...made.map((one) => one.files ?? {}));
    return { ...Object.assign({}, ...made), files };
  };
}
