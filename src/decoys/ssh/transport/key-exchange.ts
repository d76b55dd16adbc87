import { Buffer } from "node:buffer";
import type { Agreement, Keys, ModpGroup } from "../../../decoy/keys.ts";
import { Reader } from "../../../wire/reader.ts";
import { mpint, sshString } from "../crypto/field.ts";
import { exchangeHash, type Handshake, hybridSecret, type KexHash, numberSecret } from "../crypto/kdf.ts";
import { encapsulate, sntrup761 } from "../crypto/sntrup761.ts";
import type { Fault } from "./fault.ts";
import { hostKeyBlob, signAsHost } from "./host-key.ts";
import type { KexMethod } from "./kex-method.ts";
import { message } from "./message.ts";
import { chooseGroup, type GroupWish, modpGroup } from "./modp-group.ts";

/** What both sides know before the method's own messages. */
export interface ExchangeContext {
  readonly keys: Keys;
  readonly random: (size: number) => Uint8Array;
  readonly handshake: Omit<Handshake, "hostKey">;
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

const NOTHING = Buffer.alloc(0);
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
  #groupHashed: Buffer = NOTHING;

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
    if (number === message.gexRequest) return this.#sendGroup(payload, readWish(payload));
    if (number === message.gexRequestOld && this.#context.gexOldRequest) return this.#sendGroup(payload, readOldWish(payload));
    return undefined;
  }

  #sendGroup(request: Uint8Array, wish: GroupWish | undefined): ExchangeStep {
    if (wish === undefined) return malformed(request);
    const { min, preferred, max } = wish;
    const smallest = Math.min(GEX_MIN_BITS, ...this.#context.moduliBits);
    if (max < min || preferred < min || max < preferred || max < smallest) return badPublic;
    const within = { min: Math.max(min, smallest), preferred, max: Math.min(max, GEX_MAX_BITS) };
    const below = (limit: number): number => (this.#context.random(1)[0] ?? 0) % Math.max(1, limit);
    const group = chooseGroup(within, this.#context.moduliBits, below) ?? modpGroup("modp14");
    const numbers = Buffer.concat([mpint(group.prime), mpint(Uint8Array.of(group.generator))]);
    this.#group = group;
    this.#groupHashed = Buffer.concat([request.subarray(1), numbers]);
    return { status: "reply", reply: Buffer.concat([Buffer.of(message.gexGroup), numbers]) };
  }

  #finishCurve(visitorPublic: Uint8Array, agreement: Agreement | undefined): ExchangeStep {
    if (agreement === undefined) return badPublic;
    const secret = numberSecret(agreement.secret);
    return this.#agreed({ visitorPublic: sshString(visitorPublic), ourPublic: sshString(agreement.publicKey), secret });
  }

  #finishHybrid(visitorPublic: Uint8Array, kem: "sntrup761" | "mlkem768"): ExchangeStep {
    const kemBytes = kem === "sntrup761" ? sntrup761.publicKeyBytes : MLKEM768_KEY_BYTES;
    if (visitorPublic.length !== kemBytes + X25519_BYTES) return badPublic;
    const sealed = this.#encapsulate(kem, visitorPublic.subarray(0, kemBytes));
    const agreement = this.#context.keys.agree("x25519", visitorPublic.subarray(kemBytes));
    if (sealed === undefined || agreement === undefined) return badPublic;
    const secret = hybridSecret(this.#method.hash, sealed.secret, agreement.secret);
    const ourPublic = sshString(Buffer.concat([sealed.publicKey, agreement.publicKey]));
    return this.#agreed({ visitorPublic: sshString(visitorPublic), ourPublic, secret });
  }

  #encapsulate(kem: "sntrup761" | "mlkem768", visitorKey: Uint8Array): Agreement | undefined {
    if (kem === "mlkem768") return this.#context.keys.encapsulateMlkem768(visitorKey);
    const sealed = encapsulate(visitorKey, this.#context.random);
    return sealed && { publicKey: sealed.ciphertext, secret: sealed.secret };
  }

  #finishGroup(visitorPublic: Uint8Array, group: ModpGroup): ExchangeStep {
    const isNegative = (visitorPublic[0] ?? 0) >= 0x80;
    const agreement = isNegative ? undefined : this.#context.keys.agreeModp(group, visitorPublic);
    if (agreement === undefined) return badPublic;
    const secret = numberSecret(agreement.secret);
    return this.#agreed({ visitorPublic: sshString(visitorPublic), ourPublic: mpint(agreement.publicKey), secret });
  }

  #agreed({ visitorPublic, ourPublic, secret }: { visitorPublic: Buffer; ourPublic: Buffer; secret: Buffer }): ExchangeStep {
    const { keys, hostKeyAlgorithm, handshake } = this.#context;
    const hostKey = hostKeyBlob(keys, hostKeyAlgorithm);
    if (hostKey === undefined) return { status: "fault", fault: { what: "unsupported", name: hostKeyAlgorithm } };
    const exchanged = Buffer.concat([this.#groupHashed, visitorPublic, ourPublic]);
    const hashed = exchangeHash(this.#method.hash, { ...handshake, hostKey }, { exchanged, secret });
    const number = this.#method.way === "group exchange" ? message.gexReply : message.dhReply;
    const signature = sshString(signAsHost(keys, hostKeyAlgorithm, hashed));
    const reply = Buffer.concat([Buffer.of(number), sshString(hostKey), ourPublic, signature]);
    return { status: "agreed", reply, hash: this.#method.hash, secret, exchangeHash: hashed };
  }
}

const badPublic: ExchangeStep = { status: "fault", fault: { what: "public value" } };

function malformed(payload: Uint8Array): ExchangeStep {
  return { status: "fault", fault: { what: "malformed message", number: payload[0] ?? 0 } };
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
