import { optional, type Shape, text } from "../../shape/shape.ts";
import { exactly } from "./exact-shape.ts";

/**
 * Bytes in a saved view: as text, which people can read, where the text gives back every byte, else as base64. Files of a host are mostly
 * text; what a network sent often is not.
 */
export type SavedBytes = { readonly text: string } | { readonly base64: string };

const MOST_BYTES = 64 * 1024 * 1024;

export function saveBytes(bytes: Uint8Array): SavedBytes {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const asText = buffer.toString("utf8");
  const isSame = Buffer.from(asText, "utf8").equals(buffer);
  return isSame && isShorter(asText, buffer.length) ? { text: asText } : { base64: buffer.toString("base64") };
}

/** Text of many control characters is six times as long in JSON as its bytes, and nobody can read it. */
function isShorter(asText: string, bytes: number): boolean {
  return JSON.stringify(asText).length <= bytes * 2 + 64;
}

interface EitherBytes {
  readonly text?: string;
  readonly base64?: string;
}

const eitherBytes = exactly<EitherBytes>("bytes", {
  text: optional(text("as text", { maxLength: MOST_BYTES })),
  base64: optional(text("as base64", { maxLength: MOST_BYTES })),
});

/** What `saveBytes` made; exactly one of the two, and base64 in its one right spelling. */
export const savedBytes: Shape<Uint8Array> = {
  summary: "bytes",
  allowed: "bytes as text or base64",
  optional: false,
  standard: undefined,
  check: (value, path, problems) => {
    const checked = eitherBytes.check(value, path, problems);
    const bytes = checked === undefined ? undefined : decoded(checked);
    if (checked !== undefined && bytes === undefined)
      problems.push({ path, why: "must be bytes: either text, or base64 in its one right spelling" });
    return bytes;
  },
};

function decoded({ text: asText, base64 }: EitherBytes): Uint8Array | undefined {
  if (asText !== undefined) return base64 === undefined ? Buffer.from(asText, "utf8") : undefined;
  if (base64 === undefined) return undefined;
  const bytes = Buffer.from(base64, "base64");
  return bytes.toString("base64") === base64 ? bytes : undefined;
}
