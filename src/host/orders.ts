import type { Endpoint } from "../decoy/endpoint.ts";
import type { Persona } from "../decoy/persona.ts";
import type { SessionLimits } from "./limits.ts";

/**
 * What the parent tells a worker, as JSON on the channel that also carries the accepted sockets. The worker trusts it.
 * Everything a worker ever knows is in `Start`: it can read no file but the code.
 */
export type Order = Start | Open | Stop;

export interface Start {
  readonly order: "start";
  readonly persona: Persona;
  /** Checked options by the decoy's name: only these decoys serve. */
  readonly decoys: Readonly<Record<string, unknown>>;
  /** Private host keys, PKCS #8 PEM. */
  readonly hostKeys: readonly string[];
  /** For TLS, PEM. */
  readonly certificate: Certificate;
  readonly limits: SessionLimits;
}

export interface Certificate {
  readonly key: string;
  readonly certificate: string;
}

/** Goes with an accepted socket. */
export interface Open {
  readonly order: "open";
  readonly session: number;
  readonly decoy: string;
  readonly visitor: Endpoint;
  readonly local: Endpoint;
  /** What was kept for this source, base64. */
  readonly kept?: string;
  /** How late this visitor is answered, milliseconds; absent: at once. */
  readonly lateMs?: number;
}

/** Hang up on all visitors, report, and end. */
export interface Stop {
  readonly order: "stop";
}

/** Whether a message of the channel is an order, by its tag: the parent made it, so nothing more is checked. */
export function isOrder(message: unknown): message is Order {
  return typeof message === "object" && message !== null && "order" in message;
}
