import type { SshPersona } from "../../persona.ts";
import type { Answer, Fault } from "../fault.ts";

/** How one product reads an identification line and answers what is wrong. Stateless, shared by all sessions. */
export interface Family {
  /** Sends its KEXINIT with its identification, without waiting for the visitor's. */
  readonly kexInitAtOnce: boolean;
  /** Largest packet length field that is taken. */
  readonly maxPacketBytes: number;
  /** Least padding that is taken (RFC 4253 §6 wants four bytes). */
  readonly minPaddingBytes: number;
  /** Fails a wrong alignment only once the whole packet is here. */
  readonly alignmentLate: boolean;
  /** Takes a KEXINIT between the first keys and the login. */
  readonly rekeysBeforeLogin: boolean;
  /** Pads with zeros before the first NEWKEYS. */
  readonly zeroPaddingInClear: boolean;
  readIdent(received: Uint8Array, persona: SshPersona): IdentOutcome;
  answer(fault: Fault, persona: SshPersona): Answer;
}

/** What the bytes before the first packet are. */
export type IdentOutcome =
  | { readonly status: "partial" }
  /** `ident` without its line end; `size`: bytes taken. */
  | { readonly status: "done"; readonly ident: Uint8Array; readonly size: number }
  /** `size`: bytes that the product would have read when it gives up. */
  | { readonly status: "refused"; readonly why: string; readonly size: number; readonly answer: Answer };

export const partialIdent: IdentOutcome = { status: "partial" };
