import type { Persona } from "../../decoy/persona.ts";
import { FakePeer } from "../../testkit/fake-peer.ts";
import { bootSystem } from "../boot.ts";
import { fromBytes, toBytes } from "../bytes.ts";
import type { ExitStatus, Running, System } from "../system.ts";
import { shellPersona } from "./persona.ts";

/** A visitor at a terminal of a simulated machine: types, and looks at what was printed. */
export class TypedTerminal {
  readonly peer: FakePeer;
  readonly system: System;
  readonly running: Running;
  exit: ExitStatus | undefined;
  #seen = "";

  constructor(
    settings: { readonly persona?: Persona; readonly peer?: FakePeer; readonly user?: string; readonly via?: "ssh" | "telnet" } = {},
  ) {
    this.peer = settings.peer ?? new FakePeer({ persona: settings.persona ?? shellPersona });
    this.system = bootSystem(this.peer);
    const request = {
      user: settings.user ?? "root",
      via: settings.via ?? "ssh",
      origin: this.peer.visitor,
      destination: this.peer.local,
      number: 0,
      terminal: { type: "xterm", columns: 80, rows: 24 },
    } as const;
    this.running = this.system.start(request, {
      out: (bytes) => this.#see(bytes),
      err: (bytes) => this.#see(bytes),
      exited: (status) => {
        this.exit = status;
      },
    });
  }

  /** Types, lets simulated time pass, and gives what was printed since the last call. */
  type(text: string, forMs = 50): string {
    this.running.input(toBytes(text));
    this.peer.clock.advance(forMs);
    return this.take();
  }

  take(): string {
    const seen = this.#seen;
    this.#seen = "";
    return seen;
  }

  #see(bytes: Uint8Array): boolean {
    this.#seen += fromBytes(bytes);
    return true;
  }
}
