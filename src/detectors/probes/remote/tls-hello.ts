import { done, malformed, type Parsed, partial } from "../../../wire/parsed.ts";
import { Reader } from "../../../wire/reader.ts";
import { Writer } from "../../../wire/writer.ts";

/**
 * The first two messages of a TLS handshake up to 1.2, by hand: enough to see a certificate whose key is so weak, or whose server is so
 * broken, that no library finishes the handshake. Nothing is encrypted, nothing is verified, and the connection ends behind it.
 */

/** What the server chose and showed; the certificate in DER. */
export interface Hello {
  readonly protocol: string;
  readonly cipher: string;
  readonly certificate: Uint8Array;
}

/** Suites whose server must sign nothing come first: a key of 512 bits can't sign with a digest of today. */
const suites: Readonly<Record<number, string>> = {
  47: "TLS_RSA_WITH_AES_128_CBC_SHA",
  53: "TLS_RSA_WITH_AES_256_CBC_SHA",
  60: "TLS_RSA_WITH_AES_128_CBC_SHA256",
  156: "TLS_RSA_WITH_AES_128_GCM_SHA256",
  157: "TLS_RSA_WITH_AES_256_GCM_SHA384",
  10: "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
  5: "TLS_RSA_WITH_RC4_128_SHA",
  4: "TLS_RSA_WITH_RC4_128_MD5",
  3: "TLS_RSA_EXPORT_WITH_RC4_40_MD5",
  49171: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
  49172: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
  49199: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
  49200: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
  49195: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  49196: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
  49161: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
  51: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
  57: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
  50: "TLS_DHE_DSS_WITH_AES_128_CBC_SHA",
};

const GROUPS = [0x17, 0x18, 0x19, 0x1d];
/** rsa_pkcs1 and ecdsa with SHA-1, 256, 384, 512, MD5; DSA with SHA-1. */
const SIGNATURES = [0x0201, 0x0203, 0x0401, 0x0403, 0x0501, 0x0503, 0x0601, 0x0603, 0x0101, 0x0202];

/**
 *     record     u8 22, u16 version 3.1, u16 length
 *     handshake  u8 1, u24 length
 *     hello      u16 version 3.3, 32 bytes random, u8 length + session id, u16 length + suites, u8 length + compressions,
 *                u16 length + extensions (each u16 type, u16 length, content)
 *
 * RFC 5246 §6.2.1, §7.4.1.2.
 */
export function clientHello(random32: Uint8Array): Uint8Array {
  const extensions = Buffer.concat([
    extension(10, lengthed16(numbers16(GROUPS))),
    extension(11, Uint8Array.of(1, 0)),
    extension(13, lengthed16(numbers16(SIGNATURES))),
  ]);
  // Numbers of suites sort as integers do in a record: the ones without a signature are the low ones.
  const offered = numbers16(Object.keys(suites).map(Number));
  const body = new Writer().u16(0x0303).bytes(random32).u8(0).u16(offered.length).bytes(offered).u8(1).u8(0);
  const hello = body.bytes(lengthed16(extensions)).finish();
  const handshake = new Writer().u8(1).u8(0).u16(hello.length).bytes(hello).finish();
  return new Writer().u8(22).u16(0x0301).u16(handshake.length).bytes(handshake).finish();
}

/** ServerHello and Certificate out of what a server sent (RFC 5246 §7.4.1.3, §7.4.2). */
export function parseServerHello(bytes: Uint8Array): Parsed<Hello> {
  let chosen: Pick<Hello, "protocol" | "cipher"> | undefined;
  for (const { type, content } of handshakes(bytes)) {
    if (type === 2) chosen = parseChosen(content);
    if (type === 11 && chosen !== undefined) {
      const reader = new Reader(content, 3);
      const certificate = reader.bytes(reader.u8() * 65_536 + reader.u16());
      return reader.short ? malformed("the certificate is longer than its message") : done({ ...chosen, certificate }, bytes.length);
    }
  }
  return bytes.length === 0 || bytes[0] === HANDSHAKE ? partial() : malformed("not a TLS handshake");
}

const HANDSHAKE = 22;

/** u16 version, 32 bytes random, u8 length + session id, u16 suite. */
function parseChosen(content: Uint8Array): Pick<Hello, "protocol" | "cipher"> | undefined {
  const reader = new Reader(content);
  const version = reader.u16();
  reader.bytes(32);
  reader.bytes(reader.u8());
  const suite = reader.u16();
  if (reader.short) return undefined;
  return {
    protocol: versions[version] ?? `0x${version.toString(16)}`,
    cipher: suites[suite] ?? `0x${suite.toString(16).padStart(4, "0")}`,
  };
}

const versions: Readonly<Record<number, string>> = { 768: "SSLv3", 769: "TLSv1", 770: "TLSv1.1", 771: "TLSv1.2" };

/** Handshake messages, put together across records: u8 type, u24 length, content. */
function handshakes(bytes: Uint8Array): readonly { readonly type: number; readonly content: Uint8Array }[] {
  const reader = new Reader(handshakeBytes(bytes));
  const messages: { type: number; content: Uint8Array }[] = [];
  while (reader.left >= 4) {
    const type = reader.u8();
    const content = reader.bytes(reader.u8() * 65_536 + reader.u16());
    if (reader.short) break;
    messages.push({ type, content });
  }
  return messages;
}

function handshakeBytes(bytes: Uint8Array): Uint8Array {
  const reader = new Reader(bytes);
  const parts: Uint8Array[] = [];
  while (reader.left >= 5) {
    const type = reader.u8();
    reader.u16();
    const content = reader.bytes(reader.u16());
    if (type !== HANDSHAKE || reader.short) break;
    parts.push(content);
  }
  return Buffer.concat(parts);
}

function extension(type: number, content: Uint8Array): Uint8Array {
  return new Writer().u16(type).bytes(lengthed16(content)).finish();
}

function lengthed16(content: Uint8Array): Uint8Array {
  return new Writer().u16(content.length).bytes(content).finish();
}

function numbers16(numbers: readonly number[]): Uint8Array {
  return numbers.reduce((writer, one) => writer.u16(one), new Writer()).finish();
}
