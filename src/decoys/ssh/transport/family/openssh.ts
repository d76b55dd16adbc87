import { Buffer } from "node:buffer";
import type { SshPersona } from "../../persona.ts";
import type { Answer, Fault } from "../fault.ts";
import { reason } from "../message.ts";
import { type Family, type IdentOutcome, partialIdent } from "./family.ts";

/**
 * OpenSSH's server, as measured on 9.2p1. Most faults close without a word: its farewell is queued, but never written.
 * It reads the identification byte by byte, so whatever follows a wrong one lies unread, and closing resets the connection.
 */
export const openssh: Family = {
  kexInitAtOnce: false,
  maxPacketBytes: 256 * 1024,
  minPaddingBytes: 4,
  alignmentLate: false,
  rekeysBeforeLogin: false,
  zeroPaddingInClear: true,
  readIdent,
  answer,
};

const MAX_IDENT_BYTES = 8192;
const LF = 10;
const IDENT = /^SSH-\s*([+-]?\d+)\.\s*([+-]?\d+)-(.+)$/s;
/** What it does not read on after. */
const CONTROL = /\0|\r[^\r]/;
/** Scanners that it knows by name, and leaves alone. */
const SCANNER = /^Probe-|SSH_Version_Mapper/;

const close: Answer = { end: "close" };
const unimplemented: Answer = { unimplemented: true, end: "go on" };

/** `SSH-protoversion-softwareversion SP comments CR LF` (RFC 4253 §4.2); the CR may be missing, nothing may stand before it. */
function readIdent(received: Uint8Array, persona: SshPersona): IdentOutcome {
  const line = readLine(received);
  if (line === undefined) return partialIdent;
  if (line.why !== undefined) return refuse({ why: line.why, size: line.size, text: persona.texts.invalidIdent });
  const parts = IDENT.exec(line.text);
  if (parts === null) return refuse({ why: "no SSH identification", size: line.size, text: persona.texts.invalidIdent });
  const [, major, minor, software = ""] = parts;
  if (!speaksTwo(Number(major), Number(minor))) {
    return refuse({ why: "another protocol version", size: line.size, text: persona.texts.majorVersionsDiffer });
  }
  if (SCANNER.test(software)) return refuse({ why: "a scanner by its own words", size: line.size, text: undefined });
  return { status: "done", ident: Buffer.from(line.text, "latin1"), size: line.size };
}

function speaksTwo(major: number, minor: number): boolean {
  return major === 2 || (major === 1 && minor === 99);
}

function refuse(refusal: { why: string; size: number; text: string | undefined }): IdentOutcome {
  const { why, size, text } = refusal;
  return { status: "refused", why, size, answer: text === undefined ? { end: "drop" } : { text, end: "drop" } };
}

interface Line {
  /** Latin-1. */
  readonly text: string;
  /** Bytes that it would have read. */
  readonly size: number;
  readonly why?: string;
}

/** The first line without its end; a NUL, a CR that is not the line's end, or too many bytes end it at once. */
function readLine(received: Uint8Array): Line | undefined {
  const bytes = Buffer.from(received.buffer, received.byteOffset, received.byteLength);
  const end = bytes.indexOf(LF);
  const text = bytes.toString("latin1", 0, end < 0 ? Math.min(bytes.length, MAX_IDENT_BYTES + 2) : end);
  const control = CONTROL.exec(text);
  if (control !== null) return { text, size: control.index + control[0].length, why: "control bytes in the identification" };
  const line = text.replace(/\r+$/, "");
  if (line.length > MAX_IDENT_BYTES) return { text: line, size: MAX_IDENT_BYTES + 1, why: "identification too long" };
  return end < 0 ? undefined : { text: line, size: end + 1 };
}

function answer(fault: Fault): Answer {
  switch (fault.what) {
    case "short padding":
      return disconnect(`Corrupted padlen ${fault.padding} on input.`);
    case "message number":
      return disconnect(`Invalid ssh2 packet type: ${fault.number}`);
    case "strict violation":
      return disconnect(`strict KEX violation: unexpected packet type ${fault.number} (seqnr ${fault.sequence})`);
    case "late KEXINIT":
      return disconnect("strict KEX violation: KEXINIT was not the first packet");
    case "service":
      return disconnect(`bad service request ${fault.name}`);
    case "unexpected":
      return fault.during === "first exchange" && fault.number >= 50 ? close : unimplemented;
    default:
      return close;
  }
}

function disconnect(text: string): Answer {
  return { disconnect: { code: reason.protocolError, text }, end: "close" };
}
