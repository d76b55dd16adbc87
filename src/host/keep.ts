import type { Event } from "../events/event.ts";

/**
 * Where the host puts what was caught: the store, as the host sees it. Whoever makes one decides when an event is durable;
 * the host only hands over, and slows its visitors down while `isBehind`.
 */
export interface Keep {
  event(event: Event): void;
  /** True while so much waits for the disk that the host should read no more from its workers. */
  isBehind(): boolean;
  /** A visitor's file begins. */
  file(visit: KeptVisit, name: Uint8Array): KeptFile;
  /** A moment of a visitor's terminal. */
  terminal(visit: KeptVisit, moment: TerminalMoment): void;
  /** The visit is over: its recordings are whole. */
  closeTerminals(visit: KeptVisit): Promise<readonly KeptRecording[]>;
}

export interface KeptVisit {
  /** The session's id in events. */
  readonly id: string;
  readonly decoy: string;
}

export interface KeptFile {
  write(bytes: Uint8Array): void;
  /** The file is whole, or cut. Undefined: it could not be kept, and the store says so itself. */
  close(): Promise<
    { readonly sha256: string; readonly size: number; readonly truncated: boolean; readonly duplicate: boolean } | undefined
  >;
}

export type TerminalMoment =
  | { readonly terminal: number; readonly atMs: number; readonly way: "out" | "in"; readonly bytes: Uint8Array }
  | { readonly terminal: number; readonly atMs: number; readonly way: "size"; readonly columns: number; readonly rows: number };

export interface KeptRecording {
  readonly terminal: number;
  readonly durationMs: number;
  readonly bytes: number;
  readonly truncated: boolean;
}
