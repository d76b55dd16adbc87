import { Buffer } from "node:buffer";
import type { Errno, FileSystem, Ok, Stat } from "../../../../shell/file-system.ts";
import type { Reader } from "../../../../wire/reader.ts";
import { Writer } from "../../../../wire/writer.ts";
import { type Attributes, readAttributes, writeAttributes } from "./attributes.ts";
import {
  absolute,
  attributesReply,
  BROKEN,
  handleReply,
  nameReply,
  offset,
  type Reply,
  readPath,
  resultReply,
  type SftpContext,
  statusOf,
  statusReply,
} from "./context.ts";
import { longName } from "./long-name.ts";
import { Fxp, Status } from "./messages.ts";
import { UMASK } from "./umask.ts";

/** Entries in one answer to READDIR, as sftp-server's. */
const MAX_ENTRIES = 100;

/** ftruncate(2) on a descriptor that is only for reading. */
const EINVAL: Errno = { errno: "EINVAL" };

type PathAction = (fs: FileSystem, path: string, context: SftpContext) => Reply;

/** A request that is one path. */
function onPath(act: PathAction) {
  return (context: SftpContext, request: Reader): Reply | typeof BROKEN => {
    const path = absolute(context, readPath(request));
    return request.short ? BROKEN : act(context.fs, path, context);
  };
}

export const stat = onPath((fs, path, { account }) => attributesReply(fs.stat(path, account.credentials)));
export const lstat = onPath((fs, path, { account }) => attributesReply(fs.lstat(path, account.credentials)));
export const remove = onPath((fs, path, { account }) => resultReply(fs.remove(path, account.credentials)));
export const rmdir = onPath((fs, path, { account }) => resultReply(fs.removeDirectory(path, account.credentials)));
export const realpath = onPath((_fs, path, context) => resolveReply(context, path));

export const readlink = onPath((fs, path, { account }) => {
  const target = fs.readLink(path, account.credentials);
  return typeof target === "string" ? nameReply(target) : statusReply(statusOf(target));
});

export const opendir = onPath((fs, path, { account, handles }) => {
  const names = fs.list(path, account.credentials);
  if ("errno" in names) return statusReply(statusOf(names));
  const handle = handles.add({ kind: "directory", path, names: undefined });
  return handle === undefined ? statusReply(Status.failure) : handleReply(handle);
});

/** The absolute path without links; its last part need not exist. */
export function resolveReply({ fs, account }: SftpContext, path: string): Reply {
  const resolved = fs.realPath(path, account.credentials);
  if (typeof resolved === "string") return nameReply(resolved);
  const slash = path.replace(/(?<!\/)\/+$/, "").lastIndexOf("/");
  const last = path.slice(slash + 1).replace(/(?<!\/)\/+$/, "");
  if (resolved.errno !== "ENOENT" || last === "." || last === "..") return statusReply(statusOf(resolved));
  const parent = fs.realPath(path.slice(0, slash) || "/", account.credentials);
  if (typeof parent !== "string") return statusReply(statusOf(parent));
  return nameReply(parent === "/" ? `/${last}` : `${parent}/${last}`);
}

/** `string handle` (§6.7) */
export function readdir(context: SftpContext, request: Reader): Reply | typeof BROKEN {
  const handle = context.handles.find(request.string32());
  if (request.short) return BROKEN;
  if (handle?.kind !== "directory") return statusReply(Status.failure);
  const { fs, account, peer } = context;
  if (handle.names === undefined) {
    const listed = fs.list(handle.path, account.credentials);
    handle.names = [".", "..", ...("errno" in listed ? [] : listed)];
  }
  const batch = handle.names.slice(0, MAX_ENTRIES);
  handle.names = handle.names.slice(MAX_ENTRIES);
  const entries = batch.flatMap((name) => {
    const found = fs.lstat(`${handle.path}/${name}`, account.credentials);
    return "errno" in found ? [] : [{ name, found }];
  });
  if (entries.length === 0) return statusReply(Status.endOfFile);
  const nowMs = peer.now().wallMs;
  const writer = new Writer(4096).u32(entries.length);
  for (const { name, found } of entries) {
    writer.string32(Buffer.from(name, "latin1")).string32(Buffer.from(longName(name, found, { persona: peer.persona, nowMs }), "latin1"));
    writeAttributes(writer, found);
  }
  return { type: Fxp.name, body: writer.finish() };
}

/** `string path, ATTRS` (§6.6) */
export function mkdir(context: SftpContext, request: Reader): Reply | typeof BROKEN {
  const path = absolute(context, readPath(request));
  const { mode = 0o777 } = readAttributes(request);
  if (request.short) return BROKEN;
  return resultReply(context.fs.makeDirectory(path, mode & ~UMASK, context.account.credentials));
}

/** `string path, ATTRS` (§6.9) */
export function setstat(context: SftpContext, request: Reader): Reply | typeof BROKEN {
  const path = absolute(context, readPath(request));
  const wanted = readAttributes(request);
  return request.short ? BROKEN : resultReply(change(context, path, wanted));
}

/** `string handle, ATTRS` (§6.9) */
export function fsetstat(context: SftpContext, request: Reader): Reply | typeof BROKEN {
  const handle = context.handles.find(request.string32());
  const wanted = readAttributes(request);
  if (request.short) return BROKEN;
  if (handle === undefined) return statusReply(Status.failure);
  if (wanted.size === undefined || handle.kind === "directory") return resultReply(change(context, handle.path, wanted));
  // By the handle, so that the file is still the one that is being written; clients cut it to its size at the end.
  const { size, ...others } = wanted;
  const cut = handle.upload?.truncate(offset(size) ?? Number.MAX_SAFE_INTEGER) ?? EINVAL;
  const changed = change(context, handle.path, others);
  return resultReply("errno" in changed ? changed : cut);
}

/** As setstat, but the link itself; the permissions of a link cannot be changed, its size makes no sense. */
export function lsetstat(context: SftpContext, request: Reader): Reply | typeof BROKEN {
  const path = absolute(context, readPath(request));
  const wanted = readAttributes(request);
  if (request.short) return BROKEN;
  const found = context.fs.lstat(path, context.account.credentials);
  if ("errno" in found) return statusReply(wanted.size === undefined ? statusOf(found) : Status.badMessage);
  if (wanted.size !== undefined) return statusReply(Status.badMessage);
  if (found.kind !== "link") return resultReply(change(context, path, wanted));
  return statusReply(wanted.mode === undefined ? Status.ok : Status.failure);
}

/** Each wish on its own; the last error is told, as sftp-server does. */
function change(context: SftpContext, path: string, wanted: Attributes): Ok | Errno {
  const { fs, account } = context;
  const who = account.credentials;
  const { size, mode, times, owner } = wanted;
  const results: (Ok | Errno)[] = [];
  if (size !== undefined) results.push(fs.truncate(path, offset(size) ?? Number.MAX_SAFE_INTEGER, who));
  if (mode !== undefined) results.push(fs.chmod(path, mode, who));
  if (times !== undefined) results.push(fs.setTimes(path, { accessMs: times.access * 1000, modifyMs: times.modify * 1000 }, who));
  if (owner !== undefined) results.push(fs.chown(path, owner, who));
  return results.findLast((result) => "errno" in result) ?? { ok: true };
}

/** `string old path, string new path` (§6.5): never over an existing file, done by link and remove for files. */
export function rename(context: SftpContext, request: Reader): Reply | typeof BROKEN {
  const from = absolute(context, readPath(request));
  const to = absolute(context, readPath(request));
  if (request.short) return BROKEN;
  const { fs, account } = context;
  const who = account.credentials;
  const found = fs.lstat(from, who);
  if ("errno" in found) return statusReply(statusOf(found));
  return isTaken(fs.lstat(to, who)) ? statusReply(Status.failure) : resultReply(fs.rename(from, to, who));
}

function isTaken(found: Stat | Errno): boolean {
  return !("errno" in found);
}

/** `string target, string link path`: OpenSSH's order, not the draft's (§6.10). */
export function symlink(context: SftpContext, request: Reader): Reply | typeof BROKEN {
  const target = readPath(request);
  const path = absolute(context, readPath(request));
  return request.short ? BROKEN : resultReply(context.fs.symlink(target, path, context.account.credentials));
}
