import type { Reported } from "../../events/envelope.ts";
import type { Event } from "../../events/event.ts";
import type { HandOverAsked, Sight } from "../../steward/verbs/api.ts";
import type { Evidence, Suspicion, SuspicionSettings, Transition } from "../../suspicion/index.ts";
import { eventEvidence } from "./event-evidence.ts";
import { SightEvidence } from "./sight-evidence.ts";
import { SnapshotFile } from "./snapshot-file.ts";
import { StewardLink } from "./steward-link.ts";
import type { StewardPort } from "./steward-port.ts";

export interface GateParts {
  readonly settings: SuspicionSettings;
  /** The state folder. */
  readonly state: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Where the gate is put in: whom it tells, and whom it watches. */
export interface GateSurroundings {
  readonly tell: (observation: Reported) => void;
  /** Undefined: nothing is on the wire, and decoys alone tell of sources. */
  readonly steward?: { readonly port: StewardPort; readonly handedOver: readonly HandOverAsked[] } | undefined;
}

/**
 * The suspicion gate: takes what the engine sees and what visitors do at decoys, and says what is thought of each source now: to the journal, and
 * to the steward, whose engine acts by it. It has no rights of its own.
 */
export class Gate {
  readonly note: string | undefined;
  readonly #suspicion: Suspicion;
  readonly #file: SnapshotFile;
  readonly #sights = new SightEvidence();
  readonly #now: () => number;
  #sweeping: NodeJS.Timeout | undefined;
  #tell: (observation: Reported) => void = () => undefined;
  #link: StewardLink | undefined;
  #away: string | undefined;
  #isKept = true;
  #isClosed = false;

  constructor({ settings, state, now }: GateParts) {
    this.#file = new SnapshotFile(state);
    const { suspicion, note } = this.#file.read(settings, now);
    this.#suspicion = suspicion;
    this.note = note;
    this.#now = now;
  }

  /** Begins to tell and to watch. */
  open({ tell, steward }: GateSurroundings): void {
    this.#tell = tell;
    this.#sweeping = setInterval(() => this.sweep(), SWEEP_MS).unref();
    if (steward === undefined) return;
    this.#link = new StewardLink({
      ...steward,
      now: this.#now,
      opinions: () => this.#suspicion.list(),
      onSight: (sight) => this.sight(sight),
      onAway: (why) => this.#steward(why),
      onRefused: (why) => this.#degraded(why),
    });
  }

  get suspicion(): Suspicion {
    return this.#suspicion;
  }

  /** Why the steward does not help now; undefined: it does, or is not needed. */
  get away(): string | undefined {
    return this.#away;
  }

  /** How late a decoy is to answer this source, milliseconds; 0: at once. */
  lateness(source: string): number {
    const delayMs = this.#link?.decoyDelayMs ?? 0;
    const opinion = delayMs === 0 ? undefined : this.#suspicion.stateOf(source);
    return opinion?.state === "suspect" || opinion?.state === "hostile" ? delayMs : 0;
  }

  /** Takes what the sensor itself has to say of a visitor. */
  event(event: Event): void {
    this.#take(eventEvidence(event));
  }

  /** Takes what the steward saw. */
  sight(sight: Sight): void {
    this.#take(this.#sights.of(sight));
  }

  /** Makes known what has changed: an operator did it, evidence or time. */
  changed(transitions: readonly Transition[]): void {
    if (transitions.length === 0) return;
    this.#link?.change(transitions.map((change) => this.#effective(change)));
    for (const { source, from, to, reason, score } of transitions)
      this.#tell({ kind: "suspicion.changed", fields: { who: source, from, to, reason, score } });
    this.#file.soon(this.#suspicion);
    this.#isKept = true;
  }

  /** Lets time work. */
  sweep(): void {
    this.changed(this.#suspicion.sweep());
    this.#link?.renew((source) => this.#suspicion.badOpinion(source));
    if (!this.#isKept) this.#file.soon(this.#suspicion);
    this.#isKept = true;
  }

  /** Afterwards nothing is told any more, and suspects reach the real services. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#sweeping);
    await this.#link?.close();
    await this.#file.close(this.#suspicion);
  }

  #take(evidence: Evidence | undefined): void {
    if (evidence === undefined || this.#isClosed) return;
    if (evidence.proof !== "none") this.#isKept = false;
    this.changed(this.#suspicion.take(evidence));
  }

  /** Whose bad time is over is trusted again where a list has just that address. */
  #effective(change: Transition): Transition {
    if (change.to !== "unknown") return change;
    const listed = this.#suspicion.trusted.entry(change.source);
    return listed === undefined ? change : { ...change, to: "trusted", until: listed.until };
  }

  #steward(why: string | undefined): void {
    const wasAway = this.#away !== undefined;
    this.#away = why;
    if (why !== undefined) this.#degraded(why);
    else if (wasAway) this.#tell({ kind: "sensor.recovered", fields: { what: "wire", lost: 0 } });
  }

  #degraded(reason: string): void {
    this.#tell({ kind: "sensor.degraded", fields: { what: "wire", reason, lost: 0 } });
  }
}

const SWEEP_MS = 5000;
