import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createDecipheriv, createHmac } from "node:crypto";
import { describe, test } from "node:test";
import { type CipherAlgorithm, ciphers, isAead } from "./ciphers.ts";
import { type MacAlgorithm, macs } from "./macs.ts";
import { createOpener, isPayload, type Opener, type PacketFault } from "./opener.ts";
import { noKeys, type PacketKeys } from "./packet-keys.ts";
import { poly1305 } from "./poly1305.ts";
import { createSealer } from "./sealer.ts";
import { seededRandom } from "./testing/seeded-random.ts";

function makeKeys(cipher: CipherAlgorithm, mac: MacAlgorithm | undefined, seed: string): PacketKeys {
  const random = seededRandom(seed);
  return { cipher, mac, key: random(cipher.keyBytes), iv: random(cipher.ivBytes), macKey: random(mac?.keyBytes ?? 0) };
}

/** Every way to protect a packet: AEAD ciphers alone, the others with every MAC. */
function everyKeys(): [string, PacketKeys][] {
  const all: [string, PacketKeys][] = [["none", noKeys]];
  for (const [cipherName, cipher] of ciphers) {
    if (isAead(cipher)) all.push([cipherName, makeKeys(cipher, undefined, cipherName)]);
    else for (const [macName, mac] of macs) all.push([`${cipherName} ${macName}`, makeKeys(cipher, mac, cipherName + macName)]);
  }
  return all;
}

function algorithm(name: string): CipherAlgorithm {
  const cipher = ciphers.get(name);
  assert.ok(cipher);
  return cipher;
}

function macNamed(name: string): MacAlgorithm {
  const mac = macs.get(name);
  assert.ok(mac);
  return mac;
}

function openWhole(opener: Opener, sequence: number, packet: Buffer): Buffer | PacketFault {
  const length = opener.length(sequence, packet);
  if (typeof length !== "number") return length;
  if (length !== packet.length) return { fault: "length", length };
  return opener.open(sequence, packet);
}

const payloadSizes = [1, 2, 3, 7, 8, 9, 11, 12, 13, 15, 16, 17, 100, 500, 1000, 1021, 5000, 32768];

describe("every cipher with every MAC", () => {
  for (const [name, keys] of everyKeys()) {
    test(`${name}: what is sealed is opened, in order, over the wrap of the sequence number`, () => {
      const random = seededRandom("payloads");
      const sealer = createSealer(keys, random);
      const opener = createOpener(keys);
      payloadSizes.forEach((size, i) => {
        const sequence = (0xfffffff8 + i) >>> 0;
        const payload = random(size);
        const packet = sealer.seal(sequence, payload);
        const before = Buffer.from(packet);
        const head = packet.subarray(0, opener.headBytes);
        assert.equal(opener.length(sequence, head), packet.length);
        assert.equal(opener.length(sequence, packet), packet.length, "asked again with more bytes");
        const opened = opener.open(sequence, packet);
        assert.ok(isPayload(opened));
        assert.deepEqual(opened, payload);
        assert.deepEqual(packet, before, "the input is left alone");
      });
    });

    if (name === "none") continue;
    test(`${name}: a changed bit anywhere is a fault`, () => {
      const payload = Buffer.from("a payload of a few blocks, so that there is a middle to change");
      const clean = createSealer(keys, seededRandom("padding")).seal(3, payload);
      for (let at = 0; at < clean.length; at++) {
        const packet = Buffer.from(clean);
        packet[at] = (packet[at] ?? 0) ^ (1 << (at % 8));
        assert.ok(!isPayload(openUntrusted(createOpener(keys), 3, packet)), `byte ${at}`);
      }
    });

    test(`${name}: any bytes are a value, never a throw`, () => {
      const random = seededRandom(`garbage ${name}`);
      for (let round = 0; round < 40; round++) {
        const opener = createOpener(keys);
        const head = random(opener.headBytes);
        if (round % 2 === 0) head.fill(0, 0, 2);
        const length = opener.length(0, head);
        if (typeof length !== "number") continue;
        const opened = opener.open(0, Buffer.concat([head, random(length)]).subarray(0, length));
        assert.ok(!isPayload(opened));
      }
    });
  }
});

/** As a transport does it: the length decides how many bytes are taken; missing ones come as zeros. */
function openUntrusted(opener: Opener, sequence: number, bytes: Buffer): Buffer | PacketFault {
  const length = opener.length(sequence, bytes);
  if (typeof length !== "number") return length;
  return opener.open(sequence, Buffer.concat([bytes, Buffer.alloc(length)]).subarray(0, length));
}

test("padding is at least 4 bytes, the shortest, and fills blocks by the rule of the cipher", () => {
  for (const [name, keys] of everyKeys()) {
    const block = Math.max(8, keys.cipher.blockBytes);
    const apart = isAead(keys.cipher) || keys.mac?.encryptThenMac === true;
    const tagBytes = isAead(keys.cipher) ? 16 : (keys.mac?.tagBytes ?? 0);
    const asked: number[] = [];
    const sealer = createSealer(keys, (bytes) => {
      asked.push(bytes);
      return Buffer.alloc(bytes);
    });
    for (let size = 1; size <= 40; size++) {
      const packet = sealer.seal(size, Buffer.alloc(size));
      assert.equal((packet.length - tagBytes - (apart ? 4 : 0)) % block, 0, `${name} ${size}`);
    }
    assert.equal(Math.min(...asked), 4);
    assert.equal(Math.max(...asked), block + 3);
  }
});

test("a packet under the next sequence number is a fault where the number is authenticated", () => {
  for (const name of ["chacha20-poly1305@openssh.com", "aes128-ctr umac-64@openssh.com", "aes256-cbc hmac-sha2-512-etm@openssh.com"]) {
    const [cipher = "", mac = ""] = name.split(" ");
    const keys = makeKeys(algorithm(cipher), macs.get(mac), name);
    const packet = createSealer(keys, seededRandom("p")).seal(7, Buffer.from("message"));
    assert.ok(!isPayload(openUntrusted(createOpener(keys), 8, packet)), name);
  }
});

function plainPacket(length: number, paddingBytes: number, total = 4 + length): Buffer {
  const packet = Buffer.alloc(Math.max(total, 8));
  packet.writeUInt32BE(length);
  packet[4] = paddingBytes;
  return packet;
}

test("RFC 4253 §6: malformed packets are named", () => {
  const fault = (packet: Buffer): unknown => openWhole(createOpener(noKeys), 0, packet);
  assert.deepEqual(fault(plainPacket(4, 0)), { fault: "length", length: 4 });
  assert.deepEqual(fault(plainPacket(0, 0)), { fault: "length", length: 0 });
  assert.deepEqual(fault(plainPacket(256 * 1024 + 4, 4, 8)), { fault: "length", length: 256 * 1024 + 4 });
  assert.deepEqual(fault(plainPacket(0xffffffff, 4, 8)), { fault: "length", length: 0xffffffff });
  assert.deepEqual(fault(plainPacket(168430090, 10, 8)), { fault: "length", length: 168430090 });
  assert.deepEqual(fault(plainPacket(13, 4)), { fault: "alignment", length: 13 });
  assert.deepEqual(fault(plainPacket(12, 3)), { fault: "padding", length: 12, padding: 3, payload: Buffer.alloc(8) });
  assert.deepEqual(fault(plainPacket(12, 0)), { fault: "padding", length: 12, padding: 0, payload: Buffer.alloc(11) });
  assert.deepEqual(fault(plainPacket(12, 12)), { fault: "padding", length: 12, padding: 12 });
  assert.deepEqual(fault(plainPacket(12, 255)), { fault: "padding", length: 12, padding: 255 });
  assert.deepEqual(fault(plainPacket(12, 11)), { fault: "empty", length: 12 });
  assert.deepEqual(fault(plainPacket(12, 10)), Buffer.alloc(1));
});

test("the longest packet is taken, and the limit is the caller's", () => {
  const longest = plainPacket(256 * 1024 - 4, 4);
  const opened = openWhole(createOpener(noKeys), 0, longest);
  assert.ok(isPayload(opened));
  assert.equal(opened.length, 256 * 1024 - 9);
  assert.deepEqual(openWhole(createOpener(noKeys, 35000), 0, plainPacket(35004, 4)), { fault: "length", length: 35004 });
  assert.ok(isPayload(openWhole(createOpener(noKeys, 1048576), 0, plainPacket(1048572, 4))));
});

test("a cipher without authentication is not started without a MAC", () => {
  assert.throws(() => createSealer(makeKeys(algorithm("aes128-ctr"), undefined, "x"), seededRandom("x")), /needs a MAC/);
  assert.throws(() => createOpener(makeKeys(algorithm("aes128-cbc"), undefined, "x")), /needs a MAC/);
});

// The packets below are taken apart with OpenSSL alone, by the words of the documents.

const message = Buffer.from("\x05\x00\x00\x00\x0cssh-userauth", "latin1");

test("PROTOCOL.chacha20poly1305: the packet as its document describes it", () => {
  const keys = makeKeys(algorithm("chacha20-poly1305@openssh.com"), undefined, "document");
  const packet = createSealer(keys, seededRandom("p")).seal(0x01020304, message);
  const stream = (half: number, counter: number, bytes: Buffer): Buffer => {
    const iv = Buffer.from(`0${counter}00000000000000 0000000001020304`.replace(" ", ""), "hex");
    return createDecipheriv("chacha20", keys.key.subarray(32 * half, 32 * half + 32), iv).update(bytes);
  };
  assert.equal(stream(1, 0, packet.subarray(0, 4)).readUInt32BE(), packet.length - 20);
  const body = stream(0, 1, packet.subarray(4, -16));
  assert.deepEqual(body.subarray(1, 1 + message.length), message);
  assert.equal(body[0], body.length - 1 - message.length);
  assert.deepEqual(poly1305(stream(0, 0, Buffer.alloc(32)), packet.subarray(0, -16)), packet.subarray(-16));
});

test("RFC 5647 §7: AES-GCM with the length as associated data and a counter in the nonce", () => {
  const keys = makeKeys(algorithm("aes256-gcm@openssh.com"), undefined, "document");
  const nonce = Buffer.from("01020304ffffffffffffffff", "hex");
  const sealer = createSealer({ ...keys, iv: nonce }, seededRandom("p"));
  for (const used of ["01020304ffffffffffffffff", "010203040000000000000000", "010203040000000000000001"]) {
    const packet = sealer.seal(0, message);
    const decipher = createDecipheriv("aes-256-gcm", keys.key, Buffer.from(used, "hex"));
    decipher.setAAD(packet.subarray(0, 4)).setAuthTag(packet.subarray(-16));
    const body = Buffer.concat([decipher.update(packet.subarray(4, -16)), decipher.final()]);
    assert.deepEqual(body.subarray(1, 1 + message.length), message);
  }
});

test("RFC 4253 §6.4: the tag covers sequence number and plain packet", () => {
  const keys = makeKeys(algorithm("aes192-cbc"), macNamed("hmac-sha1"), "document");
  const packet = createSealer(keys, seededRandom("p")).seal(9, message);
  const plain = createDecipheriv("aes-192-cbc", keys.key, keys.iv).setAutoPadding(false).update(packet.subarray(0, -20));
  assert.deepEqual(plain.subarray(5, 5 + message.length), message);
  const tag = createHmac("sha1", keys.macKey).update(Buffer.from("00000009", "hex")).update(plain).digest();
  assert.deepEqual(packet.subarray(-20), tag);
});

test("PROTOCOL §1.5: encrypt-then-MAC covers sequence number, plain length and encrypted rest", () => {
  const keys = makeKeys(algorithm("aes256-ctr"), macNamed("hmac-sha2-512-etm@openssh.com"), "document");
  const packet = createSealer(keys, seededRandom("p")).seal(9, message);
  const sealed = packet.subarray(0, -64);
  assert.equal(packet.readUInt32BE(), sealed.length - 4);
  const tag = createHmac("sha512", keys.macKey).update(Buffer.from("00000009", "hex")).update(sealed).digest();
  assert.deepEqual(packet.subarray(-64), tag);
  const body = createDecipheriv("aes-256-ctr", keys.key, keys.iv).update(sealed.subarray(4));
  assert.deepEqual(body.subarray(1, 1 + message.length), message);
});
