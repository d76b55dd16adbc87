import type { Absence, FileLook, Files } from "./files.ts";

/**
 * Files that remember what was asked of them, and files that answer from such a memory: so a saved view holds exactly what the detectors
 * looked at, and any of them can judge it again without the host.
 */
export interface Recorded {
  readonly reads: Readonly<Record<string, Uint8Array | Absence>>;
  readonly lists: Readonly<Record<string, readonly string[] | Absence>>;
  readonly looks: Readonly<Record<string, FileLook | Absence>>;
}

export interface RecordingFiles extends Files {
  /** Everything that was asked so far, with its answer. */
  recorded(): Recorded;
}

/** Asks `files` for each thing once, and keeps the answer: also a guarantee that one view does not change under its detectors. */
export function recordingFiles(files: Files): RecordingFiles {
  const reads = new Map<string, Uint8Array | Absence>();
  const lists = new Map<string, readonly string[] | Absence>();
  const looks = new Map<string, FileLook | Absence>();
  return {
    read: (path) => once(reads, path, files.read),
    list: (path) => once(lists, path, files.list),
    look: (path) => once(looks, path, files.look),
    recorded: () => ({ reads: Object.fromEntries(reads), lists: Object.fromEntries(lists), looks: Object.fromEntries(looks) }),
  };
}

/** What was never asked is unknown. */
export function recordedFiles({ reads, lists, looks }: Recorded): Files {
  return {
    read: (path) => own(reads, path),
    list: (path) => own(lists, path),
    look: (path) => own(looks, path),
  };
}

function once<T>(known: Map<string, T>, path: string, ask: (path: string) => T): T {
  const before = known.get(path);
  if (before !== undefined) return before;
  const answer = ask(path);
  known.set(path, answer);
  return answer;
}

function own<T>(record: Readonly<Record<string, T>>, path: string): T | "unknown" {
  return Object.hasOwn(record, path) ? (record[path] ?? "unknown") : "unknown";
}
