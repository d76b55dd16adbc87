import { type Malformed, malformed } from "../parsed.ts";
import { adler32 } from "./adler32.ts";
import { BitReader } from "./bit-reader.ts";
import { BoundedOutput } from "./bounded-output.ts";
import {
  DISTANCE_BASE,
  DISTANCE_EXTRA,
  DISTANCE_SYMBOLS,
  END_OF_BLOCK,
  FIRST_LENGTH,
  FIXED,
  LENGTH_BASE,
  LENGTH_EXTRA,
  LITERAL_SYMBOLS,
  STORED,
} from "./deflate-format.ts";
import { DynamicHeader } from "./dynamic-header.ts";
import { FIXED_DISTANCES, FIXED_LITERALS, NO_SUCH_CODE, type PrefixDecoder } from "./prefix-decoder.ts";

/** The bytes that one push gave, or why the stream can't go on. */
export type Inflated = { readonly status: "done"; readonly bytes: Uint8Array } | Malformed;

/** What surrounds the DEFLATE data: nothing, or the zlib header and checksum (RFC 1950 §2.2). */
export type DeflateFormat = "raw" | "zlib";

type Phase =
  | "zlib header"
  | "block header"
  | "stored length"
  | "stored bytes"
  | "dynamic header"
  | "literal or length"
  | "distance"
  | "zlib checksum"
  | "ended";

/** `more`: the phase is done, or has done a part; the others end the push. */
type Progress = "more" | "starved" | "malformed";

const NO_SYMBOL = -1;

/**
 * Decompresses one zlib or DEFLATE stream piece by piece (RFC 1950, RFC 1951): bytes in, bytes out, nothing else.
 *
 * Each push gives all that the bytes so far decide; a piece may end at any bit. Whatever the bytes are, nothing throws, at
 * most `maxOutputBytes` are allocated for output, and the work is proportional to input plus output. After `malformed`
 * the stream is dead and keeps giving the same answer. An idle inflater holds the part of the 32 KiB window that was used.
 *
 * ```
 * zlib:  CMF 1, FLG 1, blocks, Adler-32 4 (big-endian)
 * block: BFINAL 1 bit, BTYPE 2 bits, then
 *        stored: padding to a byte, LEN 2, NLEN 2 (both little-endian), LEN bytes
 *        fixed or dynamic: [the two codes,] literals and (length, distance) pairs, end of block
 * ```
 */
export class Inflater {
  readonly #format: DeflateFormat;
  readonly #bits = new BitReader();
  readonly #output = new BoundedOutput();
  #phase: Phase;
  #lastBlock = false;
  #storedLeft = 0;
  #dynamic: DynamicHeader | undefined;
  #literals: PrefixDecoder = FIXED_LITERALS;
  #distances: PrefixDecoder = FIXED_DISTANCES;
  #matchLength = 0;
  #distanceSymbol = NO_SYMBOL;
  #checksum = 1;
  #expectedChecksum: number | undefined;
  #unusedBytes = 0;
  #broken: Malformed | undefined;

  constructor(format: DeflateFormat = "zlib") {
    this.#format = format;
    this.#phase = format === "zlib" ? "zlib header" : "block header";
  }

  /** True once the last block (and the checksum of the zlib format) has been read. */
  get ended(): boolean {
    return this.#phase === "ended" && this.#broken === undefined;
  }

  /** Bytes of the last push that lie behind the end of the stream. */
  get unusedBytes(): number {
    return this.#unusedBytes;
  }

  /**
   * Takes the next piece of the stream and gives the bytes that it decides, a fresh array.
   *
   * More than `maxOutputBytes` of them is `malformed`, as is a push after the end.
   */
  push(bytes: Uint8Array, maxOutputBytes: number): Inflated {
    if (this.#broken !== undefined) return this.#broken;
    if (this.ended && bytes.length > 0) return this.#die("bytes behind the end of the stream");
    this.#bits.feed(bytes);
    this.#output.begin(maxOutputBytes, bytes.length * 4);
    let progress: Progress = "more";
    while (progress === "more" && this.#phase !== "ended") progress = this.#step();
    if (this.#broken !== undefined) return this.#broken;
    const output = this.#output.finish();
    if (this.#format === "zlib") this.#checksum = adler32(output, this.#checksum);
    if (this.#checksumDiffers()) return this.#die("wrong Adler-32 checksum");
    this.#unusedBytes = this.#bits.unusedBytes;
    this.#bits.release();
    return { status: "done", bytes: output };
  }

  #step(): Progress {
    switch (this.#phase) {
      case "zlib header":
        return this.#readZlibHeader();
      case "block header":
        return this.#readBlockHeader();
      case "stored length":
        return this.#readStoredLength();
      case "stored bytes":
        return this.#readStoredBytes();
      case "dynamic header":
        return this.#readDynamicHeader();
      case "literal or length":
        return this.#readSymbols();
      case "distance":
        return this.#readDistance();
      case "zlib checksum":
        return this.#readZlibChecksum();
      case "ended":
        return "starved";
    }
  }

  /** RFC 1950 §2.2: CM 4 bits (8), CINFO 4 bits (at most 7), FCHECK 5 bits, FDICT 1 bit, FLEVEL 2 bits. */
  #readZlibHeader(): Progress {
    if (!this.#bits.need(16)) return "starved";
    const method = this.#bits.take(8);
    const flags = this.#bits.take(8);
    if ((method * 256 + flags) % 31 !== 0) return this.#fail("wrong zlib header check");
    if ((method & 15) !== 8) return this.#fail("unknown compression method");
    if (method >> 4 > 7) return this.#fail("window larger than 32 KiB");
    if (flags & 0x20) return this.#fail("preset dictionary");
    return this.#enter("block header");
  }

  /** RFC 1951 §3.2.3 */
  #readBlockHeader(): Progress {
    if (this.#lastBlock) return this.#endBlocks();
    if (!this.#bits.need(3)) return "starved";
    this.#lastBlock = this.#bits.take(1) === 1;
    const type = this.#bits.take(2);
    if (type === 3) return this.#fail("unknown block type");
    if (type === STORED) {
      this.#bits.align();
      return this.#enter("stored length");
    }
    if (type === FIXED) {
      this.#literals = FIXED_LITERALS;
      this.#distances = FIXED_DISTANCES;
      return this.#enter("literal or length");
    }
    this.#dynamic ??= new DynamicHeader();
    this.#dynamic.restart();
    return this.#enter("dynamic header");
  }

  #endBlocks(): Progress {
    this.#bits.align();
    return this.#enter(this.#format === "zlib" ? "zlib checksum" : "ended");
  }

  /** RFC 1951 §3.2.4: LEN 2, NLEN 2 (its one's complement), little-endian. */
  #readStoredLength(): Progress {
    if (!this.#bits.need(32)) return "starved";
    const length = this.#bits.take(16);
    const complement = this.#bits.take(16);
    if (length !== (complement ^ 0xffff)) return this.#fail("stored length and its complement differ");
    this.#storedLeft = length;
    return this.#enter("stored bytes");
  }

  #readStoredBytes(): Progress {
    while (this.#storedLeft > 0 && this.#bits.count > 0) {
      if (!this.#output.literal(this.#bits.take(8))) return this.#overflow();
      this.#storedLeft -= 1;
    }
    const bytes = this.#bits.takeBytes(this.#storedLeft);
    if (!this.#output.append(bytes)) return this.#overflow();
    this.#storedLeft -= bytes.length;
    return this.#storedLeft > 0 ? "starved" : this.#enter("block header");
  }

  #readDynamicHeader(): Progress {
    this.#dynamic ??= new DynamicHeader();
    const progress = this.#dynamic.read(this.#bits);
    if (progress === "starved") return "starved";
    if (progress !== "done") return this.#fail(progress.why);
    this.#literals = this.#dynamic.literals;
    this.#distances = this.#dynamic.distances;
    return this.#enter("literal or length");
  }

  /** Literals and matches up to the end of the block or of the input (RFC 1951 §3.2.5). */
  #readSymbols(): Progress {
    let progress: Progress = "more";
    while (progress === "more" && this.#phase === "literal or length") progress = this.#readSymbol();
    return progress;
  }

  #readSymbol(): Progress {
    const bits = this.#bits;
    bits.fill();
    const entry = this.#literals.decode(bits.hold, bits.count);
    if (entry < 0) return this.#noSymbol(entry);
    const symbol = entry >> 4;
    if (symbol < END_OF_BLOCK) {
      bits.drop(entry & 15);
      return this.#output.literal(symbol) ? "more" : this.#overflow();
    }
    if (symbol >= LITERAL_SYMBOLS) return this.#fail("unknown length symbol");
    const extra = LENGTH_EXTRA[symbol - FIRST_LENGTH] ?? 0;
    if (bits.count < (entry & 15) + extra) return "starved";
    bits.drop(entry & 15);
    if (symbol === END_OF_BLOCK) return this.#enter("block header");
    this.#matchLength = (LENGTH_BASE[symbol - FIRST_LENGTH] ?? 0) + bits.take(extra);
    return this.#readDistance();
  }

  /** The rest of a match: the distance code, its extra bits, the copy. The input may end before each. */
  #readDistance(): Progress {
    const bits = this.#bits;
    this.#enter("distance");
    if (this.#distanceSymbol === NO_SYMBOL) {
      bits.fill();
      const entry = this.#distances.decode(bits.hold, bits.count);
      if (entry < 0) return this.#noSymbol(entry);
      if (entry >> 4 >= DISTANCE_SYMBOLS) return this.#fail("unknown distance symbol");
      bits.drop(entry & 15);
      this.#distanceSymbol = entry >> 4;
    }
    const extra = DISTANCE_EXTRA[this.#distanceSymbol] ?? 0;
    if (!bits.need(extra)) return "starved";
    const distance = (DISTANCE_BASE[this.#distanceSymbol] ?? 0) + bits.take(extra);
    this.#distanceSymbol = NO_SYMBOL;
    if (distance > this.#output.reach) return this.#fail("distance reaches before the start");
    if (!this.#output.copy(distance, this.#matchLength)) return this.#overflow();
    return this.#enter("literal or length");
  }

  #readZlibChecksum(): Progress {
    if (!this.#bits.need(32)) return "starved";
    let checksum = 0;
    for (let byte = 0; byte < 4; byte++) checksum = checksum * 256 + this.#bits.take(8);
    this.#expectedChecksum = checksum;
    return this.#enter("ended");
  }

  #checksumDiffers(): boolean {
    return this.#expectedChecksum !== undefined && this.#expectedChecksum !== this.#checksum;
  }

  #enter(phase: Phase): Progress {
    this.#phase = phase;
    return "more";
  }

  #noSymbol(result: number): Progress {
    return result === NO_SUCH_CODE ? this.#fail("code that the block doesn't define") : "starved";
  }

  #overflow(): Progress {
    return this.#fail("more output than allowed");
  }

  #fail(why: string): Progress {
    this.#die(why);
    return "malformed";
  }

  #die(why: string): Malformed {
    this.#broken = malformed(`deflate: ${why}`);
    this.#output.clear();
    this.#bits.release();
    return this.#broken;
  }
}
