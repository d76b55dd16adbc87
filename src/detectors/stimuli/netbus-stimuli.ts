import { type Stimulus, say } from "./stimulus.ts";
import { answer, greeting, stimulusMaker } from "./stimulus-maker.ts";

/** NetBus, a back door of 1998 whose imitation is a trap: the greeting is its version, and the real one asks for or accepts a password. */
const netbus = stimulusMaker({ protocol: "netbus", ports: [12345, 12346, 20034] });

export const netbusStimuli: readonly Stimulus[] = [
  netbus("password", [greeting, say("Password;0;\r"), answer]),
  netbus("odd", [greeting, say("Xyzzy\r"), answer]),
];
