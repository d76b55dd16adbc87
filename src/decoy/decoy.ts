import type { Shape } from "../shape/shape.ts";
import type { Peer } from "./peer.ts";
import type { Session } from "./session.ts";

/**
 * What is known of a decoy without its code, so that the process that serves nobody need not load it.
 * `O` are its options (what the operator may set), `P` its part of a persona (whom it imitates): plain data that survives JSON,
 * described by shapes, so that a mistake is found before anything listens and the docs are made from them.
 */
export interface DecoyDescription<O = unknown, P = unknown> {
  /** Lower case, as in the configuration, the events and the docs. */
  readonly name: string;
  /** One sentence for the docs. */
  readonly summary: string;
  readonly transport: "tcp";
  /** Where the real service listens. */
  readonly standardPorts: readonly number[];
  /** Where it listens without privileges. */
  readonly unprivilegedPorts: readonly number[];
  readonly options: Shape<O>;
  readonly persona: Shape<P>;
}

/** A protocol server that only looks real. One folder under `decoys/`, and a line in each of the two lists there, are all it takes. */
export interface Decoy<O = unknown, P = unknown> extends DecoyDescription<O, P> {
  /** Starts one conversation. Called once for each accepted connection; must not send before `start()`. */
  open(peer: Peer, settings: Settings<O, P>): Session;
}

export interface Settings<O, P> {
  readonly options: O;
  readonly persona: P;
}
