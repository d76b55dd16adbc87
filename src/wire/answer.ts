import { Buffer } from "node:buffer";

/**
 * An answer that is the same each time but for what it repeats of the question. Both who shows a fingerprint and who looks for it make its
 * bytes here, so they cannot differ.
 */
export type AnswerPart =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** Bytes of what was said; zeros where so much was not said. */
  | { readonly kind: "echo"; readonly at: number; readonly size: number }
  /** The value of a header of the request; `bare`: without angle brackets. */
  | { readonly kind: "header"; readonly name: string; readonly bare: boolean };

/** The bytes of an answer to `said`, all that the visitor said so far. */
export function answerBytes(parts: readonly AnswerPart[], said: Uint8Array): Uint8Array {
  return Buffer.concat(parts.map((part) => partBytes(part, said)));
}

function partBytes(part: AnswerPart, said: Uint8Array): Uint8Array {
  switch (part.kind) {
    case "bytes":
      return part.bytes;
    case "echo":
      return Buffer.concat([said.subarray(part.at, part.at + part.size), Buffer.alloc(part.size)]).subarray(0, part.size);
    case "header":
      return headerValue(part, said);
  }
}

const MOST_HEADERS = 4096;
const MOST_VALUE = 200;

/** The first header of this name within the first 4 KiB, at most 200 bytes of it (RFC 3261 §7.3.1, RFC 9110 §5). */
export function headerValue({ name, bare }: { readonly name: string; readonly bare: boolean }, said: Uint8Array): Uint8Array {
  const line = Buffer.from(said.subarray(0, MOST_HEADERS))
    .toString("latin1")
    .split("\r\n")
    .find((one) => one.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  const value = (line ?? "")
    .slice(name.length + 1)
    .trim()
    .slice(0, MOST_VALUE);
  return Buffer.from(bare ? value.replace(/[<>]/g, "") : value, "latin1");
}
