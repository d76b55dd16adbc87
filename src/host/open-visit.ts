import type { EventContext } from "../events/envelope.ts";
import type { KeptFile, KeptVisit } from "./keep.ts";
import type { SessionLimits } from "./limits.ts";
import { RateBudget } from "./rate-budget.ts";
import type { EndedBy } from "./report.ts";

/** A connection that the parent handed to a worker: what the parent itself knows of it, and what the worker may still say about it. */
export class OpenVisit implements KeptVisit {
  readonly id: string;
  readonly number: number;
  readonly decoy: string;
  readonly context: EventContext;
  readonly address: string;
  readonly openedMs: number;
  readonly files = new Map<number, OpenFile>();
  readonly observations: RateBudget;
  readonly keeps: RateBudget;
  filesOpened = 0;
  recordedBytes = 0;

  constructor(start: VisitStart, limits: SessionLimits) {
    this.id = start.id;
    this.number = start.number;
    this.decoy = start.decoy;
    this.context = start.context;
    this.address = start.address;
    this.openedMs = start.openedMs;
    this.observations = new RateBudget(limits.observationsPerSecond * TOLERANCE + TOLERANCE, start.openedMs);
    this.keeps = new RateBudget(KEEPS_PER_SECOND, start.openedMs);
  }
}

export interface VisitStart {
  readonly id: string;
  readonly number: number;
  readonly decoy: string;
  readonly context: EventContext;
  readonly address: string;
  readonly openedMs: number;
}

export interface OpenFile {
  readonly kept: KeptFile;
  readonly name: Uint8Array;
  readonly way: string;
  bytes: number;
}

export interface VisitEnd {
  readonly by: EndedBy | "worker";
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Workers hold themselves to the limits; who reports more than this many times as much is not our code. */
export const TOLERANCE = 2;
const KEEPS_PER_SECOND = 20;
