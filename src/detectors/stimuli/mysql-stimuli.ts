import { type Stimulus, say } from "./stimulus.ts";
import { answer, greeting, hex, stimulusMaker } from "./stimulus-maker.ts";

/** MySQL speaks first: the greeting is in the null connection. These are answers that no client gives. */
const mysql = stimulusMaker({ protocol: "mysql", ports: [3306, 33060] });

export const mysqlStimuli: readonly Stimulus[] = [
  // A packet whose sequence number is 7 instead of 1.
  mysql("out-of-order", [greeting, say(hex("01000007 00")), answer]),
  mysql("short", [greeting, say(hex("04000001 00000000")), answer]),
];
