import type { Persona } from "../../src/decoy/persona.ts";
import { loadProfile } from "../../src/persona/profile.ts";
import { settlePersona } from "../../src/persona/settle.ts";
import { bootSystem } from "../../src/shell/boot.ts";
import { runShell } from "../../src/shell/testing/run.ts";
import { FakePeer } from "../../src/testkit/fake-peer.ts";
import { type Outcome, PREFIX } from "./corpus.ts";
import { plantFixture } from "./fixture.ts";

const SEED = new Uint8Array(32).fill(7);
/** The testkit's clock begins here. */
const NOW_MS = Date.UTC(2026, 0, 15, 10, 30, 0);
/** Simulated time that a command may take. */
const LIMIT_MS = 10_000;

/** The debian-12 persona, settled for a site of its own. */
export function debianPersona(): Persona {
  const loaded = loadProfile("debian-12");
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems[0]));
  return settlePersona(loaded.profile, { seed: SEED, wallMs: NOW_MS });
}

/** Runs a command on a machine of its own. */
export function runEmulated(persona: Persona, command: string): Outcome {
  const peer = new FakePeer({ persona });
  const system = bootSystem(peer);
  plantFixture(system.fs);
  const { out, err, status, signal } = runShell(PREFIX + command, { persona, peer, system, forMs: LIMIT_MS });
  system.close();
  return { out, err, status: signal === undefined ? status : -2 };
}
