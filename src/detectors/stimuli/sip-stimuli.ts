import type { Stimulus } from "./stimulus.ts";
import { everywhere, quick, stimulusMaker } from "./stimulus-maker.ts";

/** SIP (RFC 3261): capabilities, a registration without credentials (the answer has a nonce), a version that does not exist. */
const sip = stimulusMaker({ protocol: "sip", ports: [5060, 5061] });
const sipUdp = stimulusMaker({ protocol: "sip", ports: [5060], transport: "udp" });

interface Request {
  readonly method: string;
  readonly via: "TCP" | "UDP";
  readonly version?: string;
  readonly call: string;
}

function request({ method, via, version = "SIP/2.0", call }: Request): string {
  const lines = [
    `${method} sip:probe@invalid ${version}`,
    `Via: ${version}/${via} invalid;branch=z9hG4bK${call};rport`,
    `From: <sip:probe@invalid>;tag=${call}`,
    "To: <sip:probe@invalid>",
    `Call-ID: ${call}`,
    `CSeq: 42 ${method}`,
    "Max-Forwards: 70",
    "Contact: <sip:probe@invalid>",
    "Accept: application/sdp",
    "Content-Length: 0",
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

export const sipStimuli: readonly Stimulus[] = [
  sip("options", request({ method: "OPTIONS", via: "TCP", call: "q7w1" }), { ...everywhere, quick: true }),
  sip("register", request({ method: "REGISTER", via: "TCP", call: "q7w2" }), quick),
  sip("register.again", request({ method: "REGISTER", via: "TCP", call: "q7w3" })),
  sip("odd-method", request({ method: "XYZZY", via: "TCP", call: "q7w4" })),
  sip("bad-version", request({ method: "OPTIONS", via: "TCP", version: "SIP/9.9", call: "q7w5" })),
  sipUdp("udp.options", request({ method: "OPTIONS", via: "UDP", call: "q7w6" }), quick),
  sipUdp("udp.register", request({ method: "REGISTER", via: "UDP", call: "q7w7" })),
  sipUdp("udp.register.again", request({ method: "REGISTER", via: "UDP", call: "q7w8" })),
];
