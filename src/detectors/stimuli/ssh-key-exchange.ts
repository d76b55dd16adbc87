import { Reader } from "../../wire/reader.ts";
import { Writer } from "../../wire/writer.ts";

/**
 * The clear part of SSH's key exchange, as far as a visitor needs it to see the server's lists and its host key: the public key that we
 * send is a constant, no secret is ever computed, and the conversation ends before encryption begins.
 */
export interface KexInit {
  /** Hexadecimal; new for every connection. */
  readonly cookie: string;
  readonly kex: readonly string[];
  readonly hostKeys: readonly string[];
  readonly ciphersIn: readonly string[];
  readonly ciphersOut: readonly string[];
  readonly macsIn: readonly string[];
  readonly macsOut: readonly string[];
  readonly compressionIn: readonly string[];
  readonly compressionOut: readonly string[];
  readonly languages: readonly string[];
  readonly guess: boolean;
  readonly reserved: number;
  /** Bytes of padding behind the message, and whether the packet was a multiple of eight long. */
  readonly padding: number;
  readonly aligned: boolean;
}

const SSH_MSG_KEXINIT = 20;
const SSH_MSG_KEXDH_REPLY = 31;
const MOST_PACKET = 262_144;

/** The server's identification: the first line that begins with `SSH-`, without its line end. */
export interface Ident {
  readonly line: string;
  /** `\r\n` or `\n`; empty when the line never ended. */
  readonly end: string;
  /** Lines that came before it. */
  readonly before: readonly string[];
  /** Offset behind it. */
  readonly size: number;
}

export function identOf(heard: Uint8Array): Ident | undefined {
  const text = Buffer.from(heard.subarray(0, 16_384)).toString("latin1");
  const found = /(?:^|\n)(SSH-[^\n]*?)(\r?\n|$)/.exec(text);
  if (found === null) return undefined;
  const [whole, line = "", end = ""] = found;
  const before = text.slice(0, found.index + (whole.startsWith("\n") ? 1 : 0));
  return { line, end, before: before.split("\n").filter((one) => one.trim() !== ""), size: found.index + whole.length };
}

/**
 * Packets in clear (RFC 4253 §6):
 *
 *     uint32  packet_length    of what follows
 *     byte    padding_length
 *     byte[]  payload
 *     byte[]  padding
 */
export function clearPackets(
  bytes: Uint8Array,
): readonly { readonly payload: Uint8Array; readonly padding: number; readonly length: number }[] {
  const packets: { payload: Uint8Array; padding: number; length: number }[] = [];
  for (let at = 0; at + 5 <= bytes.length && packets.length < 32; ) {
    const reader = new Reader(bytes, at);
    const length = reader.u32();
    const padding = reader.u8();
    if (length < 2 || length > MOST_PACKET || padding + 1 > length || reader.left < length - 1) break;
    packets.push({ payload: reader.bytes(length - padding - 1), padding, length });
    at += 4 + length;
  }
  return packets;
}

/**
 * KEXINIT (RFC 4253 §7.1):
 *
 *     byte      SSH_MSG_KEXINIT (20)
 *     byte[16]  cookie
 *     name-list kex, host keys, ciphers c2s and s2c, MACs c2s and s2c, compression c2s and s2c, languages c2s and s2c
 *     boolean   first_kex_packet_follows
 *     uint32    0
 */
export function kexInitOf(heard: Uint8Array): KexInit | undefined {
  const packet = serverPackets(heard).find(({ payload }) => payload[0] === SSH_MSG_KEXINIT);
  if (packet === undefined) return undefined;
  const reader = new Reader(packet.payload, 1);
  const cookie = reader.bytes(16).toString("hex");
  const lists = Array.from({ length: 10 }, () => namesOf(reader));
  const guess = reader.u8() !== 0;
  const reserved = reader.u32();
  if (reader.short) return undefined;
  const [kex = [], hostKeys = [], ciphersIn = [], ciphersOut = [], macsIn = [], macsOut = [], compressionIn = [], compressionOut = []] =
    lists;
  return {
    cookie,
    ...{ kex, hostKeys, ciphersIn, ciphersOut, macsIn, macsOut, compressionIn, compressionOut },
    languages: [...(lists[8] ?? []), ...(lists[9] ?? [])],
    guess,
    reserved,
    padding: packet.padding,
    aligned: (packet.length + 4) % 8 === 0,
  };
}

/**
 * The host key in the server's answer to the exchange (RFC 4253 §8, RFC 5656 §4): byte 31, string K_S, ... `bits` is the size of an RSA
 * modulus or DSA prime, of the curve otherwise.
 */
export interface HostKey {
  readonly type: string;
  readonly bits: number;
  readonly blob: Uint8Array;
}

export function hostKeyOf(heard: Uint8Array): HostKey | undefined {
  const packet = serverPackets(heard).find(({ payload }) => payload[0] === SSH_MSG_KEXDH_REPLY);
  if (packet === undefined) return undefined;
  const outer = new Reader(packet.payload, 1);
  const blob = outer.string32();
  const reader = new Reader(blob);
  const type = reader.string32().toString("latin1");
  if (type === "ssh-rsa") reader.string32();
  const field = reader.string32();
  if (reader.short || outer.short) return undefined;
  return { type, bits: type === "ssh-rsa" || type === "ssh-dss" ? bitsOf(field) : curveBits(type), blob };
}

function serverPackets(heard: Uint8Array) {
  const ident = identOf(heard);
  return ident === undefined ? [] : clearPackets(heard.subarray(ident.size));
}

function namesOf(reader: Reader): readonly string[] {
  const text = reader.string32().toString("latin1");
  return text === "" ? [] : text.split(",");
}

function bitsOf(number: Uint8Array): number {
  const first = number.findIndex((byte) => byte !== 0);
  const top = number[first];
  return top === undefined ? 0 : (number.length - first - 1) * 8 + (32 - Math.clz32(top));
}

function curveBits(type: string): number {
  return type === "ssh-ed25519" ? 256 : Number(/nistp(\d+)$/.exec(type)?.[1] ?? 0);
}

/** What we ask for: a host key type, and whatever exchange both can do without work on our side. */
export function exchangeFor(heard: Uint8Array, hostKey: string): Uint8Array | undefined {
  const server = kexInitOf(heard);
  if (server === undefined) return undefined;
  const kex = Object.keys(OPENINGS).find((one) => server.kex.includes(one));
  const key = HOST_KEY_NAMES[hostKey]?.find((one) => server.hostKeys.includes(one));
  if (kex === undefined || key === undefined) return undefined;
  return Buffer.concat([framed(kexInit(kex, key, server)), framed(Buffer.concat([Buffer.from([30]), OPENINGS[kex] ?? Buffer.alloc(0)]))]);
}

const HOST_KEY_NAMES: Readonly<Record<string, readonly string[]>> = {
  rsa: ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"],
  ed25519: ["ssh-ed25519"],
  ecdsa: ["ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"],
  dsa: ["ssh-dss"],
};

function mpint(bytes: Uint8Array): Buffer {
  return new Writer().string32(bytes).finish();
}

/** Public keys that are nobody's: the base point of curve25519 (RFC 7748 §4.1) and of P-256 (FIPS 186-4), a number below every modulus. */
const X25519_BASE = Buffer.concat([Buffer.from([9]), Buffer.alloc(31)]);
const P256_BASE = Buffer.from(
  "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
  "hex",
);
const DH_POWER = Buffer.alloc(120, 0x5a);

const OPENINGS: Readonly<Record<string, Buffer>> = {
  "curve25519-sha256": mpint(X25519_BASE),
  "curve25519-sha256@libssh.org": mpint(X25519_BASE),
  "ecdh-sha2-nistp256": mpint(P256_BASE),
  "diffie-hellman-group14-sha256": mpint(DH_POWER),
  "diffie-hellman-group14-sha1": mpint(DH_POWER),
  "diffie-hellman-group1-sha1": mpint(DH_POWER),
};

function kexInit(kex: string, hostKey: string, server: KexInit): Buffer {
  const writer = new Writer().u8(SSH_MSG_KEXINIT).bytes(Buffer.alloc(16, 0x5a));
  const lists = [
    [kex],
    [hostKey],
    server.ciphersIn,
    server.ciphersOut,
    server.macsIn,
    server.macsOut,
    server.compressionIn,
    server.compressionOut,
  ];
  for (const list of lists) writer.string32(list.join(","));
  return writer.string32("").string32("").u8(0).u32(0).finish();
}

function framed(payload: Uint8Array): Buffer {
  const padding = 8 - ((payload.length + 5) % 8) + (8 - ((payload.length + 5) % 8) < 4 ? 8 : 0);
  return new Writer()
    .u32(payload.length + padding + 1)
    .u8(padding)
    .bytes(payload)
    .bytes(Buffer.alloc(padding))
    .finish();
}
