import type { Persona } from "../../decoy/persona.ts";
import { FakePeer } from "../../testkit/fake-peer.ts";
import { bootSystem } from "../boot.ts";
import { fromBytes, toBytes } from "../bytes.ts";
import type { ExitStatus, System } from "../system.ts";
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
  const seen = { out: "", err: "" };
  let exit: ExitStatus | undefined;
  const request = {
    user: settings.user ?? "root",
    command: line,
    via: "ssh",
    origin: peer.visitor,
    destination: peer.local,
    number: 0,
  } as const;
  const running = system.start(request, {
    out: (bytes) => {
      seen.out += fromBytes(bytes);
      return true;
    },
    err: (bytes) => {
      seen.err += fromBytes(bytes);
      return true;
    },
    exited: (status) => {
      exit = status;
    },
  });
  if (settings.input !== undefined) feed(running, settings.input, peer);
  running.endInput();
  const untilMs = peer.now().monotonicMs + (settings.forMs ?? 600_000);
  for (
    let stepMs = 1;
    exit === undefined && peer.now().monotonicMs < untilMs && peer.clock.waiting > 0;
    stepMs = Math.min(1000, stepMs * 2)
  )
    peer.clock.advance(stepMs);
  if (exit === undefined) running.end();
  const status = exit === undefined ? -1 : "code" in exit ? exit.code : -1;
  return { ...seen, status, signal: exit !== undefined && "signal" in exit ? exit.signal : undefined, peer, system };
}

function feed(running: ReturnType<System["start"]>, input: string, peer: FakePeer): void {
  for (let at = 0; at < input.length; at += 4096) {
    running.input(toBytes(input.slice(at, at + 4096)));
    peer.clock.advance(1);
  }
}
