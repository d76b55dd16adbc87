import { OperatorError } from "../../errors/operator-error.ts";
import { type Change, subjectOf } from "../ledger/change.ts";
import type { Conflict, Ledger } from "../ledger/ledger.ts";

/** Makes all changes or none: at a conflict, and where the host refuses one, those before it are undone. */
export function makeAll(ledger: Ledger, changes: readonly Change[]): void {
  for (const change of changes) {
    const conflict = made(ledger, change);
    if (conflict === undefined) continue;
    const left = ledger.revert();
    throw new OperatorError(conflict.code, `${subjectText(conflict.subject)}: ${conflict.why}. ${undoneText(left)}`);
  }
}

interface Failed extends Conflict {
  readonly code: "change-conflict" | "disguise-unsupported";
}

function made(ledger: Ledger, change: Change): Failed | undefined {
  try {
    const conflict = ledger.apply(change);
    return conflict === undefined ? undefined : { ...conflict, code: "change-conflict" };
  } catch (error) {
    const why = refusalOf(error);
    if (why === undefined) throw error;
    return { subject: subjectOf(change), why, code: "disguise-unsupported" };
  }
}

/** What the system said; undefined: it was no answer of the system's, but a fault of ours. */
function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof OperatorError && error.code === "change-failed") return error.message.replace(/\.$/, "");
  if ("code" in error && error.code === "EROFS") return "the file system is mounted read-only";
  if ("code" in error && error.code === "ENOSPC") return "the file system is full";
  if ("code" in error && typeof error.code === "string" && /^E[A-Z0-9]+$/.test(error.code)) return `the system refused (${error.code})`;
  if ("status" in error && typeof error.status === "number") return `a program that was to change it left with status ${error.status}`;
  return undefined;
}

function undoneText(left: readonly Conflict[]): string {
  if (left.length === 0) return "Everything is as it was before.";
  return `All else was undone, but for ${left.map(({ subject }) => subjectText(subject)).join(", ")}.`;
}

/** `/etc/issue` for `path /etc/issue`; other kinds keep their word. */
export function subjectText(subject: string): string {
  return subject.replace(/^path /, "");
}
