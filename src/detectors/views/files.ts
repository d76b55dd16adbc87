/**
 * The files of a host as a detector sees them: read only, and by name. The live host, a saved view and a host that was only thought of are
 * all one of these. `read` and `list` follow symbolic links, as the programs that detectors are do; `look` does not.
 */
export interface Files {
  /** Whole contents; files of /proc and /sys included. At most 4 MiB, cut there. */
  read(path: string): Uint8Array | Absence;
  /** Names in a directory, sorted bytewise, without `.` and `..`. */
  list(path: string): readonly string[] | Absence;
  look(path: string): FileLook | Absence;
}

/** Why there is no answer: there is no such file; no right to read it; the view does not say. */
export type Absence = "absent" | "denied" | "unknown";

export interface FileLook {
  readonly kind: "file" | "directory" | "link" | "device" | "other";
  readonly size: number;
  /** Permission bits, such as 0o755. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly links: number;
  /** Seconds since 1970. */
  readonly modified: number;
  /** Of a link: where it points, as written. */
  readonly target?: string;
  /** Of a device: major and minor. */
  readonly device?: readonly [number, number];
}

export function isAbsence(answer: Uint8Array | readonly string[] | FileLook | Absence): answer is Absence {
  return answer === "absent" || answer === "denied" || answer === "unknown";
}

/** A file as text (Latin-1, so that no byte is lost), or undefined where there is no answer. */
export function textOf(files: Files, path: string): string | undefined {
  const bytes = files.read(path);
  return typeof bytes === "string" ? undefined : Buffer.from(bytes).toString("latin1");
}

/** A one-line file without its line end, as most of /sys are. */
export function lineOf(files: Files, path: string): string | undefined {
  return textOf(files, path)?.replace(/\n$/, "");
}

/**
 * Whether something has this name, a link that points nowhere not: what `test -e` says. Undefined: the view does not say, or a folder on the way
 * may not be entered by whoever looked.
 */
export function exists(files: Files, path: string): boolean | undefined {
  const listed = files.list(path);
  if (typeof listed !== "string") return true;
  const read = listed === "denied" ? "denied" : files.read(path);
  if (read === "unknown") return undefined;
  if (read !== "denied") return read !== "absent";
  // What is there and may not be read can be looked at; what lies in a closed folder can't.
  const look = files.look(path);
  return look === "denied" ? undefined : look !== "absent";
}
