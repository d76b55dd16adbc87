import type { Stimulus } from "./stimulus.ts";
import { everywhere, hex, quick, stimulusMaker } from "./stimulus-maker.ts";

/** SOCKS 5 (RFC 1928 §3): which ways to log in the proxy takes. No connection is asked for. */
const socks = stimulusMaker({ protocol: "socks", ports: [1080, 1081, 9050] });

export const socksStimuli: readonly Stimulus[] = [
  socks("greeting", hex("05 02 00 02"), { ...everywhere, quick: true }),
  socks("no-method", hex("05 01 fe"), quick),
  socks("version-9", hex("09 01 00")),
];
