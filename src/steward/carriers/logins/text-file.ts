import type { FileChange } from "../../ledger/change.ts";

/** A file of text; one that is there keeps its mode where none is given. */
export function textFile(path: string, text: string, mode?: number): FileChange {
  return bytesFile(path, Buffer.from(text, "utf8"), mode);
}

export function bytesFile(path: string, bytes: Uint8Array, mode?: number): FileChange {
  const contents = Buffer.from(bytes).toString("base64");
  return { kind: "file", path, contents, ...(mode === undefined ? {} : { mode, uid: 0, gid: 0 }) };
}
