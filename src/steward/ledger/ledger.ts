import { dirname } from "node:path";
import { OperatorError } from "../../errors/operator-error.ts";
import { type Change, type State, subjectOf } from "./change.ts";
import type { HostPort } from "./host-port.ts";
import { hashOf, isOurs, isRewritten, isSame, lookAt, makeChange, undoChange, whyNotOver } from "./kinds.ts";
import { encodeLine, type Line, parseLines } from "./ledger-line.ts";
import type { LedgerStore } from "./ledger-store.ts";

/**
 * The changes that were made to the host. Each is written down with all that is needed to undo it, durable, before it is made:
 * planned -> made -> undoing -> undone. Whoever opens a ledger undoes first what was half done.
 *
 * What must stay true: nothing is changed that is not in it, and nothing is undone that somebody else has changed since: that is a conflict,
 * which is reported and left as it is.
 */
export interface Conflict {
  /** Such as `path /etc/issue`. */
  readonly subject: string;
  /** A sentence's rest: `somebody has changed it since`. */
  readonly why: string;
}

export interface Entry {
  readonly id: number;
  readonly change: Change;
  readonly before: State;
  /** Name of what the file held before. */
  readonly kept?: string;
  readonly after?: State;
  readonly state: Line["state"];
}

export class Ledger {
  readonly #store: LedgerStore;
  readonly #host: HostPort;
  readonly #entries = new Map<number, Entry>();
  #last = 0;

  constructor(store: LedgerStore, host: HostPort) {
    this.#store = store;
    this.#host = host;
    const { lines, size, isDamaged } = parseLines(store.read());
    if (isDamaged) throw new OperatorError("ledger-damaged", "The ledger of changes has a line that is not as it was written.");
    store.cut(size);
    for (const line of lines) this.#take(line);
  }

  /** Changes that are made, oldest first. */
  get entries(): readonly Entry[] {
    return [...this.#entries.values()].filter(({ state }) => state !== "undone");
  }

  /** Undoes what was half made, finishes what was half undone; answers what could be neither. */
  recover(): readonly Conflict[] {
    const half = this.entries.filter(({ state }) => state !== "made").toReversed();
    return half.map((entry) => this.#undoHalf(entry)).filter((conflict) => conflict !== undefined);
  }

  /** Makes a change; once made, the same change is nothing to do. A conflict: nothing was done. */
  apply(change: Change): Conflict | undefined {
    const subject = subjectOf(change);
    const made = this.entries.findLast((entry) => subjectOf(entry.change) === subject);
    const before = lookAt(change, this.#host);
    if (made?.after !== undefined && JSON.stringify(made.change) === JSON.stringify(change))
      return isSame(before, made.after) ? undefined : { subject, why: "somebody has changed it since" };
    const why = whyNotOver(change, before) ?? this.#whyNotIn(change);
    if (why !== undefined) return { subject, why };
    const id = this.#last + 1;
    this.#plan({ id, state: "planned", change, before });
    makeChange(change, before, this.#host);
    this.#write({ id, state: "made", after: lookAt(change, this.#host) });
    return undefined;
  }

  /** Undoes all, the newest first; answers what somebody else has changed, which stays. */
  revert(): readonly Conflict[] {
    const conflicts = [...this.recover()];
    for (const entry of this.entries.toReversed()) {
      if (entry.state !== "made") continue;
      const conflict = this.#undo(entry);
      if (conflict !== undefined) conflicts.push(conflict);
    }
    if (this.entries.length === 0) this.#forget();
    return conflicts;
  }

  #whyNotIn(change: Change): string | undefined {
    if (!("path" in change) || change.kind === "mount") return undefined;
    return this.#host.look(dirname(change.path)).is === "directory" ? undefined : `${dirname(change.path)} is no directory`;
  }

  #plan(line: Extract<Line, { state: "planned" }>): void {
    if (!isRewritten(line.change, line.before)) return this.#write(line);
    const contents = this.#host.read(line.change.path);
    const kept = hashOf(contents);
    this.#store.keep(kept, contents);
    this.#write({ ...line, kept });
  }

  #undo(entry: Entry): Conflict | undefined {
    const now = lookAt(entry.change, this.#host);
    const isBefore = isSame(now, entry.before);
    if (!isBefore && entry.after !== undefined && !isSame(now, entry.after))
      return { subject: subjectOf(entry.change), why: "somebody has changed it since" };
    if (!isBefore) return this.#finishUndoing(entry);
    this.#write({ id: entry.id, state: "undone" });
    return undefined;
  }

  #undoHalf(entry: Entry): Conflict | undefined {
    const now = lookAt(entry.change, this.#host);
    if (!isOurs(entry.change, { before: entry.before, now, kept: this.#keptOf(entry), host: this.#host }))
      return { subject: subjectOf(entry.change), why: "somebody has changed it while it was being changed" };
    return this.#finishUndoing(entry);
  }

  #finishUndoing(entry: Entry): Conflict | undefined {
    const { id, change, before, after, state } = entry;
    const subject = subjectOf(change);
    if (change.kind === "directory" && this.#host.look(change.path).is === "directory" && !this.#host.isEmpty(change.path))
      return { subject, why: "there is something in it that is not ours" };
    if (state !== "undoing") this.#write({ id, state: "undoing" });
    // Of what was interrupted, nobody knows how its directory was left.
    undoChange(change, { before, after: state === "made" ? after : undefined, kept: this.#keptOf(entry), host: this.#host });
    if (!isSame(lookAt(change, this.#host), before)) return { subject, why: "it could not be brought back as it was" };
    this.#write({ id, state: "undone" });
    return undefined;
  }

  #keptOf({ kept, change, before }: Entry): Uint8Array | undefined {
    if (kept === undefined) return undefined;
    const contents = this.#store.kept(kept);
    if (hashOf(contents) === kept) return contents;
    throw new OperatorError("ledger-damaged", `What ${subjectOf(change)} held before (${before.is}) is not as it was kept.`);
  }

  #forget(): void {
    this.#store.clear();
    this.#entries.clear();
    this.#last = 0;
  }

  #write(line: Line): void {
    this.#store.append(encodeLine(line));
    this.#take(line);
  }

  #take(line: Line): void {
    this.#last = Math.max(this.#last, line.id);
    if (line.state === "planned") {
      this.#entries.set(line.id, line);
      return;
    }
    const entry = this.#entries.get(line.id);
    if (entry !== undefined) this.#entries.set(line.id, { ...entry, ...line });
  }
}
