import { randomBytes } from "node:crypto";
import type { Observation } from "../../src/events/observation.ts";
import { bootSystem } from "../../src/shell/boot.ts";
import type { ExitStatus, Running, System } from "../../src/shell/system.ts";
import { FakePeer } from "../../src/testkit/fake-peer.ts";
import { sitePersonaForTests } from "../rig/persona.ts";

/**
 * What hostile input costs in real time: a peer whose clock and alarms are real, and which measures the processor time of every call into
 * the decoy. Processor time, so that a busy machine makes no test fail.
 */
export class MeasuredPeer extends FakePeer {
  /** Processor time of the longest call, milliseconds. */
  longestMs = 0;
  readonly #alarms = new Set<NodeJS.Timeout>();

  constructor() {
    super({ persona: sitePersonaForTests("debian-12") });
  }

  measure(call: () => void): void {
    const before = process.threadCpuUsage();
    call();
    const used = process.threadCpuUsage(before);
    this.longestMs = Math.max(this.longestMs, (used.user + used.system) / 1000);
  }

  override after(delayMs: number, then: () => void): () => void {
    const alarm = setTimeout(() => {
      this.#alarms.delete(alarm);
      this.measure(then);
    }, delayMs);
    this.#alarms.add(alarm);
    return () => {
      this.#alarms.delete(alarm);
      clearTimeout(alarm);
    };
  }

  override now(): { readonly wallMs: number; readonly monotonicMs: number } {
    return { wallMs: Date.now(), monotonicMs: performance.now() };
  }

  override random(size: number): Uint8Array {
    return randomBytes(size);
  }

  override record(): void {
    // Recordings of floods would only fill the test's memory.
  }

  stop(): void {
    for (const alarm of this.#alarms) clearTimeout(alarm);
  }
}

export interface Attack {
  /** Run by `bash -c`; absent: a login shell on a terminal. */
  readonly command?: string;
  /** Typed or piped in, one after the other. */
  readonly input?: readonly string[];
  /** Stopped by an interrupt after so long. */
  readonly forMs?: number;
}

export interface Outcome {
  readonly longestMs: number;
  readonly text: string;
  readonly exit: ExitStatus | undefined;
  /** Names of the allowances that were used up. */
  readonly limits: readonly unknown[];
}

/** Runs an attack on a machine of its own to its end, or until its time is up and ^C has ended it. */
export async function attack({ command, input = [], forMs = 1_500 }: Attack): Promise<Outcome> {
  const peer = new MeasuredPeer();
  const system = bootSystem(peer);
  const seen: { text: string; exit: ExitStatus | undefined } = { text: "", exit: undefined };
  const running = start(peer, { system, command, seen });
  for (const piece of input) {
    peer.measure(() => running.input(Buffer.from(piece, "latin1")));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (command !== undefined) peer.measure(() => running.endInput());
  await until(() => seen.exit !== undefined, forMs);
  if (seen.exit === undefined) peer.measure(() => running.signal("INT"));
  await until(() => seen.exit !== undefined, command === undefined ? 200 : 2_000);
  peer.measure(() => running.end());
  peer.measure(() => system.close());
  peer.stop();
  const limits = peer.observations().flatMap((one: Observation) => (one.kind === "limit.reached" ? [one.fields["limit"]] : []));
  return { longestMs: peer.longestMs, text: seen.text, exit: seen.exit, limits };
}

function start(
  peer: MeasuredPeer,
  of: { system: System; command: string | undefined; seen: { text: string; exit: ExitStatus | undefined } },
): Running {
  const { system, command, seen } = of;
  const see = (bytes: Uint8Array): boolean => {
    seen.text = (seen.text + Buffer.from(bytes).toString("latin1")).slice(-4_096);
    return true;
  };
  const how = command === undefined ? { terminal: { type: "xterm", columns: 80, rows: 24 } } : { command };
  const request = { user: "root", via: "ssh", origin: peer.visitor, destination: peer.local, number: 0, ...how } as const;
  return system.start(request, {
    out: see,
    err: see,
    exited: (status) => {
      seen.exit = status;
    },
  });
}

async function until(is: () => boolean, forMs: number): Promise<void> {
  const endMs = performance.now() + forMs;
  while (!is() && performance.now() < endMs) await new Promise((resolve) => setTimeout(resolve, 5));
}
