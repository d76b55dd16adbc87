import type { Stimulus } from "./stimulus.ts";
import { everywhere, hex, quick, stimulusMaker } from "./stimulus-maker.ts";

/**
 * The connection request of RDP: TPKT (RFC 1006), X.224, then RDP_NEG_REQ with the protocols that we could do (MS-RDPBCGR §2.2.1.1):
 * 0 the old security, 1 TLS, 2 CredSSP.
 */
const rdp = stimulusMaker({ protocol: "rdp", ports: [3389, 3390] });

export const rdpStimuli: readonly Stimulus[] = [
  rdp("connect", hex("03000013 0ee00000000000 01000800 03000000"), { ...everywhere, quick: true }),
  rdp("connect.plain", hex("03000013 0ee00000000000 01000800 00000000"), quick),
  rdp("connect.again", hex("03000013 0ee00000123400 01000800 03000000")),
  rdp("old", hex("0300000b 06e00000000000")),
  rdp("bad-type", hex("0300000b 06f10000000000")),
];
