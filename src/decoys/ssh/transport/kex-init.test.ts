import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import test from "node:test";
import type { SshPersona } from "../persona.ts";
import { cowrieDefault, debianOpenssh, kippoDefault } from "../testclient/test-personas.ts";
import { encodeKexInit, encodeKexInitLists, hassh, type Proposal, parseKexInit } from "./kex-init.ts";
import { negotiate } from "./negotiation.ts";

const ourKexInit = (persona: SshPersona): Buffer => encodeKexInit(Buffer.alloc(16, 7), encodeKexInitLists(persona));

/** HASSH of a server: over what it lists for its own direction. */
function hasshServer(persona: SshPersona): string {
  const parsed = parseKexInit(ourKexInit(persona));
  assert.ok(parsed.status === "done");
  const { kex, ciphersOut, macsOut, compressionsOut } = parsed.value;
  return createHash("md5").update([kex, ciphersOut, macsOut, compressionsOut].join(";")).digest("hex");
}

test("HASSH of servers: OpenSSH 9.2 of Debian 12, Cowrie without moduli, Kippo", () => {
  assert.equal(hasshServer(debianOpenssh), "425d29fe50d8e4f5e37efb6e24bcf660");
  assert.equal(hasshServer(cowrieDefault), "92585b26f6634475d2d35bddbcdd1917");
  assert.equal(hasshServer(kippoDefault), "9ca11ff5ba234add6998fbdcd9d6b69a");
});

test("RFC 4253 §7.1: a KEXINIT cut anywhere is malformed, never a throw", () => {
  const whole = ourKexInit(debianOpenssh);
  assert.equal(parseKexInit(whole).status, "done");
  for (let size = 0; size < whole.length; size++) assert.equal(parseKexInit(whole.subarray(0, size)).status, "malformed");
});

const proposal: Proposal = {
  kex: "nope,curve25519-sha256",
  hostKeys: "ssh-ed25519",
  ciphersIn: "aes256-ctr,aes128-ctr",
  ciphersOut: "aes128-gcm@openssh.com",
  macsIn: "hmac-sha1,hmac-sha2-256",
  macsOut: "nope",
  compressionsIn: "none",
  compressionsOut: "zlib@openssh.com,none",
  guessFollows: true,
};

test("RFC 4253 §7.1: the client's first name that the server knows wins, each way by itself; AEAD needs no MAC", () => {
  const negotiated = negotiate(proposal, debianOpenssh);
  assert.deepEqual(negotiated, {
    agreed: {
      kex: "curve25519-sha256",
      hostKey: "ssh-ed25519",
      cipherIn: "aes256-ctr",
      cipherOut: "aes128-gcm@openssh.com",
      macIn: "hmac-sha1",
      macOut: "",
      compressionIn: "none",
      compressionOut: "zlib@openssh.com",
      skipGuess: true,
    },
  });
});

test("what has nothing in common is named; markers are no methods", () => {
  assert.deepEqual(negotiate({ ...proposal, kex: "kex-strict-s-v00@openssh.com" }, debianOpenssh), { mismatch: "kex" });
  assert.deepEqual(negotiate({ ...proposal, hostKeys: "" }, debianOpenssh), { mismatch: "host key" });
  assert.deepEqual(negotiate({ ...proposal, ciphersOut: "" }, debianOpenssh), { mismatch: "cipher" });
  assert.deepEqual(negotiate({ ...proposal, macsIn: "x" }, debianOpenssh), { mismatch: "MAC" });
  assert.deepEqual(negotiate({ ...proposal, compressionsIn: "zlib" }, debianOpenssh), { mismatch: "compression" });
});

test("a guess is right when both first names are equal", () => {
  const right = { ...proposal, kex: "sntrup761x25519-sha512", hostKeys: "rsa-sha2-512" };
  const negotiated = negotiate(right, debianOpenssh);
  assert.ok("agreed" in negotiated && !negotiated.agreed.skipGuess);
});

test("HASSH of a client is the MD5 of its lists", () => {
  const { hassh: digest, algorithms } = hassh(proposal);
  assert.equal(algorithms.toString(), "nope,curve25519-sha256;aes256-ctr,aes128-ctr;hmac-sha1,hmac-sha2-256;none");
  assert.equal(digest, createHash("md5").update(algorithms).digest("hex"));
});
