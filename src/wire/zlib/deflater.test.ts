import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import zlib from "node:zlib";
import { chance } from "../../testkit/chance.ts";
import { Deflater, type Flush } from "./deflater.ts";
import { Inflater } from "./inflater.ts";
import { noise, prose, SAMPLES } from "./testing/samples.ts";

/** All that zlib can decode of a stream that goes on. */
function decodeSoFar(stream: Uint8Array): Buffer {
  return zlib.inflateSync(stream, { finishFlush: zlib.constants.Z_SYNC_FLUSH });
}

function cutAtRandom(bytes: Buffer, maxPiece: number, seed: number): Buffer[] {
  const dice = chance(seed);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieces.at(-1)?.length ?? 0) pieces.push(bytes.subarray(at, at + 1 + dice.integer(maxPiece)));
  return pieces;
}

describe("a whole stream", () => {
  for (const [name, sample] of SAMPLES) {
    it(`is read by zlib: ${name}`, () => {
      assert.deepEqual(zlib.inflateSync(new Deflater("zlib").finish(sample)), sample);
      assert.deepEqual(zlib.inflateRawSync(new Deflater("raw").finish(sample)), sample);
    });

    it(`takes at most 3 % and 60 bytes more than zlib's: ${name}`, () => {
      const size = new Deflater("zlib").finish(sample).length;
      assert.ok(size <= zlib.deflateSync(sample).length * 1.03 + 60, `${size}`);
    });
  }

  it("uses each of the three block types where it is shortest", () => {
    const typeOf = (sample: Buffer): number => ((new Deflater("raw").finish(sample)[0] ?? 0) >> 1) & 3;
    assert.equal(typeOf(noise(1_000, 1)), 0);
    assert.equal(typeOf(Buffer.from("short text")), 1);
    assert.equal(typeOf(prose(4_000, 1)), 2);
  });

  it("grows incompressible bytes by less than 0.1 %", () => {
    const size = new Deflater("raw").finish(noise(500_000, 2)).length;
    assert.ok(size < 500_500, `${size}`);
  });
});

describe("a stream in pieces", () => {
  for (const flush of ["partial", "sync"] satisfies Flush[]) {
    it(`can be decoded up to each piece at once: ${flush} flush`, () => {
      const plain = Buffer.concat([prose(3_000, 1), noise(500, 1), prose(3_000, 1)]);
      const deflater = new Deflater("zlib", flush);
      let stream = Buffer.alloc(0);
      let sent = 0;
      for (const piece of cutAtRandom(plain, 90, 3)) {
        const packet = deflater.push(piece);
        assert.ok(packet.length > 0);
        stream = Buffer.concat([stream, packet]);
        sent += piece.length;
        assert.deepEqual(decodeSoFar(stream), plain.subarray(0, sent));
      }
      assert.deepEqual(zlib.inflateSync(Buffer.concat([stream, deflater.finish()])), plain);
    });

    it(`meets its own reader packet by packet over many windows: ${flush} flush`, () => {
      const plain = Buffer.concat([prose(400_000, 8), noise(70_000, 8), Buffer.alloc(80_000), prose(100_000, 8)]);
      const deflater = new Deflater("zlib", flush);
      const inflater = new Inflater();
      for (const piece of cutAtRandom(plain, 9_000, 4)) {
        assert.deepEqual(inflater.push(deflater.push(piece), piece.length), { status: "done", bytes: new Uint8Array(piece) });
      }
      assert.equal(inflater.push(deflater.finish(), 0).status, "done");
      assert.equal(inflater.ended, true);
    });
  }

  it("an empty piece is an empty flush", () => {
    const deflater = new Deflater("zlib", "sync");
    assert.deepEqual(Buffer.from(deflater.push(Buffer.alloc(0))).toString("hex"), "789c000000ffff");
    assert.deepEqual(Buffer.from(deflater.push(Buffer.alloc(0))).toString("hex"), "000000ffff");
  });

  it("refers to bytes of earlier pieces, up to 32 KiB back", () => {
    const secret = noise(3_000, 1);
    for (const [between, mostBytes, leastBytes] of [
      [0, 60, 0],
      [29_000, 60, 0],
      [30_500, 3_100, 2_900],
    ] as const) {
      const deflater = new Deflater();
      deflater.push(secret);
      deflater.push(Buffer.concat([noise(between, 2), Buffer.alloc(1)]));
      const again = deflater.push(secret).length;
      assert.ok(again >= leastBytes && again <= mostBytes, `${between} between: ${again}`);
    }
  });

  it("zlib's packets are read as they arrive: partial, sync and full flush", async () => {
    const { Z_PARTIAL_FLUSH, Z_SYNC_FLUSH, Z_FULL_FLUSH } = zlib.constants;
    for (const flush of [Z_PARTIAL_FLUSH, Z_SYNC_FLUSH, Z_FULL_FLUSH]) {
      const deflate = zlib.createDeflate();
      const inflater = new Inflater();
      for (const piece of cutAtRandom(prose(60_000, 6), 4_000, 5)) {
        deflate.write(piece);
        await new Promise<void>((resolve) => deflate.flush(flush, resolve));
        const packet: Uint8Array[] = [];
        for (let part = deflate.read(); part instanceof Uint8Array; part = deflate.read()) packet.push(part);
        assert.deepEqual(inflater.push(Buffer.concat(packet), 40_000), { status: "done", bytes: new Uint8Array(piece) });
      }
      deflate.close();
    }
  });
});

describe("memory", () => {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");

  /** Bytes in array buffers that each of 40 streams keeps after this much was sent. */
  function keptBytes(open: () => unknown): number {
    assert.ok(typeof collect === "function");
    collect();
    collect();
    const before = process.memoryUsage().arrayBuffers;
    const streams = Array.from({ length: 40 }, open);
    collect();
    collect();
    const kept = (process.memoryUsage().arrayBuffers - before) / streams.length;
    assert.equal(streams.length, 40);
    return kept;
  }

  const deflaterAfter = (bytes: Buffer) => (): Deflater => {
    const deflater = new Deflater();
    deflater.push(bytes);
    return deflater;
  };

  const inflaterAfter = (bytes: Buffer) => {
    const stream = new Deflater().push(bytes);
    return (): Inflater => {
      const inflater = new Inflater();
      inflater.push(stream, bytes.length);
      return inflater;
    };
  };

  it("an unused stream keeps next to nothing", () => {
    assert.ok(keptBytes(() => new Deflater()) < 64);
    assert.ok(keptBytes(() => new Inflater()) < 64);
  });

  it("a stream that said little keeps little", () => {
    assert.ok(keptBytes(deflaterAfter(prose(800, 1))) < 6 * 1_024);
    assert.ok(keptBytes(inflaterAfter(prose(800, 1))) < 8 * 1_024);
  });

  it("a stream that said much keeps at most 192 and 40 KiB", () => {
    assert.ok(keptBytes(deflaterAfter(prose(120_000, 1))) < 200 * 1_024);
    assert.ok(keptBytes(inflaterAfter(prose(120_000, 1))) < 41 * 1_024);
  });
});
