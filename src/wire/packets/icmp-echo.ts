import { done, malformed, type Parsed, partial } from "../parsed.ts";
import { Reader } from "../reader.ts";
import { Writer } from "../writer.ts";
import { internetChecksum } from "./internet-checksum.ts";

export interface IcmpEcho {
  readonly kind: "request" | "reply";
  readonly id: number;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/**
 * RFC 792, echo:
 *   type             1    (8: request, 0: reply)
 *   code             1    (0)
 *   checksum         2
 *   identifier       2
 *   sequence number  2
 *   payload          the rest
 */
export function parseIcmpEcho(bytes: Uint8Array): Parsed<IcmpEcho> {
  if (bytes.length < 8) return partial();
  const reader = new Reader(bytes);
  const type = reader.u8();
  const code = reader.u8();
  reader.u16();
  if (code !== 0 || (type !== 0 && type !== 8)) return malformed("no ICMP echo");
  return done({ kind: type === 8 ? "request" : "reply", id: reader.u16(), sequence: reader.u16(), payload: reader.rest() }, bytes.length);
}

export function encodeIcmpEcho({ kind, id, sequence, payload }: IcmpEcho): Buffer {
  const message = new Writer(8 + payload.length)
    .u8(kind === "request" ? 8 : 0)
    .u8(0)
    .u16(0)
    .u16(id)
    .u16(sequence)
    .bytes(payload)
    .finish();
  message.writeUInt16BE(internetChecksum(message), 2);
  return message;
}
