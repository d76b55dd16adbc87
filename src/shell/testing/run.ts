import type { Persona } from "../../decoy/persona.ts";
import { FakePeer } from "../../testkit/fake-peer.ts";
import { bootSystem } from "../boot.ts";
import { fromBytes, toBytes } from "../bytes.ts";
import type { ExitStatus, Output, System } from "../system.ts";
import { shellPersona } from "./persona.ts";

export interface RunSettings {
  readonly persona?: Persona;
  readonly user?: string;
  /** Standard input; the end follows. */
  readonly input?: string;
  /** A machine that is running already, to find files again. */
  readonly peer?: FakePeer;
  readonly system?: System;
  /** Simulated milliseconds after which the command is given up. */
  readonly forMs?: number;
}

export interface RunResult {
  readonly out: string;
  readonly err: string;
  readonly status: number;
  readonly signal: string | undefined;
  readonly peer: FakePeer;
  readonly system: System;
}

/** Runs one command line with the user's shell (-c) on a simulated machine, to its end, in simulated time. */
export function runShell(line: string, settings: RunSettings = {}): RunResult {
  const peer = settings.peer ?? new FakePeer({ persona: settings.persona ?? shellPersona });
  const system = settings.system ?? bootSystem(peer);
  const seen: Seen = { out: "", err: "", exit: undefined };
  const { user = "root" } = settings;
  const request = { user, command: line, via: "ssh", origin: peer.visitor, destination: peer.local, number: 0 } as const;
  const running = system.start(request, watch(seen));
  if (settings.input !== undefined) feed(running, settings.input, peer);
  running.endInput();
  wait(peer, seen, settings.forMs ?? 600_000);
  const { out, err, exit } = seen;
  if (exit === undefined) running.end();
  const signal = exit !== undefined && "signal" in exit ? exit.signal : undefined;
  return { out, err, status: exit !== undefined && "code" in exit ? exit.code : -1, signal, peer, system };
}

interface Seen {
  out: string;
  err: string;
  exit: ExitStatus | undefined;
}

function watch(seen: Seen): Output {
  return {
    out: (bytes) => {
      seen.out += fromBytes(bytes);
      return true;
    },
    err: (bytes) => {
      seen.err += fromBytes(bytes);
      return true;
    },
    exited: (status) => {
      seen.exit = status;
    },
  };
}

/** Lets simulated time pass, in growing steps, until the command has ended or waits for nothing. */
function wait(peer: FakePeer, seen: Seen, forMs: number): void {
  const untilMs = peer.now().monotonicMs + forMs;
  let stepMs = 1;
  while (seen.exit === undefined && peer.now().monotonicMs < untilMs && peer.clock.waiting > 0) {
    peer.clock.advance(stepMs);
    stepMs = Math.min(1000, stepMs * 2);
  }
}

function feed(running: ReturnType<System["start"]>, input: string, peer: FakePeer): void {
  for (let at = 0; at < input.length; at += 4096) {
    running.input(toBytes(input.slice(at, at + 4096)));
    peer.clock.advance(1);
  }
}
