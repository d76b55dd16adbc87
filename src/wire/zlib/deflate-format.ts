/**
 * The numbers of the DEFLATE format that reader and writer share (RFC 1951 §3.2.5 to §3.2.7).
 */

export const WINDOW_BYTES = 32_768;
export const MIN_MATCH = 3;
export const MAX_MATCH = 258;

/** Block types (§3.2.3). */
export const STORED = 0;
export const FIXED = 1;
export const DYNAMIC = 2;

/** Literals 0-255, end of block 256, match lengths 257-285; 286 and 287 have codes but no meaning. */
export const END_OF_BLOCK = 256;
export const FIRST_LENGTH = 257;
export const LITERAL_SYMBOLS = 286;
/** Distances 0-29; 30 and 31 have codes but no meaning. */
export const DISTANCE_SYMBOLS = 30;

/** Longest code of a literal, length or distance; longest code of a code length. */
export const MAX_CODE_BITS = 15;
export const MAX_LENGTH_CODE_BITS = 7;

/** Match length and its extra bits for symbols 257 to 285. */
// biome-ignore format: a table
export const LENGTH_BASE = Uint16Array.of(
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
);
// biome-ignore format: a table
export const LENGTH_EXTRA = Uint8Array.of(
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
);

/** Distance and its extra bits for symbols 0 to 29. */
// biome-ignore format: a table
export const DISTANCE_BASE = Uint16Array.of(
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
);
// biome-ignore format: a table
export const DISTANCE_EXTRA = Uint8Array.of(
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
);

/** The order in which a dynamic block sends the lengths of its code-length code (§3.2.7). */
// biome-ignore format: a table
export const LENGTH_CODE_ORDER = Uint8Array.of(16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15);

/** Code-length symbols above 15 repeat: the last length, or zero; how often at least, and in how many extra bits more. */
export const REPEAT_LAST = 16;
export const REPEAT_ZERO = 17;
export const REPEAT_ZERO_LONG = 18;
export const REPEAT_BASE = Uint8Array.of(3, 3, 11);
export const REPEAT_EXTRA = Uint8Array.of(2, 3, 7);

/** Code lengths of a fixed block (§3.2.6), with the meaningless symbols, which complete the code. */
export const FIXED_LITERAL_LENGTHS = Uint8Array.from({ length: 288 }, (_, symbol) => {
  if (symbol < 144) return 8;
  if (symbol < 256) return 9;
  return symbol < 280 ? 7 : 8;
});
export const FIXED_DISTANCE_LENGTHS = new Uint8Array(32).fill(5);
