import { createHash } from "node:crypto";
import { done, malformed, type Parsed } from "../../../wire/parsed.ts";
import type { TlsView } from "../../views/remote-view.ts";
import { type Der, derTag, derValues, integerBits, objectId } from "./der.ts";
import { attributeNames, curveBits, signatureNames } from "./object-ids.ts";

export type CertificateView = Omit<TlsView, "protocol" | "cipher">;

/**
 * Reads what a view tells of a certificate, whoever made it: no library's policy on weak keys, old digests or odd times stands between.
 *
 *     Certificate     SEQUENCE { tbsCertificate, signatureAlgorithm, signature }
 *     tbsCertificate  SEQUENCE { [0] version (left out: v1), serial, algorithm, issuer, validity, subject, key, ... }
 *
 * RFC 5280 §4.1.
 */
export function parseCertificate(bytes: Uint8Array): Parsed<CertificateView> {
  const [outer] = derValues(bytes);
  const [tbs, algorithm] = outer?.tag === derTag.sequence ? derValues(outer.content) : [];
  if (outer === undefined || tbs === undefined || algorithm === undefined) return malformed("not a certificate");
  const fields = derValues(tbs.content);
  const [serial, , issuer, validity, subject, key] = fields[0]?.tag === derTag.version ? fields.slice(1) : fields;
  if (serial?.tag !== derTag.integer || issuer === undefined || subject === undefined) return malformed("a certificate without its names");
  const [notBefore, notAfter] = validity === undefined ? [] : derValues(validity.content);
  const view: CertificateView = {
    subject: distinguishedName(subject),
    issuer: distinguishedName(issuer),
    serial: serialText(serial.content),
    sha256: createHash("sha256").update(outer.whole).digest("hex").toUpperCase(),
    signatureAlgorithm: algorithmName(algorithm),
    keyBits: key === undefined ? 0 : keyBits(key),
    notBefore: timeText(notBefore),
    notAfter: timeText(notAfter),
    selfSigned: Buffer.compare(subject.whole, issuer.whole) === 0,
    certificate: Uint8Array.from(outer.whole),
  };
  return done(view, outer.whole.length);
}

/** `C=DE, O=dionaea.carnivore.it`, in the order of the certificate (RFC 5280 §4.1.2.4). */
function distinguishedName(name: Der): string {
  const sets = derValues(name.content).flatMap((set) => derValues(set.content));
  return sets.map((attribute) => attributeText(derValues(attribute.content))).join(", ");
}

function attributeText([type, value]: readonly Der[]): string {
  const id = type === undefined ? "" : objectId(type.content);
  return `${attributeNames[id] ?? id}=${value === undefined ? "" : stringText(value)}`;
}

/** Strings of whatever kind; a comma is written as RFC 4514 §2.4 wants. */
function stringText({ tag, content }: Der): string {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  const text =
    tag === derTag.bmpString && bytes.length % 2 === 0 ? Buffer.from(bytes).swap16().toString("utf16le") : bytes.toString("utf8");
  return text.replaceAll(/[\\,]/g, (mark) => `\\${mark}`);
}

function serialText(content: Uint8Array): string {
  const text = Buffer.from(content).toString("hex").toUpperCase();
  return text.replace(/^(?:00)+(?=..)/, "");
}

function algorithmName(algorithm: Der): string {
  const id = objectId(derValues(algorithm.content)[0]?.content ?? new Uint8Array());
  return signatureNames[id] ?? id;
}

/** SubjectPublicKeyInfo SEQUENCE { SEQUENCE { algorithm, parameters }, BIT STRING }: RSA's modulus, DSA's p, the curve's size. */
function keyBits(key: Der): number {
  const [algorithm, bits] = derValues(key.content);
  const [id, parameters] = algorithm === undefined ? [] : derValues(algorithm.content);
  const name = id === undefined ? "" : objectId(id.content);
  if (name === "1.2.840.113549.1.1.1" || name === "1.2.840.113549.1.1.10") {
    const [numbers] = derValues(bits?.content.subarray(1) ?? new Uint8Array());
    return integerBits(derValues(numbers?.content ?? new Uint8Array())[0]?.content ?? new Uint8Array());
  }
  if (name === "1.2.840.10040.4.1") return integerBits(derValues(parameters?.content ?? new Uint8Array())[0]?.content ?? new Uint8Array());
  const curve = parameters?.tag === derTag.objectId ? objectId(parameters.content) : name;
  return curveBits[curve] ?? 0;
}

/** `2026-01-31T12:00:00Z`; what is no time comes back as it is (RFC 5280 §4.1.2.5). */
function timeText(time: Der | undefined): string {
  if (time === undefined) return "";
  const text = Buffer.from(time.content).toString("latin1");
  const digits = time.tag === derTag.utcTime ? `${Number(text.slice(0, 2)) < 50 ? "20" : "19"}${text}` : text;
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?Z$/.exec(digits);
  if (parts === null) return text;
  const [, year, month, day, hour, minute, second = "00"] = parts;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
}
