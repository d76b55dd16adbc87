import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { ciphers } from "../../../src/decoys/ssh/crypto/ciphers.ts";
import { macs } from "../../../src/decoys/ssh/crypto/macs.ts";
import { noKeys, type PacketKeys } from "../../../src/decoys/ssh/crypto/packet-keys.ts";
import { createSealer } from "../../../src/decoys/ssh/crypto/sealer.ts";
import { dropbear } from "../../../src/decoys/ssh/transport/family/dropbear.ts";
import type { Family } from "../../../src/decoys/ssh/transport/family/family.ts";
import { openssh } from "../../../src/decoys/ssh/transport/family/openssh.ts";
import { twisted } from "../../../src/decoys/ssh/transport/family/twisted.ts";
import { Inbound, isFault } from "../../../src/decoys/ssh/transport/inbound.ts";
import type { FuzzTarget } from "../fuzz-target.ts";

const FAMILIES = [openssh, dropbear, twisted] as const;

/** Every cipher, each with another MAC, and none. */
const KEYS: readonly PacketKeys[] = [
  noKeys,
  ...[...ciphers.values()].flatMap((cipher, index) =>
    [...macs.values()]
      .filter((_, at) => at % ciphers.size === index)
      .map((mac) => ({
        cipher,
        mac,
        key: Buffer.alloc(cipher.keyBytes, 0x11),
        iv: Buffer.alloc(cipher.ivBytes, 0x22),
        macKey: Buffer.alloc(mac.keyBytes, 0x33),
      })),
  ),
];

/**
 * Bytes: keys; bit 0 whether the rest is sealed first as one message, bit 1 whether it is compressed, bits 2 and 3 the family; size of the pieces.
 * In pieces or whole, the same messages come out; a sealed message comes out as it went in.
 */
function run(input: Uint8Array): void {
  const [number = 0, mode = 0, step = 0] = input;
  const keys = KEYS[number % KEYS.length] ?? noKeys;
  const family = FAMILIES[(mode >> 2) % FAMILIES.length] ?? openssh;
  const message = input.subarray(3);
  const sealed = (mode & 1) === 1 && message.length > 0;
  const bytes = sealed ? createSealer(keys, (size) => Buffer.alloc(size)).seal(0, message) : message;
  const whole = receive({ keys, mode, family }, [bytes]);
  const pieces = Array.from({ length: Math.ceil(bytes.length / (step + 1)) }, (_, at) =>
    bytes.subarray(at * (step + 1), (at + 1) * (step + 1)),
  );
  assert.deepEqual(receive({ keys, mode, family }, pieces), whole);
  if (sealed && !(mode & 2)) assert.deepEqual(whole, [Buffer.from(message)]);
}

interface Setting {
  readonly keys: PacketKeys;
  readonly mode: number;
  readonly family: Family;
}

function receive({ keys, mode, family }: Setting, pieces: readonly Uint8Array[]): unknown[] {
  const inbound = new Inbound(family);
  inbound.rekey(keys, true);
  if (mode & 2) inbound.decompress(true);
  const opened: unknown[] = [];
  for (const piece of pieces) {
    inbound.buffer.add(Uint8Array.from(piece));
    for (let next = inbound.next(); next !== undefined; next = inbound.next()) {
      if (isFault(next)) return [...opened, next];
      opened.push(Buffer.from(next));
    }
    inbound.buffer.settle();
  }
  return opened;
}

const plain = createSealer(noKeys, (size) => Buffer.alloc(size));
const two = Buffer.concat([plain.seal(0, Buffer.from([2, 0, 0, 0, 0])), plain.seal(1, Buffer.from([5, 0, 0, 0, 1, 65]))]);

export const target: FuzzTarget = {
  name: "ssh-packets",
  run,
  share: 0.5,
  seeds: [
    Buffer.concat([Buffer.from([0, 0, 3]), two]),
    ...KEYS.map((_, at) => Buffer.from([at, 1, 6, 5, 0, 0, 0, 1, 65])),
    ...KEYS.map((_, at) => Buffer.concat([Buffer.from([at, 0, 9]), Buffer.alloc(64, at)])),
    Buffer.concat([Buffer.from([1, 3, 200, 0x78, 0x9c]), Buffer.from("4a4c02220000", "hex")]),
  ],
};
