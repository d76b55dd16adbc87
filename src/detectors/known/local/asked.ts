import { quoted } from "../../quoted.ts";
import { type Absence, exists } from "../../views/files.ts";
import type { LocalView } from "../../views/local-view.ts";
import { filesOfProgram } from "../../views/viewer-files.ts";

/**
 * A view as one tool asks it: the same answers, and a memory of what decided and of what the view could not say. A tool goes on where the
 * view is blind, as if nothing were there, and its verdict names what it lacks.
 */
export interface Asked {
  readonly view: LocalView;
  read(path: string): Uint8Array | Absence;
  /** The same by a program that the tool starts, which may have rights that the tool has not (set-uid). */
  readBy(program: string, path: string): Uint8Array | Absence;
  /** The same as text, a character a byte; undefined where there is nothing to read. */
  text(path: string): string | undefined;
  /** What `access(path, F_OK)` says. */
  there(path: string): boolean;
  names(path: string): readonly string[];
  /** The first reason is the one that decided. */
  because(reason: string): void;
  lacks(what: string): void;
  readonly reasons: readonly string[];
  readonly lacking: readonly string[];
}

/**
 * @param runAs who runs the tool: what root could read and the view's taker could not is lacking; not so where the view is made out to be an
 * account's, which runs the tool itself.
 */
export function asking(view: LocalView, runAs: "anyone" | "root" = "anyone"): Asked {
  const hidden = runAs === "root" && view.uid !== undefined && view.uid !== 0 && view.seenBy === undefined;
  const reasons: string[] = [];
  const lacking = new Set<string>();
  const known = <T>(path: string, answer: T): T => {
    if (answer === "unknown" || (hidden && answer === "denied")) lacking.add(path);
    return answer;
  };
  const read = (path: string) => known(path, view.files.read(path));
  return {
    view,
    read,
    readBy: (program, path) => known(path, filesOfProgram(view, program).read(path)),
    text(path) {
      const bytes = read(path);
      return typeof bytes === "string" ? undefined : latin1(bytes);
    },
    there: (path) => known(path, exists(view.files, path) ?? "unknown") === true,
    names(path) {
      const names = known(path, view.files.list(path));
      return typeof names === "string" ? [] : names;
    },
    because: (reason) => void reasons.push(reason),
    lacks: (what) => void lacking.add(what),
    reasons,
    get lacking() {
      return [...lacking];
    },
  };
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** Hostile files can be megabytes long; a reason is a line. */
export function brief(text: string): string {
  return quoted(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}
