import { Buffer } from "node:buffer";
import { createPublicKey, type KeyObject } from "node:crypto";
import { der, derBits, derContent, derInteger, stripZeros, TAG } from "../der.ts";

/**
 * Diffie-Hellman public keys to and from DER, since node:crypto takes and gives them in no simpler form:
 *
 *   SubjectPublicKeyInfo ::= SEQUENCE { SEQUENCE { OID dhKeyAgreement, SEQUENCE { INTEGER p, INTEGER g } }, BIT STRING { INTEGER y } }
 *   (RFC 5280 §4.1, PKCS #3 §9)
 */
export function dhPublicKey(parts: { readonly prime: Uint8Array; readonly generator: number; readonly value: Uint8Array }): KeyObject {
  const group = der(TAG.sequence, derInteger(parts.prime), derInteger(Uint8Array.of(parts.generator)));
  const key = der(TAG.sequence, der(TAG.sequence, DH_KEY_AGREEMENT, group), derBits(derInteger(parts.value)));
  return createPublicKey({ key, format: "der", type: "spki" });
}

/** The public value of a Diffie-Hellman key, big-endian, without leading zeros. */
export function dhPublicValue(key: KeyObject): Buffer {
  const bytes = Buffer.from(key.export({ format: "der", type: "spki" }));
  const algorithm = derContent(bytes, derContent(bytes, 0).from);
  const bits = derContent(bytes, algorithm.to);
  const value = derContent(bytes, bits.from + 1);
  return stripZeros(bytes.subarray(value.from, value.to));
}

// 1.2.840.113549.1.3.1
const DH_KEY_AGREEMENT = Buffer.from("06092a864886f70d010301", "hex");
