import type { Event } from "../events/event.ts";
import type { EventQuery, HourCount, SessionQuery, StoredFile, TimeSpan } from "../store/index/index-reader.ts";
import type { SessionSummary } from "../store/index/session-summary.ts";
import type { HeadExport } from "../store/journal/journal.ts";

/**
 * What the sensor tells over its control interface: the types that the server, the command line and the dashboard share.
 * Every path is below /v1 and answers JSON; lists of events come as one JSON object a line (application/x-ndjson).
 */
export interface Archive {
  events(query: EventQuery): readonly Event[];
  /** All events of a visit in the order in which they happened. */
  session(id: string): readonly Event[];
  sessions(query: SessionQuery): readonly SessionSummary[];
  files(limit?: number): readonly StoredFile[];
  counts(span: TimeSpan): readonly HourCount[];
  /** The recording of one terminal as asciicast v2 text; undefined: there is none. */
  recording(session: string, terminal: number): string | undefined;
}

/** How the running sensor is. */
export interface Status {
  readonly version: string;
  readonly sensor: string;
  readonly persona: string;
  readonly state: string;
  readonly pid: number;
  readonly startedMs: number;
  readonly listening: readonly { readonly decoy: string; readonly address: string; readonly port: number }[];
  readonly workers: number;
  readonly connections: number;
  /** Bytes of the journal that the index has not yet. */
  readonly indexLagBytes: number;
  /** What cannot be done now, such as journal or quarantine; empty: all is well. */
  readonly degraded: readonly string[];
}

/** What is thought of a source. */
export interface Suspect {
  /** An address, or a network. */
  readonly source: string;
  readonly state: "trusted" | "known" | "unknown" | "suspect" | "hostile";
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Until when, if nothing more is seen; null: until further notice. */
  readonly until: number | null;
  /** A sentence without a full stop. What strangers wrote stands in it escaped. */
  readonly reason: string;
  readonly score: number;
}

/** What an operator's change made of sources, or why it was refused. */
export type SuspectsChanged =
  | {
      readonly changed: readonly (Pick<Suspect, "source" | "reason"> & {
        readonly from: Suspect["state"];
        readonly to: Suspect["state"];
      })[];
    }
  | { readonly status: 400 | 404 | 409; readonly error: string };

/** The suspicion gate, as operators see it. What they send is checked there; `by` is who it is. */
export interface SuspectsPort {
  list(): readonly Suspect[];
  forgive(body: unknown, by: string): SuspectsChanged;
  trust(body: unknown, by: string): SuspectsChanged;
  distrust(body: unknown, by: string): SuspectsChanged;
}

/** What the control interface needs of the sensor. */
export interface ControlPorts {
  readonly archive: Archive;
  readonly suspects: SuspectsPort;
  status(): Status;
  /** The journal's signed heads up to now, to be kept on another machine. */
  heads(): HeadExport;
  /** Calls `listener` with each batch of events once it is durable; gives what ends that. */
  onDurable(listener: (events: readonly Event[]) => void): () => void;
}

export type { EventQuery, HourCount, SessionQuery, SessionSummary, StoredFile, TimeSpan };
