import type { Stimulus } from "./stimulus.ts";
import { hex, quick, stimulusMaker } from "./stimulus-maker.ts";

/** NTP (RFC 5905 §7.3): what time it is; mode 6 asks for the variables. Mode 7, which amplifies, is never sent. */
const ntp = stimulusMaker({ protocol: "ntp", ports: [123], transport: "udp" });
const CLIENT = Buffer.concat([Buffer.from([0x23]), Buffer.alloc(39), Buffer.from("5175697a7a303431", "hex")]);

export const ntpStimuli: readonly Stimulus[] = [
  ntp("udp.time", CLIENT, quick),
  ntp("udp.time.again", CLIENT),
  ntp("udp.variables", hex("16020001 00000000 00000000")),
  ntp("udp.version-7", Buffer.concat([Buffer.from([0x3b]), CLIENT.subarray(1)])),
];
