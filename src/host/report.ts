import { Buffer } from "node:buffer";
import type { Observation } from "../events/observation.ts";

/**
 * What a worker tells its parent, as values. On the wire each is a frame (`encode-report.ts`, `parse-report.ts`): a worker may have been
 * taken over, so its reports are bytes that the parent parses itself, never objects that a deserialiser made of them.
 */
export type Report =
  /** All modules are loaded: connections may come. */
  | { readonly type: "ready" }
  /** The event loop turns. */
  | { readonly type: "alive" }
  | { readonly type: "observation"; readonly session: number; readonly observation: Observation }
  | { readonly type: "file-open"; readonly session: number; readonly file: number; readonly name: Uint8Array; readonly way: string }
  | { readonly type: "file-bytes"; readonly session: number; readonly file: number; readonly bytes: Uint8Array }
  | { readonly type: "file-close"; readonly session: number; readonly file: number; readonly truncated: boolean }
  | {
      readonly type: "terminal-bytes";
      readonly session: number;
      readonly terminal: number;
      readonly way: "out" | "in";
      readonly atMs: number;
      readonly bytes: Uint8Array;
    }
  | {
      readonly type: "terminal-size";
      readonly session: number;
      readonly terminal: number;
      readonly atMs: number;
      readonly columns: number;
      readonly rows: number;
    }
  /** What to keep for the source of this session until its next visit. */
  | { readonly type: "keep"; readonly session: number; readonly value: Uint8Array }
  /** The session is over; nothing follows about it. */
  | { readonly type: "closed"; readonly session: number; readonly by: EndedBy; readonly bytesIn: number; readonly bytesOut: number };

export const ENDED_BY = ["visitor", "decoy", "limit", "sensor"] as const;
export type EndedBy = (typeof ENDED_BY)[number];

export const REPORT_TYPES = [
  "ready",
  "alive",
  "observation",
  "file-open",
  "file-bytes",
  "file-close",
  "terminal-bytes",
  "terminal-size",
  "keep",
  "closed",
] as const;

/** No frame is longer, its length field not counted; what may be longer is sent in pieces of `MAX_PIECE_BYTES`. */
export const MAX_FRAME_BYTES = 1_048_576;
export const MAX_PIECE_BYTES = 65_536;
/** A captured file's name, cut. */
export const MAX_NAME_BYTES = 4_096;

export const NO_BYTES: Uint8Array = Buffer.alloc(0);
