import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Persona } from "../decoy/persona.ts";
import { OperatorError } from "../errors/operator-error.ts";
import { loadProfile } from "../persona/profile.ts";
import { printProblem } from "../persona/profile-file.ts";
import { trySettle } from "../persona/settle.ts";

const SEED_BYTES = 32;

/** The site's own seed: drawn at the first start and kept, since everything that a persona draws follows from it. */
export function siteSeed(state: string): Uint8Array {
  const file = join(state, "site.seed");
  if (!existsSync(file)) {
    mkdirSync(state, { recursive: true, mode: 0o700 });
    writeFileSync(file, `${randomBytes(SEED_BYTES).toString("hex")}\n`, { mode: 0o600, flag: "wx" });
  }
  const seed = Buffer.from(readFileSync(file, "utf8").trim(), "hex");
  if (seed.length !== SEED_BYTES)
    throw new OperatorError("state-unusable", `${file} holds no seed of ${SEED_BYTES} bytes.`, {
      next: "Remove it for a new one: this site will then look like another machine.",
    });
  return seed;
}

/** Whom this site pretends to be. */
export function sitePersona(name: string, site: { readonly seed: Uint8Array; readonly wallMs: number }): Persona {
  const loaded = loadProfile(name);
  if ("problems" in loaded) throw new OperatorError("persona-unknown", loaded.problems.map(printProblem).join("\n"));
  const { persona, problems } = trySettle(loaded.profile, site);
  if (persona !== undefined) return persona;
  throw new OperatorError("persona-invalid", problems.map((problem) => printProblem(loaded.profile.file.locate(problem))).join("\n"));
}
