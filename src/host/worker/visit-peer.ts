import { Buffer } from "node:buffer";
import type { Capture, CaptureMeta } from "../../decoy/capture.ts";
import type { Endpoint } from "../../decoy/endpoint.ts";
import type { Keys } from "../../decoy/keys.ts";
import type { Memory } from "../../decoy/memory.ts";
import type { Cancel, Now, Peer, TerminalChunk } from "../../decoy/peer.ts";
import type { Persona } from "../../decoy/persona.ts";
import type { Session } from "../../decoy/session.ts";
import type { Observation } from "../../events/observation.ts";
import type { Open } from "../orders.ts";
import { RateBudget } from "../rate-budget.ts";
import { type EndedBy, MAX_PIECE_BYTES, type Report } from "../report.ts";
import type { Hosting } from "./hosting.ts";

import { OwnMemory } from "./own-memory.ts";
import { drawRandom } from "./random-pool.ts";
import { VisitCaptures } from "./visit-captures.ts";

/** What a peer needs of its visit. */
export interface Visit {
  readonly number: number;
  readonly hosting: Hosting;
  readonly startedMs: number;
  turn(act: (session: Session) => void): void;
  send(bytes: Uint8Array): boolean;
  hangUp(how: "close" | "reset", by: EndedBy): void;
  pause(isPaused: boolean): void;
  secure(): void;
  report(report: Report): void;
  observe(observation: Observation): void;
  limitReached(limit: string, amount: number): void;
}

/** The real peer: what a session does to the world becomes bytes on its own socket and reports to the parent, each within its allowance. */
export class VisitPeer implements Peer {
  readonly visitor: Endpoint;
  readonly local: Endpoint;
  readonly #visit: Visit;
  readonly #kept: string | undefined;
  #timers: Set<NodeJS.Timeout> | undefined;
  #memory: OwnMemory | undefined;
  #captures: VisitCaptures | undefined;
  #budget: RateBudget | undefined;
  #isOverBudget = false;
  #recordedBytes = 0;

  constructor(visit: Visit, open: Open) {
    this.#visit = visit;
    this.#kept = open.kept;
    this.visitor = open.visitor;
    this.local = open.local;
  }

  get persona(): Persona {
    return this.#visit.hosting.persona;
  }

  get keys(): Keys {
    return this.#visit.hosting.keys;
  }

  get memory(): Memory {
    this.#memory ??= new OwnMemory({
      maxBytes: this.#visit.hosting.limits.keptBytes,
      value: this.#kept === undefined ? undefined : Buffer.from(this.#kept, "base64"),
      keep: (value) => this.#visit.report({ type: "keep", session: this.#visit.number, value }),
    });
    return this.#memory;
  }

  send(bytes: Uint8Array): boolean {
    return this.#visit.send(bytes);
  }

  hangUp(how: "close" | "reset" = "close"): void {
    this.#visit.hangUp(how, "decoy");
  }

  pause(): void {
    this.#visit.pause(true);
  }

  resume(): void {
    this.#visit.pause(false);
  }

  secure(): void {
    this.#visit.secure();
  }

  observe(observation: Observation): void {
    const nowMs = performance.now();
    const { observationsPerSecond } = this.#visit.hosting.limits;
    this.#budget ??= new RateBudget(observationsPerSecond, nowMs);
    const isOver = !this.#budget.take(nowMs);
    if (!isOver) this.#visit.observe(observation);
    else if (!this.#isOverBudget) this.#visit.limitReached("observationsPerSecond", observationsPerSecond);
    this.#isOverBudget = isOver;
  }

  after(delayMs: number, then: () => void): Cancel {
    const timers = this.#timers ?? new Set();
    this.#timers = timers;
    const timer = setTimeout(() => {
      timers.delete(timer);
      this.#visit.turn(then);
    }, delayMs);
    timers.add(timer);
    return () => {
      timers.delete(timer);
      clearTimeout(timer);
    };
  }

  now(): Now {
    const monotonicMs = performance.now();
    return { wallMs: Date.now(), monotonicMs };
  }

  random(size: number): Uint8Array {
    return drawRandom(size);
  }

  capture(meta: CaptureMeta): Capture {
    this.#captures ??= new VisitCaptures({
      limits: this.#visit.hosting.limits,
      session: this.#visit.number,
      send: (report) => this.#visit.report(report),
      overLimit: (amount) => this.#visit.limitReached("capture", amount),
    });
    return this.#captures.open(meta);
  }

  record(chunk: TerminalChunk): void {
    const { recordingBytes } = this.#visit.hosting.limits;
    const before = this.#recordedBytes;
    this.#recordedBytes += chunk.way === "size" ? SIZE_CHUNK_BYTES : chunk.bytes.length;
    if (this.#recordedBytes <= recordingBytes) this.#recordWhole(chunk);
    else if (before <= recordingBytes) this.#visit.limitReached("recording", recordingBytes);
  }

  /** The visit is over: no timer fires any more. */
  stop(): void {
    for (const timer of this.#timers ?? []) clearTimeout(timer);
    this.#timers = undefined;
  }

  #recordWhole(chunk: TerminalChunk): void {
    const { terminal } = chunk;
    const session = this.#visit.number;
    const atMs = Math.round(performance.now() - this.#visit.startedMs);
    if (chunk.way === "size") {
      this.#visit.report({ type: "terminal-size", session, terminal, atMs, columns: chunk.columns, rows: chunk.rows });
      return;
    }
    for (let at = 0; at < chunk.bytes.length; at += MAX_PIECE_BYTES) {
      const bytes = chunk.bytes.subarray(at, at + MAX_PIECE_BYTES);
      this.#visit.report({ type: "terminal-bytes", session, terminal, atMs, way: chunk.way, bytes });
    }
  }
}

/** What a new window size counts for in the size of a recording. */
const SIZE_CHUNK_BYTES = 16;
