import { Buffer } from "node:buffer";
import { hash } from "node:crypto";
import { done, malformed, type Parsed } from "../../../wire/parsed.ts";
import { Reader } from "../../../wire/reader.ts";
import { Writer } from "../../../wire/writer.ts";
import type { SshPersona } from "../persona.ts";
import { message } from "./message.ts";

const COOKIE_BYTES = 16;

/** What one side proposes. Names are Latin-1 text, comma-separated as they came: they are split only where they are compared. */
export interface Proposal {
  readonly kex: string;
  readonly hostKeys: string;
  readonly ciphersIn: string;
  readonly ciphersOut: string;
  readonly macsIn: string;
  readonly macsOut: string;
  readonly compressionsIn: string;
  readonly compressionsOut: string;
  /** A guessed first message of the key exchange follows. */
  readonly guessFollows: boolean;
}

/**
 * Reads a visitor's SSH_MSG_KEXINIT (RFC 4253 §7.1); "in" is from the visitor to us.
 *
 * ```
 * byte      20
 * byte[16]  cookie
 * string    kex_algorithms, server_host_key_algorithms,
 *           encryption c2s, s2c, mac c2s, s2c, compression c2s, s2c, languages c2s, s2c
 * boolean   first_kex_packet_follows
 * uint32    reserved
 * ```
 */
export function parseKexInit(payload: Uint8Array): Parsed<Proposal> {
  const reader = new Reader(payload, 1 + COOKIE_BYTES);
  const names = (): string => reader.string32().toString("latin1");
  const proposal = {
    kex: names(),
    hostKeys: names(),
    ciphersIn: names(),
    ciphersOut: names(),
    macsIn: names(),
    macsOut: names(),
    compressionsIn: names(),
    compressionsOut: names(),
    languages: [names(), names()],
    guessFollows: reader.u8() !== 0,
    reserved: reader.u32(),
  };
  if (reader.short) return malformed("KEXINIT ends early");
  return done(proposal, reader.at);
}

/** All of our KEXINIT behind the cookie: the same for every session of a persona. */
export function encodeKexInitLists(persona: SshPersona): Buffer {
  const both = (names: readonly string[]): [string, string] => [names.join(","), names.join(",")];
  const lists = [
    persona.kex.join(","),
    persona.hostKeys.join(","),
    ...both(persona.ciphers),
    ...both(persona.macs),
    ...both(persona.compressions),
    "",
    "",
  ];
  const writer = new Writer();
  for (const names of lists) writer.string32(names);
  return writer.u8(0).u32(0).finish();
}

/** Our KEXINIT with a fresh cookie (16 bytes). */
export function encodeKexInit(cookie: Uint8Array, lists: Uint8Array): Buffer {
  const payload = Buffer.allocUnsafe(1 + COOKIE_BYTES + lists.length);
  payload[0] = message.kexInit;
  payload.set(cookie, 1);
  payload.set(lists, 1 + COOKIE_BYTES);
  return payload;
}

export const cookieBytes = COOKIE_BYTES;

/** HASSH: MD5 over what a client lists for its own direction (github.com/salesforce/hassh). */
export function hassh(proposal: Proposal): { readonly hassh: string; readonly algorithms: Buffer } {
  const text = `${proposal.kex};${proposal.ciphersIn};${proposal.macsIn};${proposal.compressionsIn}`;
  const algorithms = Buffer.from(text, "latin1");
  return { hassh: hash("md5", algorithms, "hex"), algorithms };
}
