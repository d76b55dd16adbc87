import { Buffer } from "node:buffer";
import type { SshPersona } from "../../persona.ts";
import type { Answer, Fault } from "../fault.ts";
import { reason } from "../message.ts";
import { type Family, type IdentOutcome, partialIdent } from "./family.ts";

/**
 * Twisted Conch's server, as Kippo and Cowrie wear it: it explains itself in disconnects. Where Kippo or Cowrie say something in clear text
 * instead, the persona has the text. With a text for a wrong identification the first line must be one (Cowrie); without, lines before it are
 * skipped and, if the input ends with a line, the bytes are taken for a packet (Conch).
 */
export const twisted: Family = {
  kexInitAtOnce: false,
  maxPacketBytes: 1024 * 1024,
  minPaddingBytes: 0,
  alignmentLate: true,
  rekeysBeforeLogin: true,
  zeroPaddingInClear: true,
  readIdent,
  answer,
};

const LF = 10;
const IDENT = /^SSH-(\d+.\d+)-/s;
const SUPPORTED = ["2.0", "1.99"];
const FIRST_BLOCK_BYTES = 8;

function readIdent(received: Uint8Array, persona: SshPersona): IdentOutcome {
  const bytes = Buffer.from(received.buffer, received.byteOffset, received.byteLength);
  return persona.texts.invalidIdent === undefined ? readConchIdent(bytes, persona) : readCowrieIdent(bytes, persona);
}

function readCowrieIdent(bytes: Buffer, persona: SshPersona): IdentOutcome {
  const end = bytes.indexOf(LF);
  if (end < 0) return partialIdent;
  const size = end + 1;
  const line = bytes.subarray(0, end).toString("latin1").trim();
  const version = IDENT.exec(line)?.[1];
  if (version === undefined) {
    return { status: "refused", why: "no SSH identification", size, answer: { text: persona.texts.invalidIdent ?? "", end: "close" } };
  }
  return judge(line, { version, size, persona });
}

function readConchIdent(bytes: Buffer, persona: SshPersona): IdentOutcome {
  const start = bytes.indexOf("SSH-");
  if (start < 0) return readConchGarbage(bytes, persona);
  const end = bytes.indexOf(LF, start);
  if (end < 0) return partialIdent;
  const line = bytes.subarray(bytes.lastIndexOf(LF, start) + 1, end).toString("latin1");
  if (!line.startsWith("SSH-")) return readConchGarbage(bytes, persona);
  return judge(line.replace(/(?<!\r)\r+$/, ""), { version: line.split("-")[1] ?? "", size: end + 1, persona });
}

function readConchGarbage(bytes: Buffer, persona: SshPersona): IdentOutcome {
  if (bytes.at(-1) !== LF || bytes.length < FIRST_BLOCK_BYTES) return partialIdent;
  const length = bytes.readUInt32BE(0);
  if (length <= twisted.maxPacketBytes) return partialIdent;
  const fault: Fault = { what: "packet length", length };
  return { status: "refused", why: "no SSH identification", size: bytes.length, answer: answer(fault, persona) };
}

function judge(line: string, found: { version: string; size: number; persona: SshPersona }): IdentOutcome {
  const { version, size, persona } = found;
  if (SUPPORTED.includes(version)) return { status: "done", ident: Buffer.from(line, "latin1"), size };
  const text = persona.texts.majorVersionsDiffer;
  const said: Answer = text === undefined ? disconnect(reason.versionNotSupported, `bad version ${version}`) : { text, end: "close" };
  return { status: "refused", why: "another protocol version", size, answer: said };
}

function answer(fault: Fault, persona: SshPersona): Answer {
  switch (fault.what) {
    case "packet length":
      return fault.length > twisted.maxPacketBytes ? packetTooLong(fault.length, persona) : { end: "close" };
    case "packet alignment":
      return disconnect(reason.protocolError, alignmentText(fault.length, fault.blockBytes));
    case "MAC":
      return disconnect(reason.macError, "bad MAC");
    case "compression":
      return disconnect(reason.compressionError, "compression error");
    case "mismatch":
    case "unsupported":
      return disconnect(reason.keyExchangeFailed, "couldn't match all kex parts");
    case "NEWKEYS with data":
      return disconnect(reason.protocolError, "NEWKEYS takes no data");
    case "service":
      return disconnect(reason.serviceNotAvailable, `don't have service ${fault.name}`);
    case "unexpected":
    case "message number":
      return { unimplemented: true, end: "go on" };
    case "no message":
      return { end: "go on" };
    default:
      return { end: "close" };
  }
}

function packetTooLong(length: number, persona: SshPersona): Answer {
  const text = persona.texts.packetTooLong;
  return text === undefined ? disconnect(reason.protocolError, `bad packet length ${length}`) : { text, end: "close" };
}

function alignmentText(length: number, blockBytes: number): string {
  const bytes = length + 4;
  return `bad packet mod (${bytes}%${blockBytes} == ${bytes % blockBytes})`;
}

function disconnect(code: number, text: string): Answer {
  return { disconnect: { code, text }, end: "close" };
}
