import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import zlib from "node:zlib";
import { adler32 } from "./adler32.ts";
import { crc32 } from "./crc32.ts";
import { gunzip, gzip } from "./gzip.ts";
import { noise, prose, SAMPLES } from "./testing/samples.ts";

describe("checksums", () => {
  it("equal the published check values", () => {
    assert.equal(crc32(Buffer.from("123456789")), 0xcbf43926);
    assert.equal(adler32(Buffer.from("Wikipedia")), 0x11e60398);
  });

  it("equal zlib's, whole and continued", () => {
    for (const sample of SAMPLES.values()) {
      const half = sample.length >> 1;
      assert.equal(crc32(sample), zlib.crc32(sample));
      assert.equal(crc32(sample.subarray(half), crc32(sample.subarray(0, half))), zlib.crc32(sample));
      const adler = zlib.deflateSync(sample).readUInt32BE(zlib.deflateSync(sample).length - 4);
      assert.equal(adler32(sample), adler);
      assert.equal(adler32(sample.subarray(half), adler32(sample.subarray(0, half))), adler);
    }
    assert.equal(
      adler32(Buffer.alloc(100_000, 0xff)),
      zlib.deflateSync(Buffer.alloc(100_000, 0xff)).readUInt32BE(zlib.deflateSync(Buffer.alloc(100_000, 0xff)).length - 4),
    );
  });
});

describe("gzip", () => {
  it("is read by zlib", () => {
    for (const sample of SAMPLES.values()) {
      assert.deepEqual(zlib.gunzipSync(gzip({ bytes: sample, modifiedSeconds: 0 })), sample);
      assert.deepEqual(zlib.gunzipSync(gzip({ bytes: sample, name: Buffer.from("a.txt"), modifiedSeconds: 1e9 })), sample);
    }
  });

  it("reads what zlib wrote", () => {
    for (const sample of SAMPLES.values()) {
      const file = zlib.gzipSync(sample);
      assert.deepEqual(gunzip(file, 1 << 20), {
        status: "done",
        value: { bytes: new Uint8Array(sample), name: undefined, modifiedSeconds: 0 },
        size: file.length,
      });
    }
  });

  it("keeps name and time, and says where the next member starts", () => {
    const member = { bytes: new Uint8Array(prose(500, 1)), name: new Uint8Array(Buffer.from("dump.sql")), modifiedSeconds: 1_700_000_000 };
    const file = gzip(member);
    const parsed = gunzip(Buffer.concat([file, file]), 1_000);
    assert.ok(parsed.status === "done");
    assert.deepEqual({ ...parsed.value, name: new Uint8Array(parsed.value.name ?? []) }, member);
    assert.equal(parsed.size, file.length);
  });

  it("RFC 1952 §2.3: skips extra field and comment, and checks the header's CRC", () => {
    const plain = gzip({ bytes: Buffer.from("x"), modifiedSeconds: 0 });
    const head = Buffer.from("1f8b081e000000000003" + "03006162636e00636f6d00", "hex");
    const crc = Buffer.alloc(2);
    crc.writeUInt16LE(zlib.crc32(head) & 0xffff);
    const file = Buffer.concat([head, crc, plain.subarray(10)]);
    const parsed = gunzip(file, 10);
    assert.ok(parsed.status === "done");
    assert.equal(Buffer.from(parsed.value.name ?? []).toString(), "n");
    crc.writeUInt16LE((zlib.crc32(head) & 0xffff) ^ 1);
    assert.equal(gunzip(Buffer.concat([head, crc, plain.subarray(10)]), 10).status, "malformed");
  });

  it("is partial wherever it is cut, and malformed where a byte is changed", () => {
    const file = gzip({ bytes: prose(300, 2), name: Buffer.from("n"), modifiedSeconds: 0 });
    for (let size = 0; size < file.length; size++) assert.equal(gunzip(file.subarray(0, size), 400).status, "partial", `${size}`);
    for (const at of [0, 1, 2, file.length - 8, file.length - 1]) {
      const wrong = Buffer.from(file);
      wrong.writeUInt8(wrong.readUInt8(at) ^ 0x80, at);
      assert.equal(gunzip(wrong, 400).status, "malformed", `${at}`);
    }
    assert.match(JSON.stringify(gunzip(Buffer.from("1f8b08ff", "hex"), 400)), /unknown flags/);
  });

  it("keeps the cap, and survives noise behind a right start", () => {
    assert.equal(gunzip(zlib.gzipSync(Buffer.alloc(10 << 20)), 1_000_000).status, "malformed");
    for (let run = 0; run < 2_000; run++) {
      const bytes = Buffer.concat([Buffer.from([0x1f, 0x8b, 8, run & 31]), noise(60, run)]);
      const parsed = gunzip(bytes, 500);
      if (parsed.status === "done") assert.ok(parsed.value.bytes.length <= 500);
    }
  });
});
