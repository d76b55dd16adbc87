import assert from "node:assert/strict";
import test from "node:test";
import { addressBytes, addressText, decoyBytes, macBytes, networkBytes, parseEvent, sourceBytes } from "./layout.ts";

test("addresses are sixteen bytes and read back the same", () => {
  const pairs = {
    "192.0.2.1": "00000000000000000000ffffc0000201",
    "2001:db8::1": "20010db8000000000000000000000001",
    "::": "00".repeat(16),
    "fe80::1:2": "fe800000000000000000000000010002",
  };
  for (const [text, hex] of Object.entries(pairs)) {
    assert.equal(addressBytes(text).toString("hex"), hex);
    assert.equal(addressText(Buffer.from(hex, "hex")), text);
  }
  assert.equal(addressText(addressBytes("::ffff:192.0.2.1")), "192.0.2.1");
  for (const wrong of ["", "192.0.2", "fe80::1%eth0", "host", "1.2.3.4/8"])
    assert.throws(() => addressBytes(wrong), { code: "source-invalid" });
});

test("a network's length counts from the front of the sixteen bytes", () => {
  assert.equal(networkBytes("192.0.2.0/24").readUInt32LE(), 120);
  assert.equal(networkBytes("192.0.2.0").readUInt32LE(), 128);
  assert.equal(networkBytes("2001:db8::/32").readUInt32LE(), 32);
  for (const wrong of ["192.0.2.0/33", "2001:db8::/129", "192.0.2.0/", "192.0.2.0/x"])
    assert.throws(() => networkBytes(wrong), { code: "source-invalid" });
});

test("a source is an address, or an IPv6 network of 64 bits", () => {
  assert.deepEqual(sourceBytes("192.0.2.1/32"), addressBytes("192.0.2.1"));
  assert.deepEqual(sourceBytes("2001:db8::1/128"), addressBytes("2001:db8::1"));
  assert.deepEqual(sourceBytes("2001:db8:1:2:3::4/64"), addressBytes("2001:db8:1:2::"));
  for (const wrong of ["192.0.2.0/24", "2001:db8::/48", "192.0.2.1/64", "x"])
    assert.throws(() => sourceBytes(wrong), { code: "source-invalid" });
});

test("a banner's sum is that of its little-endian words, and a hardware address is six bytes", () => {
  const bytes = decoyBytes({ kind: "banner", banner: Buffer.from("abc"), ending: "end" });
  assert.equal(bytes.readUInt32LE(8), 0x6261 + 0x63);
  assert.deepEqual([bytes[0], bytes[1], bytes.readUInt16LE(6)], [2, 1, 3]);
  assert.equal(macBytes("02:00:00:aa:BB:cc")?.toString("hex"), "020000aabbcc0000");
  assert.equal(macBytes("02:00:00:aa:bb"), undefined);
});

test("a record that is short or of an unknown kind is no event", () => {
  assert.equal(parseEvent(Buffer.alloc(63, 1)), undefined);
  assert.equal(parseEvent(Buffer.alloc(64)), undefined);
  assert.equal(parseEvent(Buffer.alloc(64, 200)), undefined);
});
