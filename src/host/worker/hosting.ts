import type { SecureContext } from "node:tls";
import type { Keys } from "../../decoy/keys.ts";
import type { Persona } from "../../decoy/persona.ts";
import type { SessionLimits } from "../limits.ts";
import type { Report } from "../report.ts";

/** What all sessions of a worker share. */
export interface Hosting {
  readonly persona: Persona;
  readonly keys: Keys;
  readonly limits: SessionLimits;
  /** For visitors who ask for TLS: the persona's certificate. */
  secureContext(): SecureContext;
  report(report: Report): void;
  /** True while the parent is slow: no session reads from its visitor until it is relieved. */
  isCongested(): boolean;
}
