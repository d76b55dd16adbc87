import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { visible } from "../../../wire/visible.ts";
import type { Step } from "../../stimuli/stimulus.ts";
import type { Exchange, PortView, TlsView, Trial } from "../../views/remote-view.ts";
import type { Clock } from "./clock.ts";
import { connect } from "./connect.ts";
import { converse, type Talk } from "./converse.ts";
import type { Gate } from "./gate.ts";
import type { LeftOut } from "./left-out.ts";
import type { Limits } from "./limits.ts";
import type { Progress } from "./progress.ts";
import { secure } from "./tls.ts";

/** What all parts of one run share. */
export interface Run {
  readonly address: string;
  readonly quick: boolean;
  readonly limits: Limits;
  readonly clock: Clock;
  /** When the view was begun, on `clock`. */
  readonly startMs: number;
  readonly gate: Gate;
  /** Aborted when the caller had enough, or the time is over. */
  readonly signal: AbortSignal;
  readonly leftOut: LeftOut;
  readonly progress: Progress;
  readonly bytes: ByteBudget;
  /** Names the protocols that a port speaks, by what it said; nothing: not recognised. */
  readonly recognise: Recognise;
  readonly random: (size: number) => Uint8Array;
}

export type Recognise = (heard: Uint8Array, port: number) => string | readonly string[] | undefined;

/** What is known of a port while a run goes on. */
export interface PortRecord {
  readonly transport: PortView["transport"];
  readonly port: number;
  state: PortView["state"];
  readonly connectMs: number[];
  readonly exchanges: Exchange[];
  tls?: TlsView;
  /** It completed a TLS handshake, with or without a certificate that can be read: everything is said within TLS. */
  speaksTls: boolean;
  readonly protocols: Set<string>;
  readonly trials: Record<string, Trial>;
}

export function portRecord(transport: PortView["transport"], port: number): PortRecord {
  return { transport, port, state: "silent", connectMs: [], exchanges: [], speaksTls: false, protocols: new Set(), trials: {} };
}

export function gateName({ transport, port }: Pick<PortRecord, "transport" | "port">): string {
  return transport === "tcp" ? `${port}` : `${transport}:${port}`;
}

/** How many bytes exchanges may still keep, all together. */
export class ByteBudget {
  readonly #limits: Limits;
  #used = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  forOne(): number {
    return this.#used + this.#limits.exchangeBytes <= this.#limits.wholeBytes ? this.#limits.exchangeBytes : this.#limits.starvedBytes;
  }

  kept({ turns }: Talk): void {
    for (const { bytes } of turns) this.#used += bytes.length;
  }
}

/** One conversation may fail by a mistake of ours, never the whole run: it is named instead. */
export async function guarded(run: Run, what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    run.leftOut.note(`${what}: failed by a mistake of this program: ${visible(error instanceof Error ? error.message : String(error))}`);
  }
}

const MOST_CONNECT_TIMES = 100;

export interface Conversation {
  readonly steps: readonly Step[];
  /** Lower goes first. */
  readonly rank?: number;
  readonly patience?: number;
  readonly over: Exchange["over"];
}

/** Connects, says and hears, hangs up. Undefined: the run is over. */
export async function talk(run: Run, record: PortRecord, { steps, rank, patience, over }: Conversation): Promise<Talk | undefined> {
  const leave = await run.gate.enter(gateName(record), rank);
  if (leave === undefined) return undefined;
  try {
    const stream = await opened(run, record, over);
    if (typeof stream === "string") return { turns: [], ended: stream };
    return await converseWithin(run, stream, { steps, ...(patience === undefined ? {} : { patience }) });
  } finally {
    leave();
  }
}

/** A conversation on a connection that stands, within the limits of the run. */
export async function converseWithin(
  run: Run,
  stream: Duplex,
  { steps, patience, isDatagram = false }: Pick<Conversation, "steps" | "patience"> & { readonly isDatagram?: boolean },
): Promise<Talk> {
  const { clock, limits, signal } = run;
  const heard = await converse(stream, steps, {
    clock,
    signal,
    isDatagram,
    maxBytes: run.bytes.forOne(),
    maxMs: limits.exchangeMs,
    ...(patience === undefined ? {} : { patience }),
  });
  run.bytes.kept(heard);
  return heard;
}

/** A connection to the port, secured when that is asked; or how it failed. Whoever calls has leave from the gate. */
export async function opened(run: Run, record: PortRecord, over: Exchange["over"]): Promise<Socket | TLSSocket | Exchange["ended"]> {
  const { address, clock, signal, limits } = run;
  const connected = await connect({ address, port: record.port, timeoutMs: limits.connectMs, clock, signal });
  if (connected.state !== "open") return connected.state === "silent" ? "silence" : "refused";
  if (record.connectMs.length < MOST_CONNECT_TIMES) record.connectMs.push(connected.tookMs);
  if (over === "plain") return connected.socket;
  const secured = await secure(connected.socket, { timeoutMs: limits.connectMs * 2, clock, signal });
  return typeof secured === "string" ? "refused" : secured;
}
