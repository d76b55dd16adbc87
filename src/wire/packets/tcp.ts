import { done, malformed, type Parsed, partial } from "../parsed.ts";
import { Reader } from "../reader.ts";
import { Writer } from "../writer.ts";
import { internetChecksum } from "./internet-checksum.ts";

/** A TCP segment. Flags are letters in the order of the bits, low to high: `FSRPAUEC`. */
export interface TcpSegment {
  readonly fromPort: number;
  readonly toPort: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly flags: string;
  readonly window: number;
  readonly options: readonly TcpOption[];
  readonly payload: Uint8Array;
}

export type TcpOption =
  | { readonly kind: "nop" }
  | { readonly kind: "sackOK" }
  | { readonly kind: "mss"; readonly value: number }
  | { readonly kind: "wscale"; readonly value: number }
  | { readonly kind: "ts"; readonly value: number; readonly echo: number }
  | { readonly kind: "other"; readonly number: number; readonly bytes: Uint8Array };

const FLAG_LETTERS = "FSRPAUEC";

/**
 * RFC 9293 §3.1:
 *   source port, destination port   2 + 2
 *   sequence number                 4
 *   acknowledgement number          4
 *   data offset                     4 bits   (in units of four bytes)
 *   reserved                        4 bits
 *   control bits                    1        (CWR ECE URG ACK PSH RST SYN FIN)
 *   window                          2
 *   checksum                        2
 *   urgent pointer                  2
 *   options                         data offset - 20
 */
export function parseTcp(bytes: Uint8Array): Parsed<TcpSegment> {
  if (bytes.length < 20) return partial();
  const reader = new Reader(bytes);
  const [fromPort, toPort, sequence, acknowledgement] = [reader.u16(), reader.u16(), reader.u32(), reader.u32()];
  const headerSize = (reader.u8() >> 4) * 4;
  const bits = reader.u8();
  const window = reader.u16();
  if (headerSize < 20) return malformed("no TCP header");
  if (bytes.length < headerSize) return partial();
  const flags = [...FLAG_LETTERS].filter((_, index) => (bits & (1 << index)) !== 0).join("");
  const options = parseOptions(bytes.subarray(20, headerSize));
  return done({ fromPort, toPort, sequence, acknowledgement, flags, window, options, payload: bytes.subarray(headerSize) }, bytes.length);
}

/** Options: a kind, and from kind 2 on a length that counts itself. What does not fit ends the list (RFC 9293 §3.2). */
function parseOptions(bytes: Uint8Array): readonly TcpOption[] {
  const options: TcpOption[] = [];
  const reader = new Reader(bytes);
  while (reader.left > 0) {
    const kind = reader.u8();
    if (kind === 0) break;
    if (kind === 1) {
      options.push({ kind: "nop" });
      continue;
    }
    const size = reader.u8();
    if (reader.short || size < 2 || size - 2 > reader.left) break;
    options.push(readOption(kind, reader.bytes(size - 2)));
  }
  return options;
}

function readOption(number: number, bytes: Buffer): TcpOption {
  if (number === 2 && bytes.length === 2) return { kind: "mss", value: bytes.readUInt16BE(0) };
  if (number === 3 && bytes.length === 1) return { kind: "wscale", value: bytes[0] ?? 0 };
  if (number === 4 && bytes.length === 0) return { kind: "sackOK" };
  if (number === 8 && bytes.length === 8) return { kind: "ts", value: bytes.readUInt32BE(0), echo: bytes.readUInt32BE(4) };
  return { kind: "other", number, bytes };
}

/** @param between source and destination address, for the checksum's pseudo header (RFC 9293 §3.1) */
export function encodeTcp(segment: TcpSegment, between: readonly [Uint8Array, Uint8Array]): Buffer {
  const options = encodeOptions(segment.options);
  const bits = [...FLAG_LETTERS].reduce((sum, letter, index) => (segment.flags.includes(letter) ? sum | (1 << index) : sum), 0);
  const header = new Writer(20 + options.length)
    .u16(segment.fromPort)
    .u16(segment.toPort)
    .u32(segment.sequence)
    .u32(segment.acknowledgement)
    .u8(((20 + options.length) / 4) << 4)
    .u8(bits)
    .u16(segment.window)
    .u32(0)
    .bytes(options)
    .finish();
  const pseudo = new Writer(12)
    .bytes(between[0])
    .bytes(between[1])
    .u16(6)
    .u16(header.length + segment.payload.length)
    .finish();
  header.writeUInt16BE(internetChecksum(pseudo, header, segment.payload), 16);
  return Buffer.concat([header, segment.payload]);
}

function encodeOptions(options: readonly TcpOption[]): Buffer {
  const writer = new Writer(40);
  for (const option of options) writeOption(writer, option);
  while (writer.size % 4 !== 0) writer.u8(0);
  return writer.finish();
}

function writeOption(writer: Writer, option: TcpOption): void {
  if (option.kind === "nop") writer.u8(1);
  else if (option.kind === "sackOK") writer.u8(4).u8(2);
  else if (option.kind === "mss") writer.u8(2).u8(4).u16(option.value);
  else if (option.kind === "wscale") writer.u8(3).u8(3).u8(option.value);
  else if (option.kind === "ts") writer.u8(8).u8(10).u32(option.value).u32(option.echo);
  else
    writer
      .u8(option.number)
      .u8(option.bytes.length + 2)
      .bytes(option.bytes);
}

/** `mss=1460,sackOK,ts=1:0,nop,wscale=7`. */
export function optionsText(options: readonly TcpOption[]): string {
  return options.map(optionText).join();
}

function optionText(option: TcpOption): string {
  if (option.kind === "ts") return `ts=${option.value}:${option.echo}`;
  if (option.kind === "other") return `${option.number}`;
  return "value" in option ? `${option.kind}=${option.value}` : option.kind;
}
