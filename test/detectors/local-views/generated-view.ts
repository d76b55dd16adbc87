import type { Contents } from "../../../src/detectors/views/memory-files.ts";
import type { ShowOptions } from "../show-view.ts";

/** A host that is this one with changes, shown to the real tools and to ours. */
export interface GeneratedView {
  readonly changes: Contents;
  readonly options?: ShowOptions;
  /** What is true for the tool although no file was generated for it: rights that it lacks, the environment of its process 1. */
  readonly alsoTrue?: Contents;
}

const ABSENT = { absence: "absent" } as const;

/** No mark of a container, so that only what a view adds decides. */
export const UNMARKED: Contents = {
  "/.dockerenv": ABSENT,
  "/.dockerinit": ABSENT,
  "/run/.containerenv": ABSENT,
  "/run/host/container-manager": ABSENT,
  "/run/systemd/container": ABSENT,
  "/proc/1/environ": "HOME=/\0TERM=linux\0",
};

/** A view without marks of a container, with these changes. */
export function unmarked(...changes: readonly Contents[]): GeneratedView {
  return { changes: Object.assign({}, UNMARKED, ...changes) };
}

export const absent = (...paths: readonly string[]): Contents => Object.fromEntries(paths.map((path) => [path, ABSENT]));
