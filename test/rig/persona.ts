import assert from "node:assert/strict";
import type { Persona } from "../../src/decoy/persona.ts";
import { loadProfile } from "../../src/persona/profile.ts";
import { printProblem } from "../../src/persona/profile-file.ts";
import { settlePersona } from "../../src/persona/settle.ts";

/** A shipped persona, drawn for a made-up site that is the same in every test. */
export function sitePersonaForTests(name: string): Persona {
  const loaded = loadProfile(name);
  assert.ok("profile" in loaded, "problems" in loaded ? loaded.problems.map(printProblem).join("\n") : name);
  return settlePersona(loaded.profile, { seed: Buffer.alloc(32, 7), wallMs: Date.UTC(2026, 0, 15, 10, 30) });
}
