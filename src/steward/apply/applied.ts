import { join } from "node:path";
import { type Change, type FileChange, type State, subjectOf, VOLATILE } from "../ledger/change.ts";
import type { HostPort } from "../ledger/host-port.ts";
import { isSame, lookAt } from "../ledger/kinds.ts";
import type { Conflict, Entry, Ledger } from "../ledger/ledger.ts";
import type { Applied } from "../verbs/api.ts";

/**
 * What is applied is the last change of all: where it is made, everything before it is, and it is the first to be undone. So the ledger alone
 * says whether a disguise is there whole, is not there, or was not taken back whole.
 */
export function appliedChange(folder: string, applied: Applied): FileChange {
  const contents = Buffer.from(`${JSON.stringify(applied)}\n`).toString("base64");
  return { kind: "file", path: fileIn(folder), contents, mode: 0o600 };
}

function fileIn(folder: string): string {
  return join(folder, "applied.json");
}

/** As the ledger has it, whose sums vouch for it; the file is for people. */
export function appliedIn(ledger: Ledger, folder: string): Applied | undefined {
  const made = ledger.entries.findLast(({ change, state }) => state === "made" && change.kind === "file" && change.path === fileIn(folder));
  if (made?.change.kind !== "file") return undefined;
  return JSON.parse(Buffer.from(made.change.contents, "base64").toString("utf8"));
}

export type DisguiseState = "none" | "applied" | "revert-incomplete";

export function stateOf(ledger: Ledger, folder: string): DisguiseState {
  if (appliedIn(ledger, folder) !== undefined) return "applied";
  return ledger.entries.length === 0 ? "none" : "revert-incomplete";
}

/** What others have changed since: of several changes of one thing the last one counts. */
export function changedSince(ledger: Ledger, port: HostPort): readonly Conflict[] {
  return lastEntries(ledger).flatMap(({ change, after }) => {
    const now = lookAt(change, port);
    if (after === undefined || isSame(now, after)) return [];
    return [{ subject: subjectOf(change), why: isGone(now) ? goneText(change) : "somebody has changed it since" }];
  });
}

function goneText({ kind }: Change): string {
  const how = VOLATILE.has(kind) ? ": it ends with a reboot, and the same apply makes it again" : " any more";
  return `it is not there${how}`;
}

/** What a reboot undoes by itself and has undone. */
export function goneByReboot(ledger: Ledger, port: HostPort): readonly Change[] {
  const all = lastEntries(ledger).filter(({ change }) => VOLATILE.has(change.kind));
  return all.flatMap(({ change, before, after }) => {
    const now = lookAt(change, port);
    return after !== undefined && !isSame(now, after) && (isGone(now) || isSame(now, before)) ? [change] : [];
  });
}

function lastEntries({ entries }: Ledger): readonly Entry[] {
  return [...new Map(entries.map((entry) => [subjectOf(entry.change), entry])).values()];
}

function isGone(now: State): boolean {
  return now.is === "absent" || (now.is === "value" && now.value === undefined);
}
