import { Buffer } from "node:buffer";
import type { Answer, Fault, Stage } from "../fault.ts";
import { message } from "../message.ts";
import { type Family, type IdentOutcome, partialIdent } from "./family.ts";

/**
 * Dropbear's server, as measured on 2022.83: it never says why it leaves. It reads no further than it must, so what a visitor
 * sent beyond the fault lies unread, and closing resets the connection.
 */
export const dropbear: Family = {
  kexInitAtOnce: true,
  maxPacketBytes: 35_000,
  minPaddingBytes: 0,
  alignmentLate: false,
  rekeysBeforeLogin: true,
  zeroPaddingInClear: false,
  readIdent,
  answer,
};

const MAX_LINE_BYTES = 255;
const LF = 10;
const CR = 13;
const LAST_BEFORE_LOGIN = 60;

const drop: Answer = { end: "drop" };
const unimplemented: Answer = { unimplemented: true, end: "go on" };

/** The first line must be it; a line ends after 255 bytes at the latest, CRs not counted. */
function readIdent(received: Uint8Array): IdentOutcome {
  const line = readLine(received);
  if (line === undefined) return partialIdent;
  if (line.bytes.toString("latin1").startsWith("SSH-")) return judge(line.bytes, line.size);
  return { status: "refused", why: "no SSH identification", size: line.size, answer: drop };
}

function judge(ident: Buffer, size: number): IdentOutcome {
  const text = ident.toString("latin1");
  if (text.startsWith("SSH-2.") || text.startsWith("SSH-1.99-")) return { status: "done", ident, size };
  return { status: "refused", why: "another protocol version", size, answer: drop };
}

function readLine(received: Uint8Array): { bytes: Buffer; size: number } | undefined {
  const bytes: number[] = [];
  let size = 0;
  for (const byte of received) {
    size += 1;
    if (byte === LF) return { bytes: Buffer.from(bytes), size };
    if (byte !== CR) bytes.push(byte);
    if (bytes.length === MAX_LINE_BYTES) return { bytes: Buffer.from(bytes), size };
  }
  return undefined;
}

/** Messages above 20 that are no service's, such as the key exchange's own, are merely unknown in the first exchange; services and the rest end it. */
function answer(fault: Fault): Answer {
  switch (fault.what) {
    case "unexpected":
      return isMerelyUnknown(fault.number, fault.during) ? unimplemented : drop;
    case "NEWKEYS with data":
      return { end: "go on" };
    default:
      return drop;
  }
}

function isMerelyUnknown(number: number, during: Stage): boolean {
  if (during === "first exchange") return number > message.kexInit && number <= message.kexLast;
  // It knows these, and wants them in their place.
  if (number === message.newKeys || number === message.dhInit) return false;
  return during === "service" || number <= LAST_BEFORE_LOGIN;
}
