import type { Stimulus } from "./stimulus.ts";
import { quick, stimulusMaker } from "./stimulus-maker.ts";

/** TFTP (RFC 1350 §5): reading a file that is not there, and an operation that does not exist. Nothing is written. */
const tftp = stimulusMaker({ protocol: "tftp", ports: [69], transport: "udp" });

export const tftpStimuli: readonly Stimulus[] = [
  tftp("udp.missing", "\0\x01q7wz-no-such-file\0octet\0", quick),
  tftp("udp.unknown", "\0\x09q7wz\0octet\0"),
];
