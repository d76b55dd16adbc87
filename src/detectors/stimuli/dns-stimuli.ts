import type { Stimulus } from "./stimulus.ts";
import { hex, quick, stimulusMaker } from "./stimulus-maker.ts";

/** DNS (RFC 1035 §4): version.bind in the class CHAOS, a name that cannot exist, and a message that is no question. */
const udp = stimulusMaker({ protocol: "dns", ports: [53], transport: "udp" });
const tcp = stimulusMaker({ protocol: "dns", ports: [53] });
const VERSION = "8715 0100 0001 0000 0000 0000 07 76657273696f6e 04 62696e64 00 0010 0003";
const INVALID = "8716 0100 0001 0000 0000 0000 04 71377778 07 696e76616c6964 00 0001 0001";

export const dnsStimuli: readonly Stimulus[] = [
  udp("udp.version", hex(VERSION), quick),
  udp("udp.invalid", hex(INVALID), quick),
  udp("udp.bad-opcode", hex("8717 7800 0000 0000 0000 0000")),
  tcp("version", hex(`001e ${VERSION}`), quick),
];
