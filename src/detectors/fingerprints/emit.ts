import type { Fingerprint } from "./fingerprint.ts";
import { bytesFor } from "./pattern.ts";
import { encodeOffer } from "./ssh-offer.ts";

/**
 * What a fingerprint is shown with: bytes for a visitor who has said so much so far. Signs that are only known by a hash, and what is no
 * bytes at all (certificates, open ports, files), cannot be shown so.
 */
export function canEmit({ sign }: Fingerprint): boolean {
  return sign.kind === "bytes" || (sign.kind === "offer" && sign.shown !== undefined);
}

/**
 * The bytes for `said`, all that the visitor said so far: with nothing said the greeting, later the whole answer once the visitor said what
 * it waits for. Empty: nothing to send yet.
 */
export function emit({ sign, stimulus }: Fingerprint, said: Uint8Array): Uint8Array {
  if (sign.kind === "offer") return sign.shown !== undefined && said.length === 0 ? encodeOffer(sign.shown) : new Uint8Array();
  if (sign.kind !== "bytes") return new Uint8Array();
  const { greeting, on, answer } = sign.shown;
  if (stimulus === "null") return said.length === 0 ? bytesFor(answer, said) : new Uint8Array();
  if (said.length === 0) return bytesFor(greeting, said);
  return Buffer.from(said).includes(Buffer.from(on)) ? bytesFor(answer, said) : new Uint8Array();
}

/** Whether the connection ends after the answer. */
export function closesAfter({ sign }: Fingerprint): boolean {
  return sign.kind === "bytes" && sign.shown.closes;
}
