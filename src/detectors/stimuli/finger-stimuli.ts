import type { Stimulus } from "./stimulus.ts";
import { stimulusMaker } from "./stimulus-maker.ts";

/** Finger (RFC 1288): who is there, and somebody who is not. */
const finger = stimulusMaker({ protocol: "finger", ports: [79] });

export const fingerStimuli: readonly Stimulus[] = [finger("all", "\r\n"), finger("nobody", "q7wz-nobody\r\n")];
