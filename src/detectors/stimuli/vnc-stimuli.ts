import { type Stimulus, say } from "./stimulus.ts";
import { answer, greeting, hex, quick, stimulusMaker } from "./stimulus-maker.ts";

/** RFB (RFC 6143 §7.1): versions, kinds of security, and the 16 bytes that a password would be enciphered with. No password is sent. */
const vnc = stimulusMaker({ protocol: "vnc", ports: [5900, 5901, 5902, 5000] });
const LIST_BYTES = 12;

/** Chooses VNC authentication (2) where it is offered. */
function choose(heard: Uint8Array): Uint8Array | undefined {
  const list = heard.subarray(LIST_BYTES);
  return list.subarray(1, 1 + (list[0] ?? 0)).includes(2) ? hex("02") : undefined;
}

const challenge = [greeting, say("RFB 003.008\n"), answer, { reply: choose }, answer];

export const vncStimuli: readonly Stimulus[] = [
  vnc("challenge", challenge, quick),
  vnc("challenge.again", challenge, quick),
  vnc("bad-version", [greeting, say("RFB 999.999\n"), answer]),
  vnc("no-version", [greeting, say("XYZ 003.008\n"), answer]),
];
