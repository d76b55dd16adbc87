import { crc32 } from "../../../wire/zlib/crc32.ts";
import { Deflater } from "../../../wire/zlib/deflater.ts";
import { Inflater } from "../../../wire/zlib/inflater.ts";
import { fromBytes, toBytes } from "../../bytes.ts";

/**
 * gzip members piece by piece (RFC 1952), so that neither a large file nor a small one that grows takes much memory or a long turn.
 *
 * ```
 * ID 2 (1f 8b), CM 1 (8), FLG 1, MTIME 4, XFL 1, OS 1
 * [XLEN 2, XLEN bytes] [name, 0] [comment, 0] [CRC16 2]    as FLG says
 * DEFLATE data
 * CRC32 4, ISIZE 4 (length modulo 2^32)
 * ```
 */
export const GZIP_MAGIC = "\x1f\x8b";

/** Pieces of compressed input no longer than this become at most about 1 MiB. */
export const INPUT_PIECE_BYTES = 1024;

const OUTPUT_BYTES = 2 << 20;
const BLOCK_BYTES = 32_768;
const MAX_HEADER_BYTES = 65_536;
const TRAILER_BYTES = 8;

export interface GzipHeader {
  /** Without directories; empty when there is none. */
  readonly name: string;
  readonly modifiedSeconds: number;
}

export class Gzipper {
  inputBytes = 0;
  /** Bytes of the compressed data, without header and trailer. */
  bodyBytes = 0;
  readonly #deflater = new Deflater("raw");
  #crc = 0;
  #held = "";

  header({ name, modifiedSeconds }: GzipHeader): string {
    return `${GZIP_MAGIC}\x08${name === "" ? "\0" : "\x08"}${little(modifiedSeconds)}\0\x03${name === "" ? "" : `${name}\0`}`;
  }

  push(bytes: string): string {
    this.#held += bytes;
    let out = "";
    while (this.#held.length > BLOCK_BYTES) {
      out += this.#sent(this.#deflater.push(this.#take(BLOCK_BYTES)));
    }
    return out;
  }

  finish(): string {
    const rest = this.#sent(this.#deflater.finish(this.#take(BLOCK_BYTES)));
    return rest + little(this.#crc) + little(this.inputBytes);
  }

  #take(size: number): Uint8Array {
    const bytes = toBytes(this.#held.slice(0, size));
    this.#held = this.#held.slice(bytes.length);
    this.#crc = crc32(bytes, this.#crc);
    this.inputBytes += bytes.length;
    return bytes;
  }

  #sent(bytes: Uint8Array): string {
    this.bodyBytes += bytes.length;
    return fromBytes(bytes);
  }
}

function little(value: number): string {
  return String.fromCharCode(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255);
}

/** What is wrong with a file, in gzip's own words. */
export type GunzipProblem =
  | "not in gzip format"
  | "unexpected end of file"
  | "invalid compressed data--format violated"
  | "invalid compressed data--crc error"
  | "decompression OK, trailing garbage ignored";

export class Gunzipper {
  problem: GunzipProblem | undefined;
  header: GzipHeader | undefined;
  outputBytes = 0;
  crc = 0;
  #phase: "header" | "body" | "trailer" = "header";
  #inflater = new Inflater("raw");
  #held = "";
  #size = 0;
  #members = 0;

  /** Takes at most `INPUT_PIECE_BYTES` and gives what they decide. */
  push(bytes: string): string {
    let out = "";
    this.#held += bytes;
    for (let went = true; went && this.problem === undefined && this.#held !== ""; ) {
      if (this.#phase === "body") {
        out += this.#inflate();
        went = this.#phase !== "body";
      } else went = this.#phase === "header" ? this.#readHeader() : this.#readTrailer();
    }
    return out;
  }

  finish(): void {
    const between = this.#phase === "header" && this.#members > 0 && this.#held === "";
    if (!between) this.problem ??= "unexpected end of file";
  }

  #readHeader(): boolean {
    if (this.#members > 0) this.#held = this.#held.replace(/^\0+/, "");
    if (this.#held === "") return false;
    if (!GZIP_MAGIC.startsWith(this.#held.slice(0, 2))) {
      this.problem = this.#members > 0 ? "decompression OK, trailing garbage ignored" : "not in gzip format";
      return false;
    }
    const header = parseHeader(this.#held);
    if (header === undefined) {
      if (this.#held.length > MAX_HEADER_BYTES) this.problem = "not in gzip format";
      return false;
    }
    this.#held = this.#held.slice(header.size);
    this.header ??= header;
    this.#phase = "body";
    this.#inflater = new Inflater("raw");
    this.crc = 0;
    this.#size = 0;
    return true;
  }

  #inflate(): string {
    const given = toBytes(this.#held);
    const inflated = this.#inflater.push(given, OUTPUT_BYTES);
    if (inflated.status === "malformed") {
      this.problem = "invalid compressed data--format violated";
      return "";
    }
    this.#held = this.#inflater.ended ? this.#held.slice(given.length - this.#inflater.unusedBytes) : "";
    if (this.#inflater.ended) this.#phase = "trailer";
    this.crc = crc32(inflated.bytes, this.crc);
    this.#size += inflated.bytes.length;
    this.outputBytes += inflated.bytes.length;
    return fromBytes(inflated.bytes);
  }

  #readTrailer(): boolean {
    if (this.#held.length < TRAILER_BYTES) return false;
    if (this.#held.slice(0, TRAILER_BYTES) !== little(this.crc) + little(this.#size)) this.problem = "invalid compressed data--crc error";
    this.#held = this.#held.slice(TRAILER_BYTES);
    this.#members += 1;
    this.#phase = "header";
    return true;
  }
}

/** RFC 1952 §2.3: the fixed part, then what FLG says; undefined when more bytes are needed. */
function parseHeader(bytes: string): (GzipHeader & { readonly size: number }) | undefined {
  if (bytes.length < 10) return undefined;
  const flags = bytes.charCodeAt(3);
  let at = 10;
  if (flags & 4) at += 2 + bytes.charCodeAt(at) + bytes.charCodeAt(at + 1) * 256;
  const [name, afterName] = flags & 8 ? textAt(bytes, at) : ["", at];
  const [, afterComment] = flags & 16 ? textAt(bytes, afterName) : ["", afterName];
  const size = afterComment + (flags & 2 ? 2 : 0);
  if (!(size <= bytes.length)) return undefined;
  const modifiedSeconds = [7, 6, 5, 4].reduce((sum, place) => sum * 256 + bytes.charCodeAt(place), 0);
  return { name, modifiedSeconds, size };
}

/** Text up to a zero byte, and the place behind that. */
function textAt(bytes: string, at: number): readonly [string, number] {
  const end = bytes.indexOf("\0", at);
  return end < 0 ? ["", Number.POSITIVE_INFINITY] : [bytes.slice(at, end), end + 1];
}
