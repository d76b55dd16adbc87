import type { Stimulus } from "./stimulus.ts";
import { hex, quick, stimulusMaker } from "./stimulus-maker.ts";

/** NetBIOS: a session with whoever is there (RFC 1002 §4.3.2), and over UDP the names of a host (§4.2.17). */
const netbios = stimulusMaker({ protocol: "netbios", ports: [139] });
const netbiosUdp = stimulusMaker({ protocol: "netbios", ports: [137], transport: "udp" });

/** A name in its first-level encoding (§4.1): 16 bytes, each two letters. */
function encoded(name: string, kind: number): string {
  const bytes = [...Buffer.from(name.padEnd(15, " "), "latin1"), kind];
  return bytes.map((byte) => String.fromCharCode(65 + (byte >> 4), 65 + (byte & 15))).join("");
}

const session = (called: string) => Buffer.from(`\x81\0\0\x44\x20${encoded(called, 0x20)}\0\x20${encoded("PROBE", 0)}\0`, "latin1");

export const netbiosStimuli: readonly Stimulus[] = [
  netbios("session", session("*SMBSERVER"), quick),
  netbios("session.nobody", session("Q7WZNOBODY"), quick),
  netbiosUdp(
    "udp.names",
    Buffer.concat([hex("8714 0000 0001 0000 0000 0000"), Buffer.from(`\x20CK${"A".repeat(30)}\0`, "latin1"), hex("0021 0001")]),
    quick,
  ),
];
