import { Buffer } from "node:buffer";

/**
 * Bytes in disguise: inside the shell, text is a string with one code unit (0-255) for each byte, so that any bytes survive.
 * Only the edges (the wire, the persona's UTF-8 text) and programs that count characters translate.
 */
export function fromBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

export function toBytes(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

/** Unicode text (from the persona) to bytes in disguise. */
export function encodeUtf8(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** Bytes in disguise to Unicode text; wrong bytes become U+FFFD. */
export function decodeUtf8(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}
