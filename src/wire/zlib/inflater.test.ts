import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import zlib from "node:zlib";
import { type Chance, chance } from "../../testkit/chance.ts";
import { type DeflateFormat, Inflater } from "./inflater.ts";
import { BitString } from "./testing/bit-string.ts";
import { noise, prose, SAMPLES } from "./testing/samples.ts";

const MAX_BYTES = 1 << 20;

/** The whole output of a stream that arrives in these pieces; the reason when it is refused. */
function inflate(pieces: readonly Uint8Array[], format: DeflateFormat): { output: Buffer | string; ended: boolean } {
  const inflater = new Inflater(format);
  const outputs: Uint8Array[] = [];
  for (const piece of pieces) {
    const inflated = inflater.push(piece, MAX_BYTES);
    if (inflated.status === "malformed") return { output: inflated.why, ended: inflater.ended };
    outputs.push(inflated.bytes);
  }
  return { output: Buffer.concat(outputs), ended: inflater.ended };
}

function why(stream: Uint8Array, format: DeflateFormat = "raw"): string {
  const { output } = inflate([stream], format);
  assert.equal(typeof output, "string", "accepted");
  return String(output);
}

const { Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_DEFAULT_STRATEGY } = zlib.constants;

describe("what zlib compressed", () => {
  for (const [name, sample] of SAMPLES) {
    it(`is decompressed: ${name}`, () => {
      for (const strategy of [Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE]) {
        for (const level of [0, 1, 6, 9]) {
          const stream = zlib.deflateSync(sample, { level, strategy, memLevel: 1 + (level % 9) });
          assert.deepEqual(inflate([stream], "zlib"), { output: sample, ended: true });
          const raw = zlib.deflateRawSync(sample, { level, strategy });
          assert.deepEqual(inflate([raw], "raw"), { output: sample, ended: true });
        }
      }
    });
  }
});

describe("a stream in pieces", () => {
  const plain = Buffer.concat([prose(700, 1), noise(90, 2), prose(300, 1)]);
  const streams = [
    ["stored", zlib.deflateSync(plain, { level: 0 })],
    ["fixed", zlib.deflateSync(plain, { strategy: Z_FIXED })],
    ["dynamic", zlib.deflateSync(plain, { level: 9 })],
  ] as const;

  for (const [name, stream] of streams) {
    it(`gives the same bytes cut at every position: ${name}`, () => {
      for (let cut = 0; cut <= stream.length; cut++) {
        const pieces = [stream.subarray(0, cut), stream.subarray(cut)];
        assert.deepEqual(inflate(pieces, "zlib"), { output: plain, ended: true }, `cut at ${cut}`);
      }
    });

    it(`gives the same bytes one by one, with empty pieces between: ${name}`, () => {
      const pieces = Array.from(stream, (byte) => [Uint8Array.of(byte), new Uint8Array(0)]).flat();
      assert.deepEqual(inflate(pieces, "zlib"), { output: plain, ended: true });
    });

    it(`gives the same bytes in random pieces: ${name}`, () => {
      const dice = chance(7);
      for (let run = 0; run < 200; run++) {
        const pieces: Buffer[] = [];
        for (let at = 0; at < stream.length; ) {
          const size = dice.integer(40);
          pieces.push(stream.subarray(at, at + size));
          at += size;
        }
        assert.deepEqual(inflate(pieces, "zlib"), { output: plain, ended: true });
      }
    });
  }

  it("gives all that the bytes so far decide", () => {
    const inflater = new Inflater("raw");
    const stored = new BitString().value(0, 3).align().value(5, 16).value(0xfffa, 16).finish();
    inflater.push(stored, 100);
    assert.deepEqual(inflater.push(Buffer.from("ab"), 100), { status: "done", bytes: Uint8Array.from(Buffer.from("ab")) });
  });

  it("reaches back over pieces up to 32 KiB and not a byte more", () => {
    const block = noise(40_000, 9);
    const stored = (bytes: Uint8Array): Buffer =>
      Buffer.concat([
        new BitString()
          .value(0, 3)
          .align()
          .value(bytes.length, 16)
          .value(bytes.length ^ 0xffff, 16)
          .finish(),
        bytes,
      ]);
    // A fixed block: length 3, then distance symbol 29, which is 24577 plus 13 extra bits.
    const match = (distance: number): Buffer =>
      new BitString()
        .value(1, 1)
        .value(1, 2)
        .code("0000001")
        .code("11101")
        .value(distance - 24_577, 13)
        .code("0000000")
        .finish();
    const inflater = new Inflater("raw");
    for (let at = 0; at < block.length; at += 777) inflater.push(stored(block.subarray(at, at + 777)), MAX_BYTES);
    const far = inflater.push(match(32_768), MAX_BYTES);
    assert.deepEqual(far, { status: "done", bytes: new Uint8Array(block.subarray(40_000 - 32_768, 40_000 - 32_768 + 3)) });

    const young = new Inflater("raw");
    young.push(stored(block.subarray(0, 32_767)), MAX_BYTES);
    assert.equal(young.push(match(32_768), MAX_BYTES).status, "malformed");
  });
});

describe("RFC 1951 §3.2: blocks by hand", () => {
  /** A dynamic header whose code-length code has the given lengths, in the order of the format. */
  const dynamic = (literals: number, distances: number, codeLengths: readonly number[]): BitString =>
    new BitString()
      .value(1, 1)
      .value(2, 2)
      .value(literals - 257, 5)
      .value(distances - 1, 5)
      .value(codeLengths.length - 4, 4)
      .values(codeLengths, 3);
  // Order 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1: codes 18 -> 0, 1 -> 10, 2 -> 11.
  const ONE_TWO_ZEROS = [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2];
  const zeros = (header: BitString, count: number): BitString => header.code("0").value(count - 11, 7);

  it("accepts the smallest fixed block", () => {
    assert.deepEqual(inflate([new BitString().value(3, 3).code("0000000").finish()], "raw"), { output: Buffer.alloc(0), ended: true });
  });

  it("accepts a dynamic block with one distance code of one bit", () => {
    // "a" and length 3 two bits, end of block one bit; one distance code: distance 1.
    const header = zeros(dynamic(258, 1, ONE_TWO_ZEROS), 97).code("11");
    zeros(zeros(header, 138), 20).code("10").code("11").code("10");
    const stream = header.code("10").code("11").code("0").code("0").finish();
    assert.deepEqual(inflate([stream], "raw"), { output: Buffer.from("aaaa"), ended: true });
    assert.deepEqual(zlib.inflateRawSync(stream), Buffer.from("aaaa"));
  });

  it("refuses the other half of a one-bit distance code", () => {
    const header = zeros(dynamic(258, 1, ONE_TWO_ZEROS), 97).code("11");
    zeros(zeros(header, 138), 20).code("10").code("11").code("10");
    assert.match(why(header.code("10").code("11").code("1").finish()), /doesn't define/);
  });

  const bad: readonly (readonly [string, RegExp, BitString])[] = [
    ["block type 3", /block type/, new BitString().value(7, 3)],
    ["a wrong stored length", /complement/, new BitString().value(1, 3).align().value(5, 16).value(5, 16)],
    ["287 literal codes", /too many/, dynamic(287, 1, [0, 0, 0, 0])],
    ["31 distance codes", /too many/, dynamic(257, 31, [0, 0, 0, 0])],
    ["no code-length code", /code for code lengths/, dynamic(257, 1, [0, 0, 0, 0])],
    ["an oversubscribed code-length code", /code for code lengths/, dynamic(257, 1, [1, 1, 1, 0])],
    ["an incomplete code-length code", /code for code lengths/, dynamic(257, 1, [1, 0, 0, 0])],
    ["a repetition of nothing", /repetition/, dynamic(257, 1, [1, 0, 0, 1]).code("1").value(0, 2)],
    ["a repetition past the end", /repetition/, zeros(zeros(dynamic(257, 1, ONE_TWO_ZEROS), 138), 138)],
    ["no end of block", /end of the block/, zeros(zeros(dynamic(257, 1, ONE_TWO_ZEROS), 138), 120)],
    ["an oversubscribed literal code", /literals/, zeros(zeros(dynamic(257, 1, ONE_TWO_ZEROS).code("10101010"), 138), 114).code("1010")],
    [
      "an incomplete literal code",
      /literals/,
      zeros(zeros(dynamic(257, 1, ONE_TWO_ZEROS), 138), 117)
        .code("1111")
        .code("10"),
    ],
    [
      "an incomplete distance code",
      /distances/,
      zeros(zeros(dynamic(257, 2, ONE_TWO_ZEROS), 138), 118)
        .code("10")
        .code("11")
        .code("11"),
    ],
    ["length symbol 286", /length symbol/, new BitString().value(3, 3).code("11000110")],
    ["distance symbol 30", /distance symbol/, new BitString().value(3, 3).code("00110000").code("0000001").code("11110")],
    ["a distance before the start", /before the start/, new BitString().value(3, 3).code("00110000").code("0000001").code("00001")],
  ];
  for (const [name, reason, stream] of bad) {
    it(`refuses ${name}, as zlib does`, () => {
      const bytes = stream.finish();
      assert.match(why(bytes), reason);
      assert.throws(() => zlib.inflateRawSync(Buffer.concat([bytes, Buffer.alloc(8)])));
    });
  }
});

describe("RFC 1950: the zlib wrapper", () => {
  const stream = zlib.deflateSync(Buffer.from("hello"));

  it("is checked", () => {
    assert.match(why(Buffer.from([0x78, 0x9d]), "zlib"), /header check/);
    assert.match(why(Buffer.from([0x77, 0x85]), "zlib"), /method/);
    assert.match(why(Buffer.from([0x88, 0x1c]), "zlib"), /32 KiB/);
    assert.match(why(Buffer.from([0x78, 0xbb]), "zlib"), /dictionary/);
  });

  it("§2.2: a wrong Adler-32 is malformed", () => {
    for (let byte = 1; byte <= 4; byte++) {
      const wrong = Buffer.from(stream);
      wrong.writeUInt8(wrong.readUInt8(stream.length - byte) ^ 1, stream.length - byte);
      assert.match(why(wrong, "zlib"), /Adler-32/);
    }
  });

  it("ends: bytes behind the end are left, and a further push is malformed", () => {
    const inflater = new Inflater();
    assert.equal(inflater.push(Buffer.concat([stream, Buffer.from("xyz")]), 100).status, "done");
    assert.equal(inflater.ended, true);
    assert.equal(inflater.unusedBytes, 3);
    assert.equal(inflater.push(Buffer.alloc(0), 100).status, "done");
    assert.equal(inflater.push(Buffer.from("x"), 100).status, "malformed");
    assert.equal(inflater.ended, false);
  });
});

describe("the cap on output", () => {
  it("lets exactly the cap through and nothing above it", () => {
    for (const sample of [prose(5_000, 1), noise(5_000, 1), Buffer.alloc(5_000)]) {
      const stream = zlib.deflateSync(sample);
      assert.equal(new Inflater().push(stream, 5_000).status, "done");
      for (const cap of [4_999, 4_742, 1, 0]) assert.equal(new Inflater().push(stream, cap).status, "malformed");
    }
  });

  it("holds for each push, not for the stream", () => {
    const stream = zlib.deflateSync(prose(50_000, 1));
    const inflater = new Inflater();
    let total = 0;
    for (const byte of stream) {
      const inflated = inflater.push(Uint8Array.of(byte), 300);
      assert.equal(inflated.status, "done");
      if (inflated.status === "done") total += inflated.bytes.length;
    }
    assert.equal(total, 50_000);
  });

  it("stops a bomb before memory is taken", () => {
    const bomb = zlib.deflateSync(Buffer.alloc(64 << 20), { level: 9 });
    const before = process.memoryUsage().arrayBuffers;
    const inflater = new Inflater();
    assert.deepEqual(inflater.push(bomb, 35_000), { status: "malformed", why: "deflate: more output than allowed" });
    assert.ok(process.memoryUsage().arrayBuffers - before < 1 << 20);
    assert.equal(inflater.push(Buffer.from("more"), 35_000).status, "malformed");
  });
});

describe("streams changed by chance", () => {
  const plain = Buffer.concat([prose(600, 5), noise(60, 5), Buffer.alloc(300, 0x61)]);
  const seeds = [0, 1, 9].map((level) => zlib.deflateRawSync(plain, { level }));
  seeds.push(zlib.deflateRawSync(plain, { strategy: Z_FIXED }));

  function mutate(stream: Buffer, dice: Chance): Buffer {
    const bytes = Buffer.from(stream);
    for (let times = dice.integer(6); times >= 0; times--) {
      const at = dice.integer(Math.min(bytes.length, dice.integer(2) === 0 ? 64 : bytes.length));
      bytes.writeUInt8(dice.integer(3) === 0 ? dice.integer(256) : bytes.readUInt8(at) ^ (1 << dice.integer(8)), at);
    }
    return bytes.subarray(0, dice.integer(4) === 0 ? dice.integer(bytes.length) : bytes.length);
  }

  it("never throw, never exceed the cap, and are decided as zlib decides", () => {
    const dice = chance(2026);
    const maxOutputLength = 20_000;
    for (let run = 0; run < 4_000; run++) {
      const stream = mutate(seeds[run % seeds.length] ?? plain, dice);
      const inflater = new Inflater("raw");
      const cut = dice.integer(stream.length + 1);
      const first = inflater.push(stream.subarray(0, cut), maxOutputLength);
      const second = inflater.ended ? undefined : inflater.push(stream.subarray(cut), maxOutputLength);
      const outputs = [first, second].flatMap((inflated) => (inflated?.status === "done" ? [inflated.bytes] : []));
      for (const output of outputs) assert.ok(output.length <= maxOutputLength);
      const ours = inflater.ended ? Buffer.concat(outputs) : undefined;
      assert.deepEqual(ours, byZlib(stream, 2 * maxOutputLength), `run ${run}`);
    }
  });

  it("noise as a stream never throws", () => {
    for (let run = 0; run < 3_000; run++) {
      const inflated = new Inflater("raw").push(noise(200, run), 1_000);
      if (inflated.status === "done") assert.ok(inflated.bytes.length <= 1_000);
    }
  });

  function byZlib(stream: Buffer, maxOutputLength: number): Buffer | undefined {
    try {
      return zlib.inflateRawSync(stream, { maxOutputLength });
    } catch (error) {
      assert.ok(error instanceof Error && "code" in error);
      return undefined;
    }
  }
});
