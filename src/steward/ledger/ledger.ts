import { dirname } from "node:path";
import { OperatorError } from "../../errors/operator-error.ts";
import { type Change, type State, subjectOf, VOLATILE } from "./change.ts";
import type { HostPort } from "./host-port.ts";
import { hashOf, isOurs, isRewritten, isSame, lookAt, makeChange, undoChange, whyNotOver } from "./kinds.ts";
import { encodeLine, type Line, parseLines } from "./ledger-line.ts";
import type { LedgerStore } from "./ledger-store.ts";
import { codeOf, UnsafePathError } from "./safe-path.ts";

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
  /** What is needed to undo it is not as it was kept. */
  readonly isDamaged?: true;
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

  /** What was undone last, as it was before and had been made; nothing of it should be left. */
  get former(): readonly Entry[] {
    return entriesOf(parseLines(this.#store.former()).lines);
  }

  /** Undoes what was half made, finishes what was half undone; answers what could be neither. */
  recover(): readonly Conflict[] {
    const half = this.entries.filter(({ state }) => state !== "made").toReversed();
    return half.map((entry) => this.#tried(entry, () => this.#undoHalf(entry))).filter((conflict) => conflict !== undefined);
  }

  /**
   * Makes a change; once made, the same change is nothing to do, unless a reboot has undone it. A conflict: nothing was done.
   * @throws OperatorError `change-failed`: the host refused; what was begun was undone
   */
  apply(change: Change): Conflict | undefined {
    const subject = subjectOf(change);
    const made = this.entries.findLast((entry) => subjectOf(entry.change) === subject);
    const before = this.#lookedAt(change);
    if ("why" in before) return before;
    if (made?.after !== undefined && JSON.stringify(made.change) === JSON.stringify(change)) {
      if (isSame(before, made.after)) return undefined;
      if (!isUndoneByItself(made, before)) return { subject, why: "somebody has changed it since" };
      this.#write({ id: made.id, state: "undone" });
    }
    const why = whyNotOver(change, before) ?? this.#whyNotIn(change);
    if (why !== undefined) return { subject, why };
    this.#make(change, before);
    return undefined;
  }

  /** Undoes all, the newest first; answers what stays, because somebody else has changed it or because it cannot be undone now. */
  revert(): readonly Conflict[] {
    const conflicts = [...this.recover()];
    for (const entry of this.entries.toReversed()) {
      if (entry.state !== "made") continue;
      const conflict = this.#tried(entry, () => this.#undo(entry));
      if (conflict !== undefined) conflicts.push(conflict);
    }
    if (this.entries.length === 0) this.#forget();
    return conflicts;
  }

  /** Forgets what could not be undone: it stays as it is now, and is nobody's concern any more. */
  leave(): void {
    for (const { id } of this.entries) this.#write({ id, state: "undone" });
    this.#forget();
  }

  #lookedAt(change: Change): State | Conflict {
    try {
      return lookAt(change, this.#host);
    } catch (error) {
      if (error instanceof UnsafePathError) return { subject: subjectOf(change), why: error.message };
      throw failed(change, error, "nothing was done");
    }
  }

  #whyNotIn(change: Change): string | undefined {
    if (!("path" in change)) return undefined;
    const place = change.kind === "mount" ? change.path : dirname(change.path);
    const { is } = this.#host.look(place);
    return is === "directory" || (change.kind === "mount" && is === "file") ? undefined : `${place} is no directory`;
  }

  #make(change: Change, before: State): void {
    const id = this.#last + 1;
    try {
      this.#plan({ id, state: "planned", change, before });
      makeChange(change, before, this.#host);
      this.#write({ id, state: "made", after: lookAt(change, this.#host) });
    } catch (error) {
      throw failed(change, error, this.#undoneAfter(id));
    }
  }

  /** How a change that failed was left, the rest of a sentence. */
  #undoneAfter(id: number): string {
    const entry = this.#entries.get(id);
    if (entry === undefined) return "nothing was done";
    const conflict = this.#tried(entry, () => this.#undoHalf(entry));
    return conflict === undefined ? "what was begun was undone" : `what was begun could not be undone yet: ${conflict.why}`;
  }

  #plan(line: Extract<Line, { state: "planned" }>): void {
    if (!isRewritten(line.change, line.before)) return this.#write(line);
    const contents = this.#host.read(line.change.path);
    const kept = hashOf(contents);
    this.#store.keep(kept, contents);
    this.#write({ ...line, kept });
  }

  /** What the host or the ledger's disk refuses is a conflict as well: the entry stays, and the others are undone all the same. */
  #tried(entry: Entry, undo: () => Conflict | undefined): Conflict | undefined {
    try {
      return undo();
    } catch (error) {
      const subject = subjectOf(entry.change);
      if (error instanceof OperatorError && error.code === "ledger-damaged") return { subject, why: error.message, isDamaged: true };
      return { subject, why: `it cannot be undone now: ${reasonOf(error)}` };
    }
  }

  #undo(entry: Entry): Conflict | undefined {
    const now = lookAt(entry.change, this.#host);
    const isGone = isSame(now, entry.before) || isUndoneByItself(entry, now);
    if (!isGone && entry.after !== undefined && !isSame(now, entry.after))
      return { subject: subjectOf(entry.change), why: "somebody has changed it since" };
    if (!isGone) return this.#finishUndoing(entry);
    this.#write({ id: entry.id, state: "undone" });
    return undefined;
  }

  #undoHalf(entry: Entry): Conflict | undefined {
    const now = lookAt(entry.change, this.#host);
    const isUntouched = isSame(now, entry.before);
    if (!isUntouched && !isOurs(entry.change, { before: entry.before, now, kept: this.#keptOf(entry), host: this.#host }))
      return { subject: subjectOf(entry.change), why: "somebody has changed it while it was being changed" };
    return this.#finishUndoing(entry);
  }

  #finishUndoing(entry: Entry): Conflict | undefined {
    const { id, change, before, after, state } = entry;
    const subject = subjectOf(change);
    if (change.kind === "directory" && this.#host.look(change.path).is === "directory" && !this.#host.isEmpty(change.path))
      return { subject, why: "there is something in it that is not ours" };
    // What is planned and not made is half done as well: no line is needed that a full disk might refuse.
    if (state === "made") this.#write({ id, state: "undoing" });
    const now = lookAt(change, this.#host);
    const kept = isSame(now, before) ? undefined : this.#keptOf(entry);
    // Of what was interrupted, nobody knows how its directory was left. Where nothing was begun, a host that refuses changes must not be asked.
    const isUntouched = JSON.stringify(now) === JSON.stringify(before);
    if (!isUntouched) undoChange(change, { before, after: state === "made" ? after : undefined, kept, host: this.#host });
    if (!isSame(lookAt(change, this.#host), before)) return { subject, why: "it could not be brought back as it was" };
    this.#write({ id, state: "undone" });
    return undefined;
  }

  #keptOf({ kept, change }: Entry): Uint8Array | undefined {
    if (kept === undefined) return undefined;
    const contents = this.#store.kept(kept);
    if (contents !== undefined && hashOf(contents) === kept) return contents;
    const how = contents === undefined ? "is missing" : "is not as it was kept";
    throw new OperatorError("ledger-damaged", `what ${subjectOf(change)} held before ${how} (${kept} in the ledger's folder)`);
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
    takeLine(this.#entries, line);
  }
}

function entriesOf(lines: readonly Line[]): readonly Entry[] {
  const entries = new Map<number, Entry>();
  for (const line of lines) takeLine(entries, line);
  return [...entries.values()];
}

function takeLine(entries: Map<number, Entry>, line: Line): void {
  const entry = line.state === "planned" ? line : entries.get(line.id);
  if (entry !== undefined) entries.set(line.id, { ...entry, ...line });
}

/** As it was before, or gone with what it was a part of: what a reboot leaves of mounts, settings, modules, processes and links. */
function isUndoneByItself({ change, before }: Entry, now: State): boolean {
  return VOLATILE.has(change.kind) && (isSame(now, before) || (now.is === "value" && now.value === undefined));
}

function failed(change: Change, cause: unknown, left: string): OperatorError {
  return new OperatorError("change-failed", `The host refused ${subjectOf(change)}: ${reasonOf(cause)}; ${left}.`, { cause });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the file system is full",
  EDQUOT: "the quota is spent",
  EROFS: "the file system is mounted read-only",
  EPERM: "it may not be changed, not even by root",
};

/** In words where there are some; of a program that failed, the first line of what it said. */
function reasonOf(error: unknown): string {
  const known = REASONS[codeOf(error) ?? ""];
  if (known !== undefined) return known;
  const said = error instanceof Error && "stderr" in error && typeof error.stderr === "string" ? error.stderr.trim() : "";
  const text = said === "" && error instanceof Error ? error.message : said === "" ? String(error) : said;
  return text.split("\n", 1)[0] ?? text;
}
