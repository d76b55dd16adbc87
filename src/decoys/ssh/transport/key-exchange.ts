import { Buffer } from "node:buffer";
import { hash } from "node:crypto";
import type { Agreement, Keys, ModpGroup } from "../../../decoy/keys.ts";
import { Reader } from "../../../wire/reader.ts";
import { Writer } from "../../../wire/writer.ts";
import { encapsulate, sntrup761 } from "../crypto/sntrup761.ts";
import type { Fault } from "./fault.ts";
import { hostKeyBlob, signAsHost } from "./host-key.ts";
import type { KexHash, KexMethod } from "./kex-method.ts";
import { message } from "./message.ts";
import { chooseGroup, type GroupWish, modpGroup } from "./modp-group.ts";
import { unsignedMpint, writeMpint } from "./mpint.ts";

/** What both sides know before the method's own messages; all of it is hashed. */
export interface ExchangeContext {
  readonly keys: Keys;
  readonly random: (size: number) => Uint8Array;
  readonly visitorIdent: Uint8Array;
  readonly ourIdent: Uint8Array;
  readonly visitorKexInit: Uint8Array;
  readonly ourKexInit: Uint8Array;
  readonly hostKeyAlgorithm: string;
  readonly moduliBits: readonly number[];
  readonly gexOldRequest: boolean;
}

export type ExchangeStep =
  | { readonly status: "fault"; readonly fault: Fault }
  /** Send `reply` and wait for the next message. */
  | { readonly status: "reply"; readonly reply: Uint8Array }
  /** Send `reply`; both sides now know the secret (K, encoded as it is hashed) and the exchange hash (H). */
  | {
      readonly status: "agreed";
      readonly reply: Uint8Array;
      readonly hash: KexHash;
      readonly secret: Uint8Array;
      readonly exchangeHash: Buffer;
    };

const X25519_BYTES = 32;
const MLKEM768_KEY_BYTES = 1184;
const GEX_MIN_BITS = 2048;
const GEX_MAX_BITS = 8192;

/**
 * The server's side of one key exchange, from behind the KEXINITs to our reply (RFC 4253 §8, RFC 5656 §4, RFC 8731, RFC 4419).
 * It holds no secret after the agreement, and every value of the visitor that is not valid is a fault.
 */
export class KeyExchange {
  readonly #method: KexMethod;
  readonly #context: ExchangeContext;
  #group: ModpGroup | undefined;
  /** What the group exchange hashes before e and f: the wish as it came, p and g. */
  #groupHashed: Buffer | undefined;

  constructor(method: KexMethod, context: ExchangeContext) {
    this.#method = method;
    this.#context = context;
  }

  /** Takes a message 30 to 49; undefined: not one that this method expects now. */
  receive(payload: Uint8Array): ExchangeStep | undefined {
    const number = payload[0] ?? 0;
    if (this.#method.way === "group exchange") return this.#receiveGroupExchange(number, payload);
    if (number !== message.dhInit) return undefined;
    const visitorPublic = readPublic(payload);
    if (visitorPublic === undefined) return malformed(payload);
    switch (this.#method.way) {
      case "curve":
        return this.#finishCurve(visitorPublic, this.#context.keys.agree(this.#method.curve, visitorPublic));
      case "hybrid":
        return this.#finishHybrid(visitorPublic, this.#method.kem);
      case "group":
        return this.#finishGroup(visitorPublic, modpGroup(this.#method.group));
    }
  }

  #receiveGroupExchange(number: number, payload: Uint8Array): ExchangeStep | undefined {
    if (this.#group !== undefined) {
      if (number !== message.gexInit) return undefined;
      const visitorPublic = readPublic(payload);
      return visitorPublic === undefined ? malformed(payload) : this.#finishGroup(visitorPublic, this.#group);
    }
    if (number === message.gexRequest) return this.#chooseGroup(payload, readWish(payload));
    if (number === message.gexRequestOld && this.#context.gexOldRequest) return this.#chooseGroup(payload, readOldWish(payload));
    return undefined;
  }

  #chooseGroup(request: Uint8Array, wish: GroupWish | undefined): ExchangeStep {
    if (wish === undefined) return malformed(request);
    const { min, preferred, max } = wish;
    if (max < min || preferred < min || max < preferred || max < GEX_MIN_BITS) return { status: "fault", fault: { what: "public value" } };
    const within = { min: Math.max(min, Math.min(GEX_MIN_BITS, ...this.#context.moduliBits)), preferred, max: Math.min(max, GEX_MAX_BITS) };
    const group =
      chooseGroup(within, this.#context.moduliBits, (below) => (this.#context.random(1)[0] ?? 0) % Math.max(1, below)) ??
      modpGroup("modp14");
    this.#group = group;
    const numbers = writeMpint(writeMpint(new Writer(600), group.prime), Uint8Array.of(group.generator)).finish();
    this.#groupHashed = Buffer.concat([request.subarray(1), numbers]);
    return { status: "reply", reply: new Writer(1 + numbers.length).u8(message.gexGroup).bytes(numbers).finish() };
  }

  #finishCurve(visitorPublic: Uint8Array, agreement: Agreement | undefined): ExchangeStep {
    if (agreement === undefined) return badPublic;
    const secret = writeMpint(new Writer(80), agreement.secret).finish();
    return this.#agreed({ visitorPublic: string(visitorPublic), ourPublic: string(agreement.publicKey), secret });
  }

  /** draft-ietf-sshm-ntruprime-ssh, draft-ietf-sshm-mlkem-hybrid-kex: K is HASH(post-quantum secret || x25519 secret), hashed as a string. */
  #finishHybrid(visitorPublic: Uint8Array, kem: "sntrup761" | "mlkem768"): ExchangeStep {
    const kemBytes = kem === "sntrup761" ? sntrup761.publicKeyBytes : MLKEM768_KEY_BYTES;
    if (visitorPublic.length !== kemBytes + X25519_BYTES) return badPublic;
    const sealed = this.#encapsulate(kem, visitorPublic.subarray(0, kemBytes));
    const agreement = this.#context.keys.agree("x25519", visitorPublic.subarray(kemBytes));
    if (sealed === undefined || agreement === undefined) return badPublic;
    const both = hash(this.#method.hash, Buffer.concat([sealed.secret, agreement.secret]), "buffer");
    const ourPublic = Buffer.concat([sealed.publicKey, agreement.publicKey]);
    return this.#agreed({ visitorPublic: string(visitorPublic), ourPublic: string(ourPublic), secret: string(both) });
  }

  #encapsulate(kem: "sntrup761" | "mlkem768", visitorKey: Uint8Array): Agreement | undefined {
    if (kem === "mlkem768") return this.#context.keys.encapsulateMlkem768(visitorKey);
    const sealed = encapsulate(visitorKey, this.#context.random);
    return sealed && { publicKey: sealed.ciphertext, secret: sealed.secret };
  }

  #finishGroup(visitorPublic: Uint8Array, group: ModpGroup): ExchangeStep {
    const unsigned = unsignedMpint(visitorPublic);
    const agreement = unsigned && this.#context.keys.agreeModp(group, unsigned);
    if (agreement === undefined) return badPublic;
    const ourPublic = writeMpint(new Writer(520), agreement.publicKey).finish();
    const secret = writeMpint(new Writer(520), agreement.secret).finish();
    return this.#agreed({ visitorPublic: string(visitorPublic), ourPublic, secret });
  }

  /** RFC 4253 §8: H is the hash of both identifications, both KEXINITs, the host key, both public values and K, in this order. */
  #agreed(values: { visitorPublic: Buffer; ourPublic: Buffer; secret: Buffer }): ExchangeStep {
    const { keys, hostKeyAlgorithm, visitorIdent, ourIdent, visitorKexInit, ourKexInit } = this.#context;
    const hostKey = hostKeyBlob(keys, hostKeyAlgorithm);
    if (hostKey === undefined) return { status: "fault", fault: { what: "unsupported", name: hostKeyAlgorithm } };
    const hashed = new Writer(4096)
      .string32(visitorIdent)
      .string32(ourIdent)
      .string32(visitorKexInit)
      .string32(ourKexInit)
      .string32(hostKey);
    if (this.#groupHashed !== undefined) hashed.bytes(this.#groupHashed);
    hashed.bytes(values.visitorPublic).bytes(values.ourPublic).bytes(values.secret);
    const exchangeHash = hash(this.#method.hash, hashed.finish(), "buffer");
    const number = this.#method.way === "group exchange" ? message.gexReply : message.dhReply;
    const reply = new Writer(1024).u8(number).string32(hostKey).bytes(values.ourPublic);
    reply.string32(signAsHost(keys, hostKeyAlgorithm, exchangeHash));
    return { status: "agreed", reply: reply.finish(), hash: this.#method.hash, secret: values.secret, exchangeHash };
  }
}

const badPublic: ExchangeStep = { status: "fault", fault: { what: "public value" } };

function malformed(payload: Uint8Array): ExchangeStep {
  return { status: "fault", fault: { what: "malformed message", number: payload[0] ?? 0 } };
}

function string(bytes: Uint8Array): Buffer {
  return new Writer(4 + bytes.length).string32(bytes).finish();
}

/** `byte number, string or mpint public value`, nothing behind it. */
function readPublic(payload: Uint8Array): Uint8Array | undefined {
  const reader = new Reader(payload, 1);
  const value = reader.string32();
  return reader.short || reader.left > 0 ? undefined : value;
}

/** RFC 4419 §3: `byte 34, uint32 min, uint32 n, uint32 max`. */
function readWish(payload: Uint8Array): GroupWish | undefined {
  const reader = new Reader(payload, 1);
  const wish = { min: reader.u32(), preferred: reader.u32(), max: reader.u32() };
  return reader.short || reader.left > 0 ? undefined : wish;
}

/** RFC 4419 §5: `byte 30, uint32 n`. */
function readOldWish(payload: Uint8Array): GroupWish | undefined {
  const reader = new Reader(payload, 1);
  const preferred = reader.u32();
  return reader.short || reader.left > 0
    ? undefined
    : { min: Math.min(preferred, 1024), preferred, max: Math.max(preferred, GEX_MAX_BITS) };
}
