import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { encodeKexInit, hassh, parseKexInit } from "../../../src/decoys/ssh/transport/kex-init.ts";
import type { FuzzTarget } from "../fuzz-target.ts";

function run(input: Uint8Array): void {
  const parsed = parseKexInit(input);
  if (parsed.status !== "done") return;
  const proposal = parsed.value;
  assert.ok(parsed.size <= input.length);
  assert.match(hassh(proposal).hassh, /^[0-9a-f]{32}$/);
  const listed = Object.values(proposal).filter((value) => typeof value === "string");
  assert.ok(listed.join("").length <= input.length, "lists longer than the message");
}

const LISTS = [
  "sntrup761x25519-sha512,curve25519-sha256,ext-info-c,kex-strict-c-v00@openssh.com",
  "ssh-ed25519,rsa-sha2-512",
  "chacha20-poly1305@openssh.com,aes128-ctr",
  "aes128-ctr",
  "hmac-sha2-256",
  "umac-64@openssh.com",
  "none,zlib@openssh.com",
  "none",
  "",
  "",
];

function encodeLists(lists: readonly string[]): Buffer {
  const fields = lists.flatMap((list) => [Buffer.from([0, 0, 0, list.length]), Buffer.from(list)]);
  return Buffer.concat([...fields, Buffer.alloc(5)]);
}

export const target: FuzzTarget = {
  name: "ssh-kex-init",
  run,
  share: 0.5,
  seeds: [encodeKexInit(Buffer.alloc(16), encodeLists(LISTS)), encodeKexInit(Buffer.alloc(16, 1), encodeLists(LISTS.map(() => "")))],
};
