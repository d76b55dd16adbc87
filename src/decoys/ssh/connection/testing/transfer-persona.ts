import type { Persona } from "../../../../decoy/persona.ts";
import { testPersona } from "../../../../testkit/test-persona.ts";

/** The test persona with the programs that transfers need. */
export const transferPersona: Persona = {
  ...testPersona,
  commands: { ...testPersona.commands, scp: "/usr/bin/scp" },
};
