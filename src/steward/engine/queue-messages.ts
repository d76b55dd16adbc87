import { Reader } from "../../wire/reader.ts";
import { Writer } from "../../wire/writer.ts";

/**
 * Messages between the kernel's queue of packets (nfnetlink_queue, Linux 2.6.14 and later) and the process that reads it. Lengths and types of
 * netlink are in the machine's order, little-endian; what netfilter adds is in network order.
 */
const SUBSYSTEM = 3 << 8;
const PACKET = SUBSYSTEM;
const CONFIG = SUBSYSTEM | 2;
const VERDICT_UP_TO = SUBSYSTEM | 3;
const ERROR = 2;
const [REQUEST, ACKNOWLEDGE] = [1, 4];
const HEADER_BYTES = 16;
const GENERAL_BYTES = 4;

const [CFG_COMMAND, CFG_COPY, CFG_LENGTH, CFG_MASK, CFG_FLAGS] = [1, 2, 3, 4, 5];
const BIND = 1;
const COPY_HEADERS_ONLY = 1;
/** Where the queue is full, and packets of any size as one. */
const [FAIL_OPEN, ANY_SIZE] = [1, 4];
const [PACKET_HEADER, VERDICT_HEADER] = [1, 2];
const ACCEPT = 1;

/** Makes the sender the reader of a queue; the kernel acknowledges. */
export function bindQueue(queue: number): Buffer {
  return message({ type: CONFIG, flags: REQUEST | ACKNOWLEDGE, queue }, attribute(CFG_COMMAND, Buffer.from([BIND, 0, 0, 0])));
}

/** Packets stay in the kernel: only their numbers are told. With more than `most` waiting, the next ones pass at once. */
export function settleQueue(queue: number, most: number): Buffer {
  const flags = new Writer().u32(FAIL_OPEN | ANY_SIZE).finish();
  const parts = [
    attribute(CFG_COPY, new Writer().u32(0).u8(COPY_HEADERS_ONLY).finish()),
    attribute(CFG_LENGTH, new Writer().u32(most).finish()),
    attribute(CFG_MASK, flags),
    attribute(CFG_FLAGS, flags),
  ];
  return message({ type: CONFIG, flags: REQUEST | ACKNOWLEDGE, queue }, Buffer.concat(parts));
}

/** All packets up to this number go on their way. */
export function acceptUpTo(queue: number, last: number): Buffer {
  return message({ type: VERDICT_UP_TO, flags: REQUEST, queue }, attribute(VERDICT_HEADER, new Writer().u32(ACCEPT).u32(last).finish()));
}

interface Head {
  readonly type: number;
  readonly flags: number;
  readonly queue: number;
}

/**
 * ```
 * length 4 · type 2 · flags 2 · sequence 4 · port 4     struct nlmsghdr
 * family 1 · version 1 · queue 2                        struct nfgenmsg
 * attributes
 * ```
 */
function message({ type, flags, queue }: Head, attributes: Uint8Array): Buffer {
  const head = new Writer()
    .u32le(HEADER_BYTES + GENERAL_BYTES + attributes.length)
    .u16le(type)
    .u16le(flags);
  return Buffer.concat([head.u32le(0).u32le(0).u8(0).u8(0).u16(queue).finish(), attributes]);
}

/** `struct nlattr`: length 2, with these four bytes · type 2 · value, padded to four. */
function attribute(type: number, value: Uint8Array): Buffer {
  const padding = Buffer.alloc((4 - (value.length % 4)) % 4);
  return Buffer.concat([
    new Writer()
      .u16le(4 + value.length)
      .u16le(type)
      .finish(),
    value,
    padding,
  ]);
}

/** What the kernel tells: a packet waits; or how it took a message of ours (0, or an error's number). */
export type QueueMessage = { readonly kind: "packet"; readonly id: number } | { readonly kind: "answer"; readonly error: number };

/** The messages of one datagram; what is none of these is left out. */
export function parseQueueMessages(datagram: Uint8Array): readonly QueueMessage[] {
  const found: QueueMessage[] = [];
  const bytes = Buffer.from(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const size = bytes.readUInt32LE(at);
    if (size < HEADER_BYTES || at + size > bytes.length) break;
    const one = parseMessage(bytes.readUInt16LE(at + 4), bytes.subarray(at + HEADER_BYTES, at + size));
    if (one !== undefined) found.push(one);
    at += (size + 3) & ~3;
  }
  return found;
}

function parseMessage(type: number, body: Buffer): QueueMessage | undefined {
  if (type === ERROR && body.length >= 4) return { kind: "answer", error: -body.readInt32LE(0) };
  if (type !== PACKET) return undefined;
  const id = packetNumber(body);
  return id === undefined ? undefined : { kind: "packet", id };
}

/** `struct nfqnl_msg_packet_hdr`: id 4 · protocol 2 · hook 1 */
function packetNumber(body: Buffer): number | undefined {
  for (let at = GENERAL_BYTES; at + 4 <= body.length; ) {
    const reader = new Reader(body, at);
    const [size, type] = [reader.u16le(), reader.u16le() & 0x3fff];
    if (size < 4 || at + size > body.length) return undefined;
    if (type === PACKET_HEADER && size >= 8) return reader.u32();
    at += (size + 3) & ~3;
  }
  return undefined;
}
