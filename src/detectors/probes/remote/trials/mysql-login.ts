import { createHash } from "node:crypto";
import { done, malformed, type Parsed, partial } from "../../../../wire/parsed.ts";
import { Reader } from "../../../../wire/reader.ts";
import { Writer } from "../../../../wire/writer.ts";
import type { Line } from "./line.ts";
import type { Account, Login, LoginAnswer } from "./login.ts";

/** MySQL's native password, and the first round of caching_sha2_password. */
export const mysqlLogin: Login = {
  protocol: "mysql",
  usualPorts: [3306],
  attempt: async (line, account) => {
    const packet = await hearPacket(line);
    const greeting = packet === undefined ? undefined : parseGreeting(packet);
    if (greeting?.status !== "done") return undefined;
    line.say(encodePacket(1, handshakeResponse(account, greeting.value)));
    return answerOf(line, account, await hearPacket(line));
  },
};

interface Greeting {
  readonly salt: Uint8Array;
  readonly plugin: string;
}

/** u24 length (little-endian), u8 sequence, payload. */
async function hearPacket(line: Line): Promise<Uint8Array | undefined> {
  const heard = await line.hear((bytes) => bytes.length >= 4 && bytes.length >= 4 + bytes.readUIntLE(0, 3));
  return heard?.subarray(4, 4 + heard.readUIntLE(0, 3));
}

function encodePacket(sequence: number, payload: Uint8Array): Uint8Array {
  return new Writer()
    .u16le(payload.length)
    .u8(payload.length >> 16)
    .u8(sequence)
    .bytes(payload)
    .finish();
}

/**
 *     protocol  u8 10
 *     version   text, NUL
 *     thread    u32le
 *     salt      8 bytes, NUL
 *     abilities u16le, charset u8, status u16le, abilities u16le
 *     size      u8 of the whole salt; 10 bytes of zero
 *     salt      the rest (12 bytes), NUL; plugin, NUL
 *
 * MySQL internals, Protocol::HandshakeV10.
 */
function parseGreeting(payload: Uint8Array): Parsed<Greeting> {
  if (payload.length === 0) return partial();
  const versionEnd = payload.indexOf(0, 1);
  if (payload[0] !== 10 || versionEnd < 0) return malformed("no greeting of protocol 10");
  const reader = new Reader(payload, versionEnd + 1);
  reader.u32le();
  const first = reader.bytes(8);
  if (reader.short) return malformed("a greeting without a salt");
  reader.bytes(1 + 2 + 1 + 2 + 2 + 1 + 10);
  const second = reader.bytes(12);
  const rest = payload.subarray(reader.at + 1);
  const plugin = Buffer.from(rest.subarray(0, Math.max(0, rest.indexOf(0)))).toString("latin1");
  return done({ salt: Buffer.concat([first, second]), plugin: plugin === "" ? NATIVE : plugin }, payload.length);
}

const NATIVE = "mysql_native_password";
const CACHING = "caching_sha2_password";
/** Long password, protocol 4.1, secure connection, plugin names. */
const ABILITIES = 0x0000_0001 | 0x0000_0200 | 0x0000_8000 | 0x0008_0000;

function handshakeResponse({ user, password }: Account, { salt, plugin }: Greeting): Uint8Array {
  const scramble = scrambled(plugin, password, salt);
  return new Writer()
    .u32le(ABILITIES)
    .u32le(0x0100_0000)
    .u8(33)
    .bytes(new Uint8Array(23))
    .bytes(user)
    .u8(0)
    .u8(scramble.length)
    .bytes(scramble)
    .bytes(plugin)
    .u8(0)
    .finish();
}

/** native: SHA1(p) xor SHA1(salt + SHA1(SHA1(p))); caching: SHA256(p) xor SHA256(SHA256(SHA256(p)) + salt). */
function scrambled(plugin: string, password: string, salt: Uint8Array): Uint8Array {
  const isCaching = plugin === CACHING;
  const hash = (...parts: readonly (Uint8Array | string)[]) => {
    const digest = createHash(isCaching ? "sha256" : "sha1");
    for (const part of parts) digest.update(part);
    return digest.digest();
  };
  const once = hash(password);
  const twice = hash(once);
  const mask = isCaching ? hash(twice, salt) : hash(salt, twice);
  return once.map((byte, at) => byte ^ (mask[at] ?? 0));
}

/** 0xfe wants another plugin: a name, NUL, and its salt. */
async function answerOf(line: Line, account: Account, packet: Uint8Array | undefined): Promise<LoginAnswer> {
  if (packet?.[0] !== 0xfe) return verdictOf(packet);
  const nameEnd = packet.indexOf(0, 1);
  const plugin = nameEnd < 0 ? "" : Buffer.from(packet.subarray(1, nameEnd)).toString("latin1");
  if (plugin !== NATIVE && plugin !== CACHING) return undefined;
  line.say(encodePacket(3, scrambled(plugin, account.password, packet.subarray(nameEnd + 1, nameEnd + 21))));
  return verdictOf(await hearPacket(line));
}

/** 0 is yes, 0xff is no, 1 wants more (caching_sha2: 3 is yes, 4 wants the password itself, which is no). */
function verdictOf(packet: Uint8Array | undefined): LoginAnswer {
  if (packet?.[0] === 0) return "accepted";
  if (packet?.[0] === 1) return packet[1] === 3 ? "accepted" : "refused";
  return packet?.[0] === 0xff ? "refused" : undefined;
}
