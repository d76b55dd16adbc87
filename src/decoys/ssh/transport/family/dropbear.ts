import { Buffer } from "node:buffer";
import type { Answer, Fault } from "../fault.ts";
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
  readIdent,
  answer,
};

const MAX_LINES = 50;
const MAX_LINE_BYTES = 255;
const LF = 10;
const CR = 13;

const drop: Answer = { end: "drop" };
const unimplemented: Answer = { unimplemented: true, end: "go on" };

/** Lines before the identification are skipped, 50 in all; a line ends after 255 bytes at the latest, CRs not counted. */
function readIdent(received: Uint8Array): IdentOutcome {
  let size = 0;
  for (let lines = 0; lines < MAX_LINES; lines++) {
    const line = readLine(received, size);
    if (line === undefined) return partialIdent;
    size = line.end;
    const text = line.bytes.toString("latin1");
    if (text.startsWith("SSH-")) return judge(line.bytes, size);
  }
  return { status: "refused", why: "no SSH identification in 50 lines", size, answer: drop };
}

function judge(ident: Buffer, size: number): IdentOutcome {
  const text = ident.toString("latin1");
  if (text.startsWith("SSH-2.") || text.startsWith("SSH-1.99-")) return { status: "done", ident, size };
  return { status: "refused", why: "another protocol version", size, answer: drop };
}

function readLine(received: Uint8Array, from: number): { bytes: Buffer; end: number } | undefined {
  const bytes: number[] = [];
  for (let at = from; at < received.length; at++) {
    const byte = received[at] ?? 0;
    if (byte === LF) return { bytes: Buffer.from(bytes), end: at + 1 };
    if (byte !== CR) bytes.push(byte);
    if (bytes.length === MAX_LINE_BYTES) return { bytes: Buffer.from(bytes), end: at + 1 };
  }
  return undefined;
}

/** Messages 6 to 19 and the key exchange's own are merely unknown in the first exchange; services and the rest end it. */
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

function isMerelyUnknown(number: number, during: string): boolean {
  if (during === "service") return true;
  return number > 20 && number < 50;
}
