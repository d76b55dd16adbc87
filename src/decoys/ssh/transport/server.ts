import { Buffer } from "node:buffer";
import { Writer } from "../../../wire/writer.ts";
import type { SshPersona } from "../persona.ts";
import { dropbear } from "./family/dropbear.ts";
import type { Family } from "./family/family.ts";
import { openssh } from "./family/openssh.ts";
import { twisted } from "./family/twisted.ts";
import { encodeKexInitLists } from "./kex-init.ts";
import { kexMarkers } from "./kex-method.ts";
import { message } from "./message.ts";

/** What all sessions of one persona share, computed once. */
export interface Server {
  readonly persona: SshPersona;
  readonly family: Family;
  /** Without line end. */
  readonly ident: Buffer;
  readonly identLine: Buffer;
  /** KEXINIT behind its cookie. */
  readonly kexInitLists: Buffer;
  /** Speaks strict key exchange if the visitor does. */
  readonly strict: boolean;
  /** SSH_MSG_EXT_INFO; undefined: never sent. */
  readonly extInfo: Buffer | undefined;
}

const FAMILIES: Readonly<Record<SshPersona["family"], Family>> = { openssh, dropbear, twisted };
const servers = new WeakMap<SshPersona, Server>();

export function serverFor(persona: SshPersona): Server {
  const known = servers.get(persona);
  if (known !== undefined) return known;
  const server = createServer(persona);
  servers.set(persona, server);
  return server;
}

function createServer(persona: SshPersona): Server {
  return {
    persona,
    family: FAMILIES[persona.family],
    ident: Buffer.from(persona.ident, "latin1"),
    identLine: Buffer.from(`${persona.ident}\r\n`, "latin1"),
    kexInitLists: encodeKexInitLists(persona),
    strict: persona.kex.includes(kexMarkers.strictServer),
    extInfo: encodeExtInfo(persona.extInfo),
  };
}

/** RFC 8308 §2.3: `byte 7, uint32 count, then for each: string name, string value`. */
function encodeExtInfo(extInfo: SshPersona["extInfo"]): Buffer | undefined {
  if (extInfo === undefined) return undefined;
  const writer = new Writer().u8(message.extInfo).u32(1 + extInfo.extensions.length);
  writer.string32("server-sig-algs").string32(extInfo.signatures.join(","));
  for (const { name, value } of extInfo.extensions) writer.string32(name).string32(value);
  return writer.finish();
}
