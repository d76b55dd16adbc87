import type { Stimulus } from "./stimulus.ts";
import { hex, quick, stimulusMaker } from "./stimulus-maker.ts";

/**
 * SNMP: sysDescr.0 with the community that everybody tries and with one that nobody has (RFC 1157; a real agent keeps silent to that), and
 * the discovery of version 3 (RFC 3414 §4).
 */
const snmp = stimulusMaker({ protocol: "snmp", ports: [161], transport: "udp" });
const GET = "a0 19 02 01 07 020100 020100 300e 300c 0608 2b06010201010100 0500";

export const snmpStimuli: readonly Stimulus[] = [
  snmp("udp.public", hex(`3026 020100 0406 7075626c6963 ${GET}`), quick),
  snmp("udp.nobody", hex(`3029 020100 0409 713777782d34316239 ${GET}`), quick),
  snmp(
    "udp.discovery",
    hex(
      "303a 020103 300f 02024a69 0203 00ffe3 040104 020103 0410 300e 0400 020100 020100 0400 0400 0400 3012 0400 0400 a00c 020237f0 020100 020100 3000",
    ),
  ),
  snmp("udp.uptime", hex("3026 020100 0406 7075626c6963 a0 19 02 01 08 020100 020100 300e 300c 0608 2b06010201010300 0500")),
];
