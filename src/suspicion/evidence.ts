/**
 * What was seen of a source. Only proven evidence counts: what anybody can send in somebody else's name changes nobody's state, so that no forged
 * packet makes a victim suspect or takes trust from a trusted address.
 */
export interface Evidence {
  /** The address, as text; what is none is ignored. */
  readonly source: string;
  readonly proof: Proof;
  readonly deed: Deed;
}

/**
 * How it is known that the source has this address: a handshake that was completed (the packet belongs to that connection), a RST or ACK that fits
 * the cookie of our SYN-ACK, the log of a service that speaks on connections only; or not at all.
 */
export type Proof = "none" | "handshake" | "cookie" | "log";

export type Deed =
  /** It asked for a port of a host: `halfOpen` where it did not go on after our answer. */
  | { readonly kind: "contact"; readonly host: string; readonly port: number; readonly halfOpen: boolean }
  /** Flags or headers that only scanners send. */
  | { readonly kind: "odd"; readonly what: string }
  /** A wire pattern matched. @see the pattern's weight, 0 to 100 */
  | { readonly kind: "pattern"; readonly id: string; readonly weight: number }
  | { readonly kind: "decoy"; readonly decoy: string; readonly port: number }
  | { readonly kind: "lure"; readonly lure: string }
  | {
      readonly kind: "login";
      readonly service: string;
      readonly user: string;
      readonly accepted: boolean;
      readonly times: number;
      readonly verified: boolean;
    }
  /** A conversation with a real service that ended as it should. */
  | { readonly kind: "session"; readonly service: string };

export type State = "trusted" | "known" | "unknown" | "suspect" | "hostile";
export const states: readonly State[] = ["trusted", "known", "unknown", "suspect", "hostile"];

/** A source went from one state to another. */
export interface Transition {
  /** An address, or an IPv6 network. */
  readonly source: string;
  readonly from: State;
  readonly to: State;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Until when it holds if nothing more is seen; Infinity: until further notice. */
  readonly until: number;
  /** A sentence without a full stop, for people. What strangers wrote stands in it escaped. */
  readonly reason: string;
  readonly score: number;
}
