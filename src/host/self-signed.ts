import { Buffer } from "node:buffer";
import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { der, derBits, derInteger, TAG } from "./der.ts";
import type { Certificate } from "./orders.ts";

/**
 * A self-signed certificate for `commonName`, as a fresh installation of a server makes one (RFC 5280 §4.1). It follows from the key, the
 * name and the date alone, so that it is the same at each start.
 *
 * @param keyPem RSA or ECDSA P-256, PKCS #8
 * @param madeMs when the imitated host was installed; valid ten years from there
 */
export function selfSigned(keyPem: string, commonName: string, madeMs: number): Certificate {
  const key = createPrivateKey(keyPem);
  const algorithm = key.asymmetricKeyType === "rsa" ? SHA256_WITH_RSA : SHA256_WITH_ECDSA;
  const name = der(TAG.sequence, der(TAG.set, der(TAG.sequence, COMMON_NAME, der(TAG.utf8, Buffer.from(commonName, "utf8")))));
  const publicKey = createPublicKey(key).export({ format: "der", type: "spki" });
  const serial = createHash("sha256").update(publicKey).digest().subarray(0, SERIAL_BYTES);
  const body = der(
    TAG.sequence,
    der(TAG.explicit0, derInteger(Uint8Array.of(2))),
    derInteger(serial),
    algorithm,
    name,
    der(TAG.sequence, utcTime(madeMs), utcTime(madeMs + TEN_YEARS_MS)),
    name,
    publicKey,
    der(
      TAG.explicit3,
      der(
        TAG.sequence,
        der(TAG.sequence, SUBJECT_ALT_NAME, der(TAG.octetString, der(TAG.sequence, der(DNS_NAME, Buffer.from(commonName, "ascii"))))),
      ),
    ),
  );
  const certificate = der(TAG.sequence, body, algorithm, derBits(sign("sha256", body, key)));
  return { key: keyPem, certificate: pem(certificate) };
}

const SERIAL_BYTES = 20;
const TEN_YEARS_MS = 3_650 * 86_400_000;
// 2.5.4.3, 2.5.29.17; context tag 2 of GeneralName (RFC 5280 §4.2.1.6); 1.2.840.113549.1.1.11 with NULL; 1.2.840.10045.4.3.2
const COMMON_NAME = Buffer.from("0603550403", "hex");
const SUBJECT_ALT_NAME = Buffer.from("0603551d11", "hex");
const DNS_NAME = 0x82;
const SHA256_WITH_RSA = Buffer.from("300d06092a864886f70d01010b0500", "hex");
const SHA256_WITH_ECDSA = Buffer.from("300a06082a8648ce3d040302", "hex");

/** YYMMDDHHMMSSZ (RFC 5280 §4.1.2.5.1): years up to 2049. */
function utcTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/[-:T]/g, "").slice(2, 14);
  return der(TAG.utcTime, Buffer.from(`${digits}Z`, "ascii"));
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
