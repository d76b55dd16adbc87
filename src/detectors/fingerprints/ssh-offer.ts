import { createHash } from "node:crypto";
import { Reader } from "../../wire/reader.ts";
import { Writer } from "../../wire/writer.ts";
import type { Offer } from "./fingerprint.ts";

/** What an SSH server said of itself before anything is encrypted. */
export interface HeardOffer extends Offer {
  /** HASSH-server: MD5 of `kex;encryption;mac;compression`, each server to client (salesforce/hassh). */
  readonly hassh: string;
}

const KEXINIT = 20;
const MAX_PACKET = 35_000;

/**
 * The first KEXINIT within what a server said, or undefined.
 *
 * RFC 4253 §4.2: lines, the identification among them
 * RFC 4253 §6:   uint32 packet_length, byte padding_length, payload, padding
 * RFC 4253 §7.1: byte 20, byte[16] cookie, ten name-lists
 */
export function parseOffer(heard: Uint8Array): HeardOffer | undefined {
  const text = Buffer.from(heard.subarray(0, 8192)).toString("latin1");
  const line = /(?:^|\n)(SSH-[^\r\n]{0,255})\r?\n/.exec(text);
  if (line?.[1] === undefined) return undefined;
  const reader = new Reader(heard, line.index + line[0].length);
  const size = reader.u32();
  const padding = reader.u8();
  if (size > MAX_PACKET || size < padding + 1) return undefined;
  const payload = new Reader(reader.bytes(size - padding - 1));
  if (reader.short || reader.left < padding || payload.u8() !== KEXINIT) return undefined;
  return lists(payload, line[1]);
}

function lists(payload: Reader, identification: string): HeardOffer | undefined {
  payload.bytes(16);
  const read = () => payload.string32(MAX_PACKET).toString("latin1");
  const [kex, hostKeys, , encryption, , mac, , compression] = [read(), read(), read(), read(), read(), read(), read(), read()];
  if (payload.short) return undefined;
  return {
    identification,
    kex: names(kex),
    hostKeys: names(hostKeys),
    encryption: names(encryption),
    mac: names(mac),
    compression: names(compression),
    hassh: hasshOf({ kex, encryption, mac, compression }),
  };
}

export function hasshOf(offer: Readonly<Record<"kex" | "encryption" | "mac" | "compression", string>>): string {
  return createHash("md5").update(`${offer.kex};${offer.encryption};${offer.mac};${offer.compression}`, "latin1").digest("hex");
}

/** Identification and KEXINIT as bytes; the cookie follows from the lists, so that the same offer is the same bytes. */
export function encodeOffer(offer: Offer): Uint8Array {
  const both = [offer.encryption, offer.encryption, offer.mac, offer.mac, offer.compression, offer.compression, [], []];
  const cookie = createHash("md5").update(JSON.stringify(offer)).digest();
  const payload = new Writer().u8(KEXINIT).bytes(cookie);
  for (const list of [offer.kex, offer.hostKeys, ...both]) payload.string32(Buffer.from(list.join(","), "latin1"));
  const body = payload.u8(0).u32(0).finish();
  // RFC 4253 §6: at least four bytes of padding, to a multiple of eight.
  const padding = 4 + ((8 - ((body.length + 9) % 8)) % 8);
  const packet = new Writer(body.length + 64).u32(body.length + padding + 1).u8(padding);
  return Buffer.concat([Buffer.from(`${offer.identification}\r\n`, "latin1"), packet.bytes(body).bytes(Buffer.alloc(padding)).finish()]);
}

function names(list: string): readonly string[] {
  return list === "" ? [] : list.split(",");
}
