/**
 * OpenSSH's extensions of SFTP (PROTOCOL of OpenSSH, section 4; draft-ietf-secsh-filexfer-extensions-00 for copy-data and home-directory).
 * Only those are answered that the persona's version announces.
 */
import { Buffer } from "node:buffer";
import type { Reader } from "../../../../wire/reader.ts";
import { Writer } from "../../../../wire/writer.ts";
import {
  type Answer,
  absolute,
  BROKEN,
  nameReply,
  offset,
  type Reply,
  readPath,
  resultReply,
  type SftpContext,
  statusReply,
} from "./context.ts";
import { MAX_READ_BYTES } from "./file-requests.ts";
import { type FileHandle, MAX_HANDLES } from "./handles.ts";
import { Fxp, Status } from "./messages.ts";
import { lsetstat, resolveReply } from "./path-requests.ts";

const MAX_PACKET_BYTES = 256 * 1024;
const MAX_COPY_BYTES = 16 << 20;
const COPY_BYTES = 65_536;
const BLOCK_BYTES = 4096;
const MAX_NAME_BYTES = 255;
/** Users and groups named in one answer. */
const MAX_IDS = 4096;

/** `string extension name, ...` (§8) */
export function extended(context: SftpContext, request: Reader): Reply | typeof BROKEN {
  const name = request.string32().toString("latin1");
  if (request.short) return BROKEN;
  const announced = context.extensions.some((extension) => extension.name === name);
  const answer = announced && Object.hasOwn(EXTENSIONS, name) ? EXTENSIONS[name] : undefined;
  return answer?.(context, request) ?? statusReply(Status.unsupported);
}

const EXTENSIONS: Readonly<Record<string, Answer>> = {
  "posix-rename@openssh.com": posixRename,
  "statvfs@openssh.com": statvfs,
  "fstatvfs@openssh.com": fstatvfs,
  "hardlink@openssh.com": hardlink,
  "fsync@openssh.com": fsync,
  "lsetstat@openssh.com": lsetstat,
  "limits@openssh.com": limits,
  "expand-path@openssh.com": expandPath,
  "copy-data": copyData,
  "home-directory": homeDirectory,
  "users-groups-by-id@openssh.com": usersGroupsById,
};

function posixRename(context: SftpContext, request: Reader): Reply | typeof BROKEN {
  const from = absolute(context, readPath(request));
  const to = absolute(context, readPath(request));
  return request.short ? BROKEN : resultReply(context.fs.rename(from, to, context.account.credentials));
}

function hardlink(context: SftpContext, request: Reader): Reply | typeof BROKEN {
  const from = absolute(context, readPath(request));
  const to = absolute(context, readPath(request));
  return request.short ? BROKEN : resultReply(context.fs.link(from, to, context.account.credentials));
}

function statvfs(context: SftpContext, request: Reader): Reply | typeof BROKEN {
  const path = absolute(context, readPath(request));
  if (request.short) return BROKEN;
  const found = context.fs.stat(path, context.account.credentials);
  return "errno" in found ? resultReply(found) : usageReply(context, path);
}

function fstatvfs(context: SftpContext, request: Reader): Reply | typeof BROKEN {
  const handle = context.handles.find(request.string32());
  if (request.short) return BROKEN;
  return handle === undefined ? statusReply(Status.failure) : usageReply(context, handle.path);
}

/** Eleven uint64: block and fragment size, blocks (all, free, available), inodes (the same), file system id, flags, longest name. */
function usageReply({ fs, peer }: SftpContext, path: string): Reply {
  const { sizeKib, usedKib, inodes, inodesUsed } = fs.usage(path);
  const blocks = (kib: number) => BigInt(Math.floor((kib * 1024) / BLOCK_BYTES));
  const id = BigInt(`0x${peer.persona.seed.slice(0, 16)}`);
  const writer = new Writer(88).u64(BigInt(BLOCK_BYTES)).u64(BigInt(BLOCK_BYTES)).u64(blocks(sizeKib));
  writer.u64(blocks(sizeKib - usedKib)).u64(blocks(Math.max(0, sizeKib * 0.95 - usedKib)));
  writer
    .u64(BigInt(inodes))
    .u64(BigInt(inodes - inodesUsed))
    .u64(BigInt(inodes - inodesUsed));
  return { type: Fxp.extendedReply, body: writer.u64(id).u64(0n).u64(BigInt(MAX_NAME_BYTES)).finish() };
}

function fsync(context: SftpContext, request: Reader): Reply | typeof BROKEN {
  const handle = context.handles.findFile(request.string32());
  if (request.short) return BROKEN;
  return statusReply(handle === undefined ? Status.noSuchFile : Status.ok);
}

/** Four uint64: longest packet, longest read, longest write, handles. */
function limits(): Reply {
  const sizes = [MAX_PACKET_BYTES, MAX_READ_BYTES, MAX_READ_BYTES, MAX_HANDLES];
  const writer = new Writer(32);
  for (const size of sizes) writer.u64(BigInt(size));
  return { type: Fxp.extendedReply, body: writer.finish() };
}

function expandPath(context: SftpContext, request: Reader): Reply | typeof BROKEN {
  const path = readPath(request);
  if (request.short) return BROKEN;
  const [, name, rest = ""] = /^~([^/]*)([\s\S]*)$/.exec(path) ?? [];
  if (name === undefined) return resolveReply(context, absolute(context, path));
  if (name === "") return resolveReply(context, absolute(context, rest.replace(/^\/+/, "")));
  const user = context.peer.persona.users.find((one) => one.name === name);
  return user === undefined ? statusReply(Status.noSuchFile, "no such user") : resolveReply(context, `${user.home}${rest}`);
}

function homeDirectory(context: SftpContext, request: Reader): Reply | typeof BROKEN {
  const name = readPath(request);
  if (request.short) return BROKEN;
  const user = context.peer.persona.users.find((one) => one.name === name);
  return user === undefined ? statusReply(Status.failure) : nameReply(user.home);
}

/** `string uids, string gids`, each uint32 after uint32; answered by `string user names, string group names`, each a string; empty: unknown. */
function usersGroupsById(context: SftpContext, request: Reader): Reply | typeof BROKEN {
  const uids = readIds(request.string32());
  const gids = readIds(request.string32());
  if (request.short) return BROKEN;
  const { users, groups } = context.peer.persona;
  const userNames = uids.map((uid) => users.find((user) => user.uid === uid)?.name ?? "");
  const groupNames = gids.map((gid) => groups.find((group) => group.gid === gid)?.name ?? "");
  return { type: Fxp.extendedReply, body: new Writer().string32(encodeNames(userNames)).string32(encodeNames(groupNames)).finish() };
}

function readIds(bytes: Buffer): readonly number[] {
  const count = Math.min(Math.floor(bytes.length / 4), MAX_IDS);
  return Array.from({ length: count }, (_, index) => bytes.readUInt32BE(index * 4));
}

function encodeNames(names: readonly string[]): Buffer {
  const writer = new Writer();
  for (const name of names) writer.string32(name);
  return writer.finish();
}

/** `string handle, uint64 offset, uint64 length (0: to the end), string handle, uint64 offset` */
function copyData(context: SftpContext, request: Reader): Reply | typeof BROKEN {
  const from = context.handles.findFile(request.string32());
  const fromAt = offset(request.u64());
  const length = offset(request.u64());
  const to = context.handles.findFile(request.string32());
  const toAt = offset(request.u64());
  if (request.short) return BROKEN;
  if (from === undefined || to === undefined || from === to || from.path === to.path) return statusReply(Status.failure);
  if (fromAt === undefined || length === undefined || toAt === undefined) return statusReply(Status.badMessage);
  return copy(from, to, { fromAt, toAt, length: length === 0 ? Number.MAX_SAFE_INTEGER : length });
}

function copy(from: FileHandle, to: FileHandle, range: { fromAt: number; toAt: number; length: number }): Reply {
  const bytes = Math.min(range.length, MAX_COPY_BYTES);
  let done = 0;
  while (done < bytes) {
    const piece = from.file.read(range.fromAt + done, Math.min(COPY_BYTES, bytes - done));
    if (typeof piece !== "string") return resultReply(piece);
    if (piece === "") break;
    const written = to.upload?.write(range.toAt + done, Buffer.from(piece, "latin1")) ?? { errno: "EBADF" };
    if ("errno" in written) return resultReply(written);
    done += piece.length;
  }
  const wantedAll = range.length === Number.MAX_SAFE_INTEGER;
  return statusReply(wantedAll || done === range.length ? Status.ok : Status.failure);
}
