import type { Stimulus } from "./stimulus.ts";
import { hex, quick, stimulusMaker } from "./stimulus-maker.ts";

/** EtherNet/IP encapsulation: command, length, session, status, context (8), options; little-endian. */
const enip = stimulusMaker({ protocol: "ethernet-ip", ports: [44818] });
const header = (command: string) => hex(`${command} 0000 00000000 00000000 c1debed1c0ffee01 00000000`);

export const ethernetIpStimuli: readonly Stimulus[] = [
  enip("identity", header("6300"), quick),
  enip("services", header("0400")),
  enip("unknown-command", header("7e7e")),
];
