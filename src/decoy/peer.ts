import type { Observation } from "../events/observation.ts";
import type { Capture, CaptureMeta } from "./capture.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Keys } from "./keys.ts";
import type { Memory } from "./memory.ts";
import type { Persona } from "./persona.ts";

/**
 * All that a session can see of the world and do to it. A session holds no socket, file, clock or source of chance:
 * the host gives it real ones, the testkit gives it simulated ones, and the same input with the same seed makes the same transcript.
 */
export interface Peer {
  readonly visitor: Endpoint;
  readonly local: Endpoint;
  /** Whom this host pretends to be. Frozen, shared by all sessions. */
  readonly persona: Persona;

  /** Queues bytes for the visitor, in order. False: the backlog is long; produce no more until `drained()`. After `hangUp` it does nothing. The bytes must not be changed afterwards. */
  send(bytes: Uint8Array): boolean;
  /** Ends the connection: "close" after the backlog is sent, "reset" at once. Nothing can be sent afterwards. */
  hangUp(how?: "close" | "reset"): void;
  /** Stops reading from the visitor until `resume()`; bytes already in flight may still arrive. */
  pause(): void;
  resume(): void;

  /** Reports something that an operator wants to know. Kinds and fields: `events/catalogue.ts`. */
  observe(observation: Observation): void;

  /** Calls `then` once, `delayMs` from now, unless cancelled or the session has ended. */
  after(delayMs: number, then: () => void): Cancel;
  now(): Now;
  /** `size` unpredictable bytes. */
  random(size: number): Uint8Array;
  readonly keys: Keys;

  /** Starts TLS on this connection as the server, with the persona's certificate; bytes received and sent from now on are the plain text. */
  secure(): void;

  /** What was kept for this source (an address, or an IPv6 /64) on this decoy at its last visit. */
  readonly memory: Memory;
  /** Opens a file that the visitor sends, streamed to quarantine. */
  capture(meta: CaptureMeta): Capture;
  /** Adds to the recording of this visitor's terminal `terminal` (0 unless the session has several). */
  record(chunk: TerminalChunk): void;
}

export type Cancel = () => void;

export interface Now {
  /** Unix time in milliseconds, with a fraction. */
  readonly wallMs: number;
  /** Milliseconds from an arbitrary start; never goes back. */
  readonly monotonicMs: number;
}

/** One moment of a terminal: what the visitor saw (`out`), what they typed (`in`), or a new window size. */
export type TerminalChunk =
  | { readonly terminal: number; readonly way: "out" | "in"; readonly bytes: Uint8Array }
  | { readonly terminal: number; readonly way: "size"; readonly columns: number; readonly rows: number };
