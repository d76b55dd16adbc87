import { type Stimulus, say } from "./stimulus.ts";
import { answer, everywhere, hex, stimulusMaker } from "./stimulus-maker.ts";

/** ISO transport over TCP (RFC 1006, X.224 class 0), then S7: set up the communication, read a list of system states. Nothing is written. */
const s7 = stimulusMaker({ protocol: "s7", ports: [102] });
const CONNECT = hex("03000016 11e00000000a00 c0010a c1020100 c2020102");
const SETUP = hex("03000019 02f080 32010000 0001 0008 0000 f0000001000101e0");
const IDENTITY = hex("03000021 02f080 32070000 0002 0008 0008 0001120411440100 ff09000400110000");

export const s7Stimuli: readonly Stimulus[] = [
  s7("connect", CONNECT, everywhere),
  s7("setup", [say(CONNECT), answer, say(SETUP), answer]),
  s7("identity", [say(CONNECT), answer, say(SETUP), answer, say(IDENTITY), answer]),
  s7("odd-tsap", hex("03000016 11e00000000b00 c0010a c1027f7f c2027f7f")),
  s7("unknown-function", [say(CONNECT), answer, say(SETUP), answer, say(hex("03000013 02f080 32010000 0003 0002 0000 7e00")), answer]),
];
