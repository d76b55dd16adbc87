import { Writer } from "../../wire/writer.ts";
import type { Stimulus } from "./stimulus.ts";
import { everywhere, quick, stimulusMaker } from "./stimulus-maker.ts";

/**
 * PPTP's Start-Control-Connection-Request (RFC 2637 §2.1), 156 bytes: length, type 1, magic, message 1, reserved, version, reserved,
 * framing, bearer, channels, firmware, host name [64], vendor [64].
 */
const pptp = stimulusMaker({ protocol: "pptp", ports: [1723] });
const MAGIC = 0x1a2b3c4d;

function start(magic: number, version: number): Buffer {
  const fields = new Writer().u16(156).u16(1).u32(magic).u16(1).u16(0).u16(version).u16(0).u32(1).u32(1).u16(0).u16(0);
  return fields.bytes(Buffer.alloc(128)).finish();
}

export const pptpStimuli: readonly Stimulus[] = [
  pptp("start", start(MAGIC, 0x0100), { ...everywhere, quick: true }),
  pptp("bad-magic", start(0x11223344, 0x0100), quick),
  pptp("version-9", start(MAGIC, 0x0900)),
];
