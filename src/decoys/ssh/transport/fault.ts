import type { Mismatch } from "./negotiation.ts";

/** What a visitor did wrong in the transport. How the server answers depends on whom it imitates: see `family/`. */
export type Fault =
  /** The length field is below 5 or beyond what is taken. */
  | { readonly what: "packet length"; readonly length: number }
  /** The length is no multiple of the cipher's block. */
  | { readonly what: "packet alignment"; readonly length: number; readonly blockBytes: number }
  | { readonly what: "MAC" }
  /** Fewer than four bytes of padding. */
  | { readonly what: "short padding"; readonly padding: number }
  /** The padding leaves no room for a message. */
  | { readonly what: "no message" }
  | { readonly what: "compression" }
  /** A number that no message can have. */
  | { readonly what: "message number"; readonly number: number }
  /** A message that does not belong here. */
  | {
      readonly what: "unexpected";
      readonly number: number;
      readonly sequence: number;
      readonly during: Stage;
    }
  /** The same under strict key exchange, in the first exchange. */
  | { readonly what: "strict violation"; readonly number: number; readonly sequence: number }
  | { readonly what: "late KEXINIT" }
  | { readonly what: "malformed message"; readonly number: number }
  | { readonly what: "NEWKEYS with data" }
  | { readonly what: "mismatch"; readonly list: Mismatch }
  /** Agreed on a name that is announced, but does not work here. */
  | { readonly what: "unsupported"; readonly name: string }
  /** The visitor's half of the key agreement is no valid value. */
  | { readonly what: "public value" }
  | { readonly what: "service"; readonly name: string };

/** How far the visitor has come. */
export type Stage = "identification" | "first exchange" | "exchange" | "login" | "service";

/** How a server answers a fault. */
export interface Answer {
  /** Clear text, outside of any packet. */
  readonly text?: string;
  readonly disconnect?: { readonly code: number; readonly text: string };
  /** Answers SSH_MSG_UNIMPLEMENTED. */
  readonly unimplemented?: boolean;
  /** `drop`: closes with what was received lying unread, which resets the connection if there was any. */
  readonly end: "close" | "drop" | "go on";
}

/** For the operator: one sentence. */
export function describeFault(fault: Fault): string {
  switch (fault.what) {
    case "packet length":
      return `packet length ${fault.length}`;
    case "packet alignment":
      return `packet length ${fault.length} with blocks of ${fault.blockBytes}`;
    case "short padding":
      return `${fault.padding} bytes of padding`;
    case "message number":
    case "malformed message":
      return `${fault.what} ${fault.number}`;
    case "unexpected":
    case "strict violation":
      return `${fault.what} message ${fault.number}`;
    case "mismatch":
      return `no common ${fault.list}`;
    case "unsupported":
      return `agreed on ${fault.name}, which this decoy only announces`;
    case "service":
      return "unknown service";
    default:
      return fault.what;
  }
}
