import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { Envelope, type EventContext } from "../../events/envelope.ts";
import type { Event } from "../../events/event.ts";
import type { Observation } from "../../events/observation.ts";

/** A folder that goes when the test is over. */
export function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "utsusemi-store-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Makes events on a clock that goes on by a millisecond for each, from a given time. */
export class Visits {
  readonly #envelope: Envelope;
  #nowMs: number;

  constructor(startMs = Date.UTC(2026, 0, 2, 10)) {
    this.#nowMs = startMs;
    this.#envelope = new Envelope({ now: () => BigInt(this.#nowMs) * 1_000_000n, random: randomBytes });
  }

  /** The whole of a visit: it came, tried a password, entered a command, and went. */
  visit(address: string, line: string): Event[] {
    const context = this.context(address);
    const all: Observation[] = [
      { kind: "connection.open", fields: {} },
      { kind: "auth.attempt", fields: { method: "password", user: "root", password: "123456", accepted: true } },
      { kind: "command.input", fields: { line, interactive: true } },
      { kind: "connection.close", fields: { by: "visitor", durationMs: 3, bytesIn: 100, bytesOut: 200 } },
    ];
    return all.map((observation) => this.seal(observation, context));
  }

  context(address: string): EventContext {
    const session = this.#envelope.newSessionId();
    return {
      sensor: "edge-1",
      session,
      decoy: "ssh",
      transport: "tcp",
      source: { address, port: 40_000 },
      destination: { address: "203.0.113.1", port: 22 },
    };
  }

  seal(observation: Observation, context: EventContext): Event {
    this.#nowMs += 1;
    return this.#envelope.seal(observation, context);
  }

  wait(ms: number): void {
    this.#nowMs += ms;
  }
}
