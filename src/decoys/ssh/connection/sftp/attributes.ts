import type { Stat } from "../../../../shell/file-system.ts";
import type { Reader } from "../../../../wire/reader.ts";
import type { Writer } from "../../../../wire/writer.ts";

/** What a visitor wants a file to be; only what was named is set. */
export interface Attributes {
  readonly size?: bigint;
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Permission bits, 07777. */
  readonly mode?: number;
  /** Unix times in seconds. */
  readonly times?: { readonly access: number; readonly modify: number };
}

const SIZE = 0x1;
const OWNER = 0x2;
const PERMISSIONS = 0x4;
const TIMES = 0x8;
const EXTENDED = 0x8000_0000;
/** More pairs than a packet can hold are a broken packet. */
const MAX_EXTENDED = 0x4_0000;

/**
 *   uint32    flags
 *   uint64    size           if SIZE
 *   uint32    uid, gid       if UIDGID
 *   uint32    permissions    if PERMISSIONS
 *   uint32    atime, mtime   if ACMODTIME
 *   uint32    count, then count pairs of strings   if EXTENDED        draft-ietf-secsh-filexfer-02 §5
 */
export function readAttributes(reader: Reader): Attributes {
  const flags = reader.u32();
  const size = flags & SIZE ? { size: reader.u64() } : undefined;
  const owner = flags & OWNER ? { owner: { uid: reader.u32(), gid: reader.u32() } } : undefined;
  const mode = flags & PERMISSIONS ? { mode: reader.u32() & 0o7777 } : undefined;
  const times = flags & TIMES ? { times: { access: reader.u32(), modify: reader.u32() } } : undefined;
  if ((flags & EXTENDED) !== 0) skipExtended(reader);
  return { ...size, ...owner, ...mode, ...times };
}

function skipExtended(reader: Reader): void {
  const count = Math.min(reader.u32(), MAX_EXTENDED);
  for (let at = 0; at < count && !reader.short; at += 1) {
    reader.string32();
    reader.string32();
  }
}

/** All attributes of a file, as OpenSSH sends them: size, owner, mode with its type, times. */
export function writeAttributes(writer: Writer, stat: Stat): Writer {
  return writer
    .u32(SIZE | OWNER | PERMISSIONS | TIMES)
    .u64(BigInt(stat.size))
    .u32(stat.uid)
    .u32(stat.gid)
    .u32(modeOf(stat))
    .u32(Math.floor(stat.accessMs / 1000))
    .u32(Math.floor(stat.modifyMs / 1000));
}

const TYPE_BITS: Readonly<Record<Stat["kind"], number>> = {
  fifo: 0o010000,
  character: 0o020000,
  directory: 0o040000,
  block: 0o060000,
  file: 0o100000,
  link: 0o120000,
  socket: 0o140000,
};

/** st_mode: type and permission bits. */
export function modeOf(stat: Stat): number {
  return TYPE_BITS[stat.kind] | stat.mode;
}
