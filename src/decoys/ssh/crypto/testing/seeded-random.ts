import { Buffer } from "node:buffer";
import { hash } from "node:crypto";

/** Repeatable bytes for property tests: SHA-256 of the seed and a counter. */
export function seededRandom(seed: string): (bytes: number) => Buffer {
  let counter = 0;
  let stock: Buffer = Buffer.alloc(0);
  return (bytes) => {
    while (stock.length < bytes) stock = Buffer.concat([stock, hash("sha256", `${seed} ${counter++}`, "buffer")]);
    const drawn = Buffer.from(stock.subarray(0, bytes));
    stock = stock.subarray(bytes);
    return drawn;
  };
}
