import { Buffer } from "node:buffer";
import type { Capture, CaptureMeta } from "../decoy/capture.ts";
import type { Endpoint } from "../decoy/endpoint.ts";
import type { Keys } from "../decoy/keys.ts";
import type { Memory } from "../decoy/memory.ts";
import type { Cancel, Now, Peer, TerminalChunk } from "../decoy/peer.ts";
import type { Persona } from "../decoy/persona.ts";
import type { Observation } from "../events/observation.ts";
import { type Chance, chance } from "./chance.ts";
import { Clock } from "./clock.ts";
import { fakeKeys } from "./fake-keys.ts";
import { testPersona } from "./test-persona.ts";

export interface FakePeerSettings {
  readonly persona?: Persona;
  readonly seed?: string | number;
  readonly clock?: Clock;
  readonly memory?: Memory;
  readonly visitor?: Endpoint;
  readonly local?: Endpoint;
}

/** What a session did through a `FakePeer`, in order. */
export type Deed =
  | { readonly what: "send"; readonly bytes: Buffer }
  | { readonly what: "hangUp"; readonly how: "close" | "reset" }
  | { readonly what: "observe"; readonly observation: Observation }
  | { readonly what: "pause" | "resume" | "secure" }
  | { readonly what: "record"; readonly chunk: TerminalChunk };

export interface FakeCapture {
  readonly meta: CaptureMeta;
  readonly bytes: Buffer;
  readonly closed: boolean;
}

/** A Peer with simulated time, chance, keys and memory, which keeps what the session did. */
export class FakePeer implements Peer {
  readonly visitor: Endpoint;
  readonly local: Endpoint;
  readonly persona: Persona;
  readonly keys: Keys;
  readonly memory: Memory;
  readonly clock: Clock;
  readonly deeds: Deed[] = [];
  readonly captures: { meta: CaptureMeta; bytes: Buffer; closed: boolean }[] = [];
  /** False makes `send` return false, as when the visitor does not read. */
  reading = true;
  hungUp: "close" | "reset" | undefined;
  /** Bytes that the session tried to send after it hung up: always a bug. */
  sentAfterHangUp = 0;
  readonly #chance: Chance;

  constructor(settings: FakePeerSettings = {}) {
    this.visitor = settings.visitor ?? { address: "203.0.113.7", port: 40_022 };
    this.local = settings.local ?? { address: "192.0.2.10", port: 22 };
    this.persona = settings.persona ?? testPersona;
    this.clock = settings.clock ?? new Clock();
    this.memory = settings.memory ?? fakeMemory();
    this.#chance = chance(settings.seed ?? 1);
    this.keys = fakeKeys(chance(`keys ${settings.seed ?? 1}`));
  }

  send(bytes: Uint8Array): boolean {
    if (this.hungUp !== undefined) this.sentAfterHangUp += bytes.length;
    else this.deeds.push({ what: "send", bytes: Buffer.from(bytes) });
    return this.reading;
  }

  hangUp(how: "close" | "reset" = "close"): void {
    if (this.hungUp !== undefined) return;
    this.hungUp = how;
    this.deeds.push({ what: "hangUp", how });
  }

  pause(): void {
    this.deeds.push({ what: "pause" });
  }

  resume(): void {
    this.deeds.push({ what: "resume" });
  }

  observe(observation: Observation): void {
    this.deeds.push({ what: "observe", observation });
  }

  after(delayMs: number, then: () => void): Cancel {
    return this.clock.after(delayMs, then);
  }

  now(): Now {
    return this.clock.now();
  }

  random(size: number): Uint8Array {
    return this.#chance.bytes(size);
  }

  secure(): void {
    this.deeds.push({ what: "secure" });
  }

  capture(meta: CaptureMeta): Capture {
    const kept = { meta, bytes: Buffer.alloc(0), closed: false };
    this.captures.push(kept);
    return {
      write: (bytes) => {
        kept.bytes = Buffer.concat([kept.bytes, bytes]);
        return true;
      },
      close: () => {
        kept.closed = true;
      },
    };
  }

  record(chunk: TerminalChunk): void {
    this.deeds.push({ what: "record", chunk: chunk.way === "size" ? chunk : { ...chunk, bytes: Buffer.from(chunk.bytes) } });
  }

  /** All bytes sent so far. */
  sent(): Buffer {
    return Buffer.concat(this.deeds.flatMap((deed) => (deed.what === "send" ? [deed.bytes] : [])));
  }

  /** Everything observed so far, in order. */
  observations(): Observation[] {
    return this.deeds.flatMap((deed) => (deed.what === "observe" ? [deed.observation] : []));
  }

  /** Takes and clears the deeds so far. */
  take(): Deed[] {
    return this.deeds.splice(0);
  }
}

/** A source's memory that lives as long as the test: share one between two peers for a source that comes again. */
export function fakeMemory(maxBytes = 1 << 20): Memory {
  let kept: Buffer | undefined;
  return {
    maxBytes,
    read: () => kept,
    write: (value) => {
      if (value.length > maxBytes) return false;
      kept = Buffer.from(value);
      return true;
    },
  };
}
