import { Buffer } from "node:buffer";
import { createECDH, createPrivateKey, createPublicKey, diffieHellman, type ECDH, type KeyObject } from "node:crypto";
import type { ModpGroup } from "../../../decoy/keys.ts";
import { mpint, sshString, stripZeros, uint32 } from "../crypto/field.ts";
import { hybridSecret, numberSecret } from "../crypto/kdf.ts";
import type { Random } from "../crypto/random.ts";
import { decapsulate, generateKeys } from "../crypto/testing/sntrup761-keys.ts";
import { type KexMethod, kexMethods } from "../transport/kex-method.ts";
import { message } from "../transport/message.ts";
import { modpGroup } from "../transport/modp-group.ts";
import { type Kem, mlkem } from "./client-mlkem.ts";

/** The client's half of one key exchange method, for tests. */
export interface ClientExchange {
  readonly method: KexMethod;
  /** The first message; later ones come from `group`. */
  readonly first: Buffer;
  /** Group exchange: takes p and g (the GROUP message behind its number), gives the INIT message. */
  group(numbers: Buffer): Buffer;
  /** Takes the server's public value as it came; gives K, encoded, and what is hashed between host key and K. */
  finish(serverPublic: Buffer): { readonly secret: Buffer; readonly exchanged: Buffer };
}

interface Half {
  readonly ownPublic: Buffer;
  readonly secret: (serverPublic: Buffer) => Buffer;
}

export function clientExchange(name: string, random: Random, gex = { min: 2048, preferred: 2048, max: 8192 }): ClientExchange {
  const method = kexMethods[name];
  if (method === undefined) throw new Error(`no such method: ${name}`);
  if (method.way === "group exchange") return groupExchange(method, random, gex);
  const half = halfOf(method, random);
  return {
    method,
    first: Buffer.concat([Buffer.of(message.dhInit), sshString(half.ownPublic)]),
    group: () => Buffer.alloc(0),
    finish: (serverPublic) => ({
      secret: half.secret(serverPublic),
      exchanged: Buffer.concat([sshString(half.ownPublic), sshString(serverPublic)]),
    }),
  };
}

function halfOf(method: Exclude<KexMethod, { way: "group exchange" }>, random: Random): Half {
  switch (method.way) {
    case "curve": {
      if (method.curve === "x25519") {
        const own = x25519(random);
        return { ownPublic: own.ownPublic, secret: (theirs) => numberSecret(own.agree(theirs)) };
      }
      const ecdh = nistKey(method.curve);
      return { ownPublic: ecdh.getPublicKey(), secret: (theirs) => numberSecret(ecdh.computeSecret(theirs)) };
    }
    case "hybrid": {
      const kem = method.kem === "sntrup761" ? sntrup(random) : mlkem();
      const own = x25519(random);
      const secret = (theirs: Buffer): Buffer =>
        hybridSecret(method.hash, kem.open(theirs.subarray(0, kem.ciphertextBytes)), own.agree(theirs.subarray(kem.ciphertextBytes)));
      return { ownPublic: Buffer.concat([kem.publicKey, own.ownPublic]), secret };
    }
    case "group":
      return modpHalf(modpGroup(method.group), random);
  }
}

function groupExchange(method: KexMethod, random: Random, gex: { min: number; preferred: number; max: number }): ClientExchange {
  const wish = Buffer.concat([gex.min, gex.preferred, gex.max].map(uint32));
  let numbers: Buffer = Buffer.alloc(0);
  let half: Half | undefined;
  return {
    method,
    first: Buffer.concat([Buffer.of(message.gexRequest), wish]),
    group: (groupNumbers) => {
      numbers = Buffer.from(groupNumbers);
      const prime = numbers.subarray(4, 4 + numbers.readUInt32BE(0));
      half = modpHalf({ prime: stripZeros(prime), generator: numbers.at(-1) ?? 2 }, random);
      return Buffer.concat([Buffer.of(message.gexInit), sshString(half.ownPublic)]);
    },
    finish: (serverPublic) => {
      if (half === undefined) throw new Error("no group yet");
      return {
        secret: half.secret(serverPublic),
        exchanged: Buffer.concat([wish, numbers, sshString(half.ownPublic), sshString(serverPublic)]),
      };
    },
  };
}

function modpHalf({ prime, generator }: ModpGroup, random: Random): Half {
  const p = toNumber(prime);
  const x = toNumber(random(32));
  const own = mpint(toBytes(power(BigInt(generator), x, p))).subarray(4);
  return { ownPublic: own, secret: (theirs) => numberSecret(toBytes(power(toNumber(theirs), x, p))) };
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let square = base % modulus, left = exponent; left > 0n; left >>= 1n, square = (square * square) % modulus) {
    if (left & 1n) result = (result * square) % modulus;
  }
  return result;
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x0${Buffer.from(bytes).toString("hex")}`);
}

function toBytes(number: bigint): Buffer {
  const hex = number.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
}

function x25519(random: Random): { ownPublic: Buffer; agree: (theirs: Uint8Array) => Buffer } {
  const prefix = Buffer.from("302e020100300506032b656e04220420", "hex");
  const privateKey = createPrivateKey({ key: Buffer.concat([prefix, random(32)]), format: "der", type: "pkcs8" });
  const ownPublic = createPublicKey(privateKey).export({ format: "der", type: "spki" }).subarray(-32);
  const spki = Buffer.from("302a300506032b656e032100", "hex");
  const import25519 = (raw: Uint8Array): KeyObject => createPublicKey({ key: Buffer.concat([spki, raw]), format: "der", type: "spki" });
  return { ownPublic, agree: (theirs) => diffieHellman({ privateKey, publicKey: import25519(theirs) }) };
}

function nistKey(curve: "nistp256" | "nistp384" | "nistp521"): ECDH {
  const ecdh = createECDH({ nistp256: "prime256v1", nistp384: "secp384r1", nistp521: "secp521r1" }[curve]);
  ecdh.generateKeys();
  return ecdh;
}

/** Making a key pair takes a tenth of a second: clients that share their chance, as a benchmark's do, share one. */
const sntrupKeys = new WeakMap<Random, ReturnType<typeof generateKeys>>();

function sntrup(random: Random): Kem {
  const keys = sntrupKeys.get(random) ?? generateKeys(random);
  sntrupKeys.set(random, keys);
  const { publicKey, secretKey } = keys;
  return { publicKey, ciphertextBytes: 1039, open: (ciphertext) => decapsulate(secretKey, ciphertext) };
}
