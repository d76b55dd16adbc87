import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";

/**
 * Random bytes for sessions. A call into the system costs the same for 16 bytes as for 4,096, so small wishes are met from a pool. What must
 * stay true: no byte is given twice, and none stays in the pool after it was given.
 */
export function drawRandom(size: number): Uint8Array {
  if (size > LARGEST_SHARE) return randomBytes(size);
  if (used + size > pool.length) {
    pool = randomBytes(POOL_BYTES);
    used = 0;
  }
  const share = pool.subarray(used, used + size);
  used += size;
  const drawn = Buffer.from(share);
  share.fill(0);
  return drawn;
}

const POOL_BYTES = 4_096;
const LARGEST_SHARE = 512;
let pool: Buffer = Buffer.alloc(0);
let used = 0;
