import type { Stimulus } from "./stimulus.ts";
import { everywhere, hex, stimulusMaker } from "./stimulus-maker.ts";

/** LDAP (RFC 4511): BER. An anonymous bind, the root entry, a version that does not exist, an operation that does not exist. */
const ldap = stimulusMaker({ protocol: "ldap", ports: [389, 636, 3268, 3269] });

export const ldapStimuli: readonly Stimulus[] = [
  ldap("bind", hex("300c020107600702010304008000"), everywhere),
  ldap("bind-9", hex("300c020108600702010904008000")),
  ldap("root", hex("3025020109 6320 0400 0a0100 0a0100 020100 020100 010100 870b 6f626a656374436c617373 3000")),
  ldap("unknown", hex("300702010a6f02 0500")),
  ldap("garbage", hex("3084ffffffff02010b")),
];
