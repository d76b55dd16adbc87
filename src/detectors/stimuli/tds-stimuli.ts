import type { Stimulus } from "./stimulus.ts";
import { everywhere, hex, quick, stimulusMaker } from "./stimulus-maker.ts";

/**
 * PRELOGIN of TDS (MS-TDS §2.2.6.5): header (type 0x12, status 1, length, SPID, packet, window), then options as token, offset, length:
 * version, encryption, instance, thread, several result sets; then their values.
 */
const tds = stimulusMaker({ protocol: "tds", ports: [1433, 2433] });
const PRELOGIN = hex(
  `1201002f 00000100 00001a0006 0100200001 0200210001 0300220004 0400260001 ff
   090000000000 02 00 00000001 00`,
);

export const tdsStimuli: readonly Stimulus[] = [
  tds("prelogin", PRELOGIN, { ...everywhere, quick: true }),
  tds("prelogin.again", PRELOGIN),
  tds("bad-type", hex("7e010008 00000100"), quick),
];
