import { adler32 } from "./adler32.ts";
import { BitWriter } from "./bit-writer.ts";
import { writeBlock, writeEmpty, writeStored } from "./block-writer.ts";
import { WINDOW_BYTES } from "./deflate-format.ts";
import type { DeflateFormat } from "./inflater.ts";
import { MatchFinder } from "./match-finder.ts";
import { TokenBlock } from "./token-block.ts";

const NO_BYTES = new Uint8Array(0);

/** 32 KiB window, default compression; 0x789c is a multiple of 31 (RFC 1950 §2.2). */
const ZLIB_HEADER = Uint8Array.of(0x78, 0x9c);

/**
 * How a push ends, so that the reader can decode all of it at once: `partial` with an empty fixed block (ten bits, what
 * OpenSSH sends), `sync` with an empty stored block, which ends on a byte.
 */
export type Flush = "partial" | "sync";

/** Shared by all streams: a push writes all its blocks before it returns, and nothing runs in between. */
const tokens = new TokenBlock(WINDOW_BYTES);

/**
 * Compresses one zlib or DEFLATE stream piece by piece (RFC 1950, RFC 1951); each push can be decoded as it arrives.
 *
 * Blocks are at most 32 KiB of input, each in its shortest form. An idle deflater holds what `MatchFinder` says.
 */
export class Deflater {
  readonly #format: DeflateFormat;
  readonly #flush: Flush;
  readonly #finder = new MatchFinder();
  readonly #writer = new BitWriter();
  #checksum = 1;
  #started = false;

  constructor(format: DeflateFormat = "zlib", flush: Flush = "partial") {
    this.#format = format;
    this.#flush = flush;
  }

  /** Takes the next bytes and gives the next piece of the stream, flushed; at least one byte. */
  push(bytes: Uint8Array): Uint8Array {
    this.#compress(bytes);
    if (this.#flush === "sync") writeStored(this.#writer, NO_BYTES);
    else writeEmpty(this.#writer, false);
    return this.#writer.finish();
  }

  /** Takes the last bytes and gives the rest of the stream; nothing may be pushed afterwards. */
  finish(bytes: Uint8Array = NO_BYTES): Uint8Array {
    this.#compress(bytes);
    writeEmpty(this.#writer, true);
    this.#writer.align();
    if (this.#format === "zlib") {
      const sum = this.#checksum;
      this.#writer.bytes(Uint8Array.of(sum >>> 24, sum >>> 16, sum >>> 8, sum));
    }
    return this.#writer.finish();
  }

  #compress(bytes: Uint8Array): void {
    if (this.#format === "zlib") this.#checksum = adler32(bytes, this.#checksum);
    if (this.#format === "zlib" && !this.#started) this.#writer.bytes(ZLIB_HEADER);
    this.#started = true;
    for (let at = 0; at < bytes.length; at += WINDOW_BYTES) {
      const block = bytes.subarray(at, at + WINDOW_BYTES);
      tokens.clear();
      this.#finder.tokenize(block, tokens);
      writeBlock(this.#writer, tokens, block);
    }
  }
}
