import { OperatorError } from "../../errors/operator-error.ts";
import type { Change } from "../ledger/change.ts";
import type { Conflict, Ledger } from "../ledger/ledger.ts";

/**
 * Makes all changes or none: at a conflict, and where the host refuses one, those before it are undone.
 * @throws OperatorError `change-conflict`, `change-failed`
 */
export function makeAll(ledger: Ledger, changes: readonly Change[]): void {
  for (const change of changes) {
    const why = whyNotMade(ledger, change);
    if (why !== undefined) throw undone(ledger, why);
  }
}

function whyNotMade(ledger: Ledger, change: Change): OperatorError | undefined {
  try {
    const conflict = ledger.apply(change);
    if (conflict === undefined) return undefined;
    return new OperatorError("change-conflict", `${subjectText(conflict.subject)} cannot be changed: ${conflict.why}.`);
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
}

/** Undoes all that was made, and says so behind the reason. */
export function undone(ledger: Ledger, { code, message, next }: OperatorError): OperatorError {
  return new OperatorError(code, `${message} ${undoneText(ledger.revert())}`, { next });
}

function undoneText(left: readonly Conflict[]): string {
  if (left.length === 0) return "Everything is as it was before.";
  return `All else was undone, but for ${left.map(({ subject }) => subjectText(subject)).join(", ")}.`;
}

/** `/etc/issue` for `path /etc/issue`; other kinds keep their word. */
export function subjectText(subject: string): string {
  return subject.replace(/^path /, "");
}
