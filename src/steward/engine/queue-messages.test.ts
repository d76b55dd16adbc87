import assert from "node:assert/strict";
import test from "node:test";
import { acceptUpTo, bindQueue, parseQueueMessages, settleQueue } from "./queue-messages.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

test("messages to the kernel are netlink's: a header, a general one of netfilter's, padded attributes", () => {
  assert.equal(hex(bindQueue(0x5554)), "1c000000020305000000000000000000000055540800010001000000");
  assert.equal(hex(acceptUpTo(1, 0x01020304)), "20000000030301000000000000000000000000010c0002000000000101020304");
  assert.equal(hex(settleQueue(0, 4096)).slice(40), "090002000000000001000000080003000000100008000400000000050800050000000005");
});

/** As the kernel tells of a packet: its header's attribute is not the first. */
const PACKET = Buffer.from("280000000003000000000000000000000000000108000500000000020b0001000000000708000300", "hex");

test("of the kernel's messages packets' numbers and answers are read, several of a datagram", () => {
  const failed = Buffer.from(`24000000020000000000000000000000f0ffffff${"00".repeat(16)}`, "hex");
  assert.deepEqual(parseQueueMessages(Buffer.concat([PACKET, failed, PACKET])), [
    { kind: "packet", id: 7 },
    { kind: "answer", error: 16 },
    { kind: "packet", id: 7 },
  ]);
  assert.deepEqual(parseQueueMessages(Buffer.alloc(0)), []);
});

test("what is cut short or broken is left out and never throws", () => {
  for (let size = 0; size < PACKET.length; size += 1) assert.deepEqual(parseQueueMessages(PACKET.subarray(0, size)), []);
  for (let at = 0; at < PACKET.length; at += 1)
    for (const value of [0, 1, 4, 0x7f, 0xff]) {
      const broken = Buffer.from(PACKET);
      broken[at] = value;
      assert.ok(parseQueueMessages(Buffer.concat([broken, broken])).length <= 2);
    }
});
