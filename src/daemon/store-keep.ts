import { Buffer } from "node:buffer";
import type { Event } from "../events/event.ts";
import type { Keep, KeptFile, KeptRecording, KeptVisit, TerminalMoment } from "../host/keep.ts";
import type { Intake } from "../store/quarantine/quarantine.ts";
import type { Recording } from "../store/recordings/recordings.ts";
import type { Store } from "../store/store.ts";

/** Events that may wait for the disk before visitors are held back. */
const MAX_WAITING_EVENTS = 20_000;
/** Bytes of visitors' files that may wait for the disk. */
const MAX_WAITING_BYTES = 33_554_432;

/** The store, as the host sees it. */
export class StoreKeep implements Keep {
  readonly #store: Store;
  readonly #recordings = new Map<string, Map<number, Recording>>();
  readonly #intakes = new Set<Intake>();
  readonly #onEvent: (event: Event) => void;
  #waiting = 0;

  /** @param onEvent hears of every event at once, before it is durable */
  constructor(store: Store, onEvent: (event: Event) => void) {
    this.#store = store;
    this.#onEvent = onEvent;
    store.onDurable((events) => {
      this.#waiting = Math.max(0, this.#waiting - events.length);
    });
  }

  event(event: Event): void {
    this.#waiting += 1;
    this.#store.append(event);
    this.#onEvent(event);
  }

  /** A degraded journal drops what it cannot keep, so nothing waits for it: the sensor goes on serving. */
  isBehind(): boolean {
    if (this.#store.degraded.some(({ what }) => what === "journal")) this.#waiting = 0;
    const waitingBytes = [...this.#intakes].reduce((sum, intake) => sum + intake.waitingBytes, 0);
    return this.#waiting > MAX_WAITING_EVENTS || waitingBytes > MAX_WAITING_BYTES;
  }

  file(): KeptFile {
    const intake = this.#store.quarantine.open();
    this.#intakes.add(intake);
    return {
      write: (bytes) => void intake.write(bytes),
      close: () => intake.close().finally(() => this.#intakes.delete(intake)),
    };
  }

  terminal(visit: KeptVisit, moment: TerminalMoment): void {
    const { terminal, atMs, ...rest } = moment;
    const terminals = this.#recordings.get(visit.id) ?? new Map<number, Recording>();
    this.#recordings.set(visit.id, terminals);
    const recording = terminals.get(terminal) ?? this.#store.recordings.open(visit.id, terminal, atMs);
    terminals.set(terminal, recording);
    recording.write(rest.way === "size" ? rest : { way: rest.way, bytes: Buffer.from(rest.bytes) }, atMs);
  }

  async closeTerminals(visit: KeptVisit): Promise<readonly KeptRecording[]> {
    const terminals = this.#recordings.get(visit.id) ?? new Map<number, Recording>();
    this.#recordings.delete(visit.id);
    const closed = await Promise.all(
      [...terminals].map(async ([terminal, recording]) => ({ terminal, recorded: await recording.close() })),
    );
    return closed.flatMap(({ terminal, recorded }) => (recorded === undefined ? [] : [{ terminal, ...recorded }]));
  }
}
