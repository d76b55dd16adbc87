import { createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { der, derBits, derInteger, TAG } from "../../src/host/der.ts";

/** A self-signed certificate with any names and serial number, for servers that show what a honeypot's certificate says (RFC 5280 §4.1). */
export interface CertificateNames {
  readonly subject: Readonly<Record<string, string>>;
  /** Hexadecimal. */
  readonly serial?: string;
}

export function namedCertificate({ subject, serial = "4107" }: CertificateNames): { readonly key: string; readonly cert: string } {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = der(TAG.sequence, ...Object.entries(subject).map(attribute));
  const body = der(
    TAG.sequence,
    der(TAG.explicit0, derInteger(Uint8Array.of(2))),
    /^0+$/.test(serial) ? Buffer.from("020100", "hex") : derInteger(Buffer.from(serial, "hex")),
    ECDSA_WITH_SHA256,
    name,
    der(TAG.sequence, utcTime("250101000000Z"), utcTime("450101000000Z")),
    name,
    createPublicKey(privateKey).export({ format: "der", type: "spki" }),
  );
  const certificate = der(TAG.sequence, body, ECDSA_WITH_SHA256, derBits(sign("sha256", body, privateKey)));
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`,
  };
}

const ECDSA_WITH_SHA256 = Buffer.from("300a06082a8648ce3d040302", "hex");
/** Attribute types 2.5.4.x (RFC 4519 §2). */
const ATTRIBUTES: Readonly<Record<string, number>> = { CN: 3, C: 6, L: 7, ST: 8, O: 10, OU: 11 };

function attribute([name, value]: readonly [string, string]): Buffer {
  const type = Buffer.of(0x06, 0x03, 0x55, 0x04, ATTRIBUTES[name] ?? 3);
  return der(TAG.set, der(TAG.sequence, type, der(TAG.utf8, Buffer.from(value, "utf8"))));
}

function utcTime(text: string): Buffer {
  return der(TAG.utcTime, Buffer.from(text, "ascii"));
}
