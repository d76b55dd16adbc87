import type { Errno, Ok } from "../../file-system.ts";
import type { Execution, Process } from "../../program.ts";

/** Where bytes come from: at most `maxBytes` of them, "" at the end. */
export type ByteSource = (maxBytes: number) => Execution<string>;

/** Where bytes go. */
export type ByteSink = (bytes: string) => Execution<Ok | Errno>;

export function sourceOf(process: Process, fd: number): ByteSource {
  return (maxBytes) => process.read(fd, maxBytes);
}

export function sinkOf(process: Process, fd: number): ByteSink {
  return (bytes) => process.write(fd, bytes);
}

/** Reads exactly `size` bytes, fewer only at the end. */
export function* readFully(source: ByteSource, size: number): Execution<string> {
  let bytes = "";
  while (bytes.length < size) {
    const part = yield* source(size - bytes.length);
    if (part === "") break;
    bytes += part;
  }
  return bytes;
}

/** A source that begins with bytes that were read already. */
export function startingWith(head: string, source: ByteSource): ByteSource {
  let held = head;
  return function* next(maxBytes) {
    if (held === "") return yield* source(maxBytes);
    const part = held.slice(0, maxBytes);
    held = held.slice(part.length);
    return part;
  };
}
