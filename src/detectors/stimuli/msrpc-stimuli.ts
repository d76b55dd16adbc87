import type { Stimulus } from "./stimulus.ts";
import { everywhere, hex, quick, stimulusMaker } from "./stimulus-maker.ts";

/**
 * Bind of connection-oriented DCE RPC (C706 §12.6.4.3): version 5.0, type 11, flags 3, little-endian data, length, call id; fragment sizes,
 * group; one context with the interface and NDR.
 */
const msrpc = stimulusMaker({ protocol: "msrpc", ports: [135, 593, 1025] });
const NDR = "045d888aeb1cc9119fe808002b104860 02000000";
const bind = (version: string, uuid: string) =>
  hex(`${version} 0b03 10000000 4800 0000 01000000 b810b810 00000000 01000000 0000 0100 ${uuid} ${NDR}`);

export const msrpcStimuli: readonly Stimulus[] = [
  // The endpoint mapper, and IOXIDResolver.
  msrpc("bind", bind("0500", "0883afe11f5dc91191a408002b14a0fa 03000000"), everywhere),
  msrpc("bind.again", bind("0500", "c4fefc9960521b10bbcb00aa0021347a 00000000"), quick),
  msrpc("unknown-interface", bind("0500", "00112233445566778899aabbccddeeff 01000000"), quick),
  msrpc("version-9", bind("0900", "0883afe11f5dc91191a408002b14a0fa 03000000")),
];
