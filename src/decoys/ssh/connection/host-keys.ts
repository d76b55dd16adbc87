import type { Buffer } from "node:buffer";
import type { Reader } from "../../../wire/reader.ts";
import { Writer } from "../../../wire/writer.ts";
import { encodeHostKey, hostKeyAlgorithms, hostKeyBlob, signAsHost } from "../transport/host-key.ts";
import type { ConnectionPorts } from "./ports.ts";

const PROOF = "hostkeys-prove-00@openssh.com";

/** The body of hostkeys-00@openssh.com: each host key that the persona uses, once (PROTOCOL of OpenSSH, section 2.5). */
export function encodeHostKeys({ peer, persona }: ConnectionPorts): Buffer {
  const writer = new Writer(1024);
  const seen = new Set<Buffer>();
  for (const algorithm of persona.hostKeys) {
    const blob = hostKeyBlob(peer.keys, algorithm);
    if (blob === undefined || seen.has(blob)) continue;
    seen.add(blob);
    writer.string32(blob);
  }
  return writer.finish();
}

/**
 * Proves that we hold the keys that the visitor asks for: a signature for each, over
 * `string "hostkeys-prove-00@openssh.com", string session id, string key`. Undefined: one of them is none of ours.
 */
export function proveHostKeys({ peer, persona, sessionId }: ConnectionPorts, asked: Reader): Buffer | undefined {
  const proofs = new Writer(1024);
  while (asked.left > 0) {
    const blob = asked.string32();
    const key = asked.short ? undefined : peer.keys.hostKeys.find((one) => encodeHostKey(one).equals(blob));
    const algorithm = persona.hostKeys.find((name) => hostKeyAlgorithms[name]?.kind === key?.kind);
    if (key === undefined || algorithm === undefined) return undefined;
    const signed = new Writer(1024).string32(PROOF).string32(sessionId).string32(blob).finish();
    proofs.string32(signAsHost(peer.keys, algorithm, signed));
  }
  return proofs.finish();
}
