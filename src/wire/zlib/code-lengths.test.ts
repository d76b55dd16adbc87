import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { chance } from "../../testkit/chance.ts";
import { codeLengths } from "./code-lengths.ts";

/** The part of the code space that lengths use; 1 for a complete code. */
function kraftSum(lengths: Uint8Array): number {
  return lengths.reduce((sum, bits) => sum + (bits === 0 ? 0 : 2 ** -bits), 0);
}

function cost(counts: Uint32Array, lengths: Uint8Array): number {
  return counts.reduce((sum, count, symbol) => sum + count * (lengths[symbol] ?? 0), 0);
}

/** Bits of an unlimited Huffman code: the sum of all merged weights. */
function huffmanCost(counts: Uint32Array): number {
  const weights = [...counts].filter((count) => count > 0);
  let bits = 0;
  while (weights.length > 1) {
    weights.sort((one, other) => other - one);
    const merged = (weights.pop() ?? 0) + (weights.pop() ?? 0);
    bits += merged;
    weights.push(merged);
  }
  return bits;
}

/** By trying every code of at most `limit` bits. */
function leastCost(counts: Uint32Array, limit: number): number {
  let least = Infinity;
  for (let number = 0; number < limit ** counts.length; number++) {
    const lengths = Uint8Array.from(counts, (_, symbol) => 1 + (Math.floor(number / limit ** symbol) % limit));
    if (kraftSum(lengths) <= 1) least = Math.min(least, cost(counts, lengths));
  }
  return least;
}

describe("code lengths", () => {
  it("are as short as Huffman's when the limit doesn't bind, complete, and only for what occurs", () => {
    const dice = chance(1);
    for (let run = 0; run < 300; run++) {
      const counts = Uint32Array.from({ length: 2 + dice.integer(60) }, () => dice.integer(3) * dice.integer(1_000));
      counts[0] = 1;
      counts[1] = 1;
      const lengths = codeLengths(counts, 15);
      assert.equal(kraftSum(lengths), 1);
      if (Math.max(...lengths) < 15) assert.equal(cost(counts, lengths), huffmanCost(counts));
      for (const [symbol, count] of counts.entries()) assert.equal(count > 0, (lengths[symbol] ?? 0) > 0);
    }
  });

  it("keep the limit where Huffman's would exceed it", () => {
    const counts = new Uint32Array(19).fill(1);
    for (let at = 2; at < counts.length; at++) counts[at] = (counts[at - 1] ?? 0) + (counts[at - 2] ?? 0);
    for (const limit of [5, 7, 15]) {
      const lengths = codeLengths(counts, limit);
      assert.equal(Math.max(...lengths), limit);
      assert.equal(kraftSum(lengths), 1);
    }
  });

  it("are the best of all codes within the limit", () => {
    const dice = chance(2);
    for (let run = 0; run < 60; run++) {
      const counts = Uint32Array.from({ length: 6 }, () => 1 + 3 ** dice.integer(7));
      assert.equal(cost(counts, codeLengths(counts, 4)), leastCost(counts, 4), `${counts}`);
    }
  });

  it("fill up to two symbols, since some readers refuse incomplete codes", () => {
    assert.deepEqual([...codeLengths(Uint32Array.of(0, 0, 0), 15)], [1, 1, 0]);
    assert.deepEqual([...codeLengths(Uint32Array.of(0, 0, 9), 15)], [1, 0, 1]);
    assert.deepEqual([...codeLengths(Uint32Array.of(9, 0, 0), 15)], [1, 1, 0]);
  });
});
