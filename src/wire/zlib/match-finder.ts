import { MAX_MATCH, MIN_MATCH, WINDOW_BYTES } from "./deflate-format.ts";
import type { TokenBlock } from "./token-block.ts";

const FIRST_BUFFER_BYTES = 1_024;
const MAX_BUFFER_BYTES = 2 * WINDOW_BYTES;
const WINDOW_MASK = WINDOW_BYTES - 1;

/** How many earlier places with the same first bytes are compared, at most. */
const MAX_CANDIDATES = 48;
/** A match of this length is taken without looking whether the next byte starts a longer one. */
const GOOD_MATCH = 32;
/** A three-byte match from farther away costs more bits than its literals. */
const MAX_SHORT_MATCH_DISTANCE = 4_096;

/**
 * Turns bytes into literals and matches (LZ77), where a match may reach into all that came before in the stream.
 *
 * Places are chained by a hash of their first three bytes, newest first. Buffer and chains start small and grow with what
 * was really sent, up to 192 KiB, so a connection that says little keeps little. After a move of the buffer the chains are
 * built anew: simpler than to correct them, and once every 32 KiB it costs little beside the search.
 */
export class MatchFinder {
  /** What matches can reach, then what is to be turned into tokens. */
  #bytes = new Uint8Array(0);
  #end = 0;
  /** Places before this one are in the chains. */
  #indexed = 0;
  /** Newest place of a hash, plus 1; 0 for none. */
  #newest = new Uint16Array(0);
  /** The next older place of the same hash, plus 1, by the low bits of a place. */
  #older = new Uint16Array(0);
  #hashShift = 32;
  /** Distance of the match that `#longestMatch` found last. */
  #distance = 0;

  /** Appends the tokens of `bytes`, at most 32 KiB. */
  tokenize(bytes: Uint8Array, tokens: TokenBlock): void {
    this.#makeRoom(bytes.length);
    this.#bytes.set(bytes, this.#end);
    let at = this.#end;
    this.#end += bytes.length;
    while (at < this.#end) at += this.#addToken(at, tokens);
  }

  /** Adds a literal or a match, and says how many bytes it stands for; a match waits while the next place has a longer one. */
  #addToken(at: number, tokens: TokenBlock): number {
    const length = this.#longestMatch(at, MIN_MATCH - 1);
    const distance = this.#distance;
    const wait = length > 0 && length < GOOD_MATCH && this.#longestMatch(at + 1, length) > 0;
    if (length === 0 || wait) {
      tokens.addLiteral(this.#byte(at));
      return 1;
    }
    tokens.addMatch(length, distance);
    return length;
  }

  /** The length of the longest match at a place, if it is longer than `beat`; else 0. Sets `#distance`. */
  #longestMatch(at: number, beat: number): number {
    this.#index(at);
    const limit = Math.min(MAX_MATCH, this.#end - at);
    const oldest = Math.max(0, at - WINDOW_BYTES);
    let best = beat;
    if (limit <= best) return 0;
    let candidate = (this.#newest[this.#hash(at)] ?? 0) - 1;
    for (let tries = MAX_CANDIDATES; candidate >= oldest && tries > 0 && best < limit; tries--) {
      if (this.#bytes[candidate + best] === this.#bytes[at + best]) {
        const length = this.#commonLength(candidate, at, limit);
        if (length > best && isWorthIt(length, at - candidate)) {
          this.#distance = at - candidate;
          best = length;
        }
      }
      candidate = (this.#older[candidate & WINDOW_MASK] ?? 0) - 1;
    }
    return best > beat ? best : 0;
  }

  #commonLength(older: number, newer: number, limit: number): number {
    const bytes = this.#bytes;
    let length = 0;
    while (length < limit && bytes[older + length] === bytes[newer + length]) length++;
    return length;
  }

  /** Chains all places before `until` whose three bytes are there. */
  #index(until: number): void {
    const last = Math.min(until, this.#end - MIN_MATCH + 1);
    for (; this.#indexed < last; this.#indexed++) {
      const hash = this.#hash(this.#indexed);
      this.#older[this.#indexed & WINDOW_MASK] = this.#newest[hash] ?? 0;
      this.#newest[hash] = this.#indexed + 1;
    }
  }

  #hash(at: number): number {
    const three = (this.#byte(at) << 16) | (this.#byte(at + 1) << 8) | this.#byte(at + 2);
    return Math.imul(three, 0x9e3779b1) >>> this.#hashShift;
  }

  #byte(at: number): number {
    return this.#bytes[at] ?? 0;
  }

  /** Makes room for `more` bytes behind the last 32 KiB: in a wider buffer up to 64 KiB, then by moving them to its start. */
  #makeRoom(more: number): void {
    if (this.#end + more <= this.#bytes.length) return;
    const moved = Math.max(0, this.#end - WINDOW_BYTES);
    const kept = this.#bytes.subarray(moved, this.#end);
    let size = Math.max(FIRST_BUFFER_BYTES, this.#bytes.length);
    while (size < kept.length + more) size *= 2;
    if (size > this.#bytes.length) this.#widen(size, kept);
    else this.#bytes.copyWithin(0, moved, this.#end);
    this.#end -= moved;
    const indexed = Math.max(0, this.#indexed - moved);
    this.#newest.fill(0);
    this.#indexed = 0;
    this.#index(indexed);
  }

  #widen(size: number, kept: Uint8Array): void {
    this.#bytes = new Uint8Array(Math.min(size, MAX_BUFFER_BYTES));
    this.#bytes.set(kept);
    const places = Math.min(size, WINDOW_BYTES);
    this.#newest = new Uint16Array(places);
    this.#older = new Uint16Array(places);
    this.#hashShift = 32 - Math.log2(places);
  }
}

function isWorthIt(length: number, distance: number): boolean {
  return length > MIN_MATCH || distance <= MAX_SHORT_MATCH_DISTANCE;
}
