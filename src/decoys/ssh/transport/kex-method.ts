import type { Curve } from "../../../decoy/keys.ts";
import type { KexHash } from "../crypto/kdf.ts";

/**
 * The key exchange methods that work here: how each agrees on a secret, and its hash. A name that is not in the table can be
 * announced by an imitation, but fails when it is negotiated.
 */
export type KexMethod =
  | { readonly way: "curve"; readonly curve: Curve; readonly hash: KexHash }
  | { readonly way: "hybrid"; readonly kem: "sntrup761" | "mlkem768"; readonly hash: KexHash }
  | { readonly way: "group"; readonly group: "modp2" | "modp14" | "modp16" | "modp18"; readonly hash: KexHash }
  | { readonly way: "group exchange"; readonly hash: KexHash };

const x25519: KexMethod = { way: "curve", curve: "x25519", hash: "sha256" };
const sntrup761: KexMethod = { way: "hybrid", kem: "sntrup761", hash: "sha512" };

/** By name: RFC 8731, RFC 5656, RFC 4253 §8, RFC 8268, RFC 4419, draft-ietf-sshm-ntruprime-ssh, draft-ietf-sshm-mlkem-hybrid-kex. */
export const kexMethods: Readonly<Record<string, KexMethod>> = {
  "sntrup761x25519-sha512": sntrup761,
  "sntrup761x25519-sha512@openssh.com": sntrup761,
  "mlkem768x25519-sha256": { way: "hybrid", kem: "mlkem768", hash: "sha256" },
  "curve25519-sha256": x25519,
  "curve25519-sha256@libssh.org": x25519,
  "ecdh-sha2-nistp256": { way: "curve", curve: "nistp256", hash: "sha256" },
  "ecdh-sha2-nistp384": { way: "curve", curve: "nistp384", hash: "sha384" },
  "ecdh-sha2-nistp521": { way: "curve", curve: "nistp521", hash: "sha512" },
  "diffie-hellman-group-exchange-sha256": { way: "group exchange", hash: "sha256" },
  "diffie-hellman-group-exchange-sha1": { way: "group exchange", hash: "sha1" },
  "diffie-hellman-group18-sha512": { way: "group", group: "modp18", hash: "sha512" },
  "diffie-hellman-group16-sha512": { way: "group", group: "modp16", hash: "sha512" },
  "diffie-hellman-group14-sha256": { way: "group", group: "modp14", hash: "sha256" },
  "diffie-hellman-group14-sha1": { way: "group", group: "modp14", hash: "sha1" },
  "diffie-hellman-group1-sha1": { way: "group", group: "modp2", hash: "sha1" },
};

/** Names among the key exchange methods that are none: markers (RFC 8308 §2.1, OpenSSH PROTOCOL 1.9 and 1.10, dropbear's guess marker). */
export const kexMarkers = {
  extInfoClient: "ext-info-c",
  extInfoServer: "ext-info-s",
  strictClient: "kex-strict-c-v00@openssh.com",
  strictServer: "kex-strict-s-v00@openssh.com",
  matthewGuess: "kexguess2@matt.ucc.asn.au",
} as const;
