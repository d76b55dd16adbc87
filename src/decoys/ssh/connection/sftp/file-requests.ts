import { Buffer } from "node:buffer";
import type { Errno, OpenFile, OpenHow } from "../../../../shell/file-system.ts";
import type { Reader } from "../../../../wire/reader.ts";
import { Writer } from "../../../../wire/writer.ts";
import { Upload } from "../upload.ts";
import { readAttributes } from "./attributes.ts";
import {
  absolute,
  attributesReply,
  BROKEN,
  handleReply,
  offset,
  type Reply,
  readPath,
  release,
  resultReply,
  type SftpContext,
  statusOf,
  statusReply,
} from "./context.ts";
import { Fxp, OpenFlag, Status } from "./messages.ts";
import { UMASK } from "./umask.ts";

/** SFTP_MAX_MSG_LENGTH - 1024 of sftp-server. */
export const MAX_READ_BYTES = 256 * 1024 - 1024;

/** `string path, uint32 pflags, ATTRS` (§6.3) */
export function open(context: SftpContext, request: Reader): Reply | typeof BROKEN {
  const path = absolute(context, readPath(request));
  const flags = request.u32();
  const { mode = 0o666 } = readAttributes(request);
  if (request.short) return BROKEN;
  const how = openHow(flags, mode & ~UMASK);
  const file = openPath(context, path, how);
  if ("errno" in file) return statusReply(statusOf(file));
  const source = { peer: context.peer, fs: context.fs, path, way: "sftp" as const };
  const upload = how.write === true ? new Upload(file, source) : undefined;
  const handle = context.handles.add({ kind: "file", path, file, upload, append: how.append === true, readBytes: 0 });
  if (handle !== undefined) return handleReply(handle);
  file.close();
  return statusReply(Status.failure);
}

function openHow(flags: number, mode: number): OpenHow {
  const write = (flags & OpenFlag.write) !== 0;
  return {
    read: !write || (flags & OpenFlag.read) !== 0,
    write,
    append: (flags & OpenFlag.append) !== 0,
    create: (flags & OpenFlag.create) !== 0,
    truncate: (flags & OpenFlag.truncate) !== 0,
    exclusive: (flags & OpenFlag.exclusive) !== 0,
    mode,
    way: "sftp",
  };
}

/** open(2) takes a directory for reading; only the reads fail then. */
function openPath(context: SftpContext, path: string, how: OpenHow): OpenFile | Errno {
  const file = context.fs.open(path, how, context.account.credentials);
  if (!("errno" in file) || file.errno !== "EISDIR" || how.write === true) return file;
  const stat = context.fs.stat(path, context.account.credentials);
  if ("errno" in stat) return stat;
  const refused: Errno = { errno: "EISDIR" };
  return { stat, read: () => refused, write: () => refused, truncate: () => refused, close: () => undefined };
}

/** `string handle` (§6.3) */
export function close(context: SftpContext, request: Reader): Reply | typeof BROKEN {
  const bytes = request.string32();
  if (request.short) return BROKEN;
  const handle = context.handles.remove(bytes);
  if (handle === undefined) return statusReply(Status.noSuchFile);
  release(context, handle);
  return statusReply(Status.ok);
}

/** `string handle, uint64 offset, uint32 length` (§6.4) */
export function read(context: SftpContext, request: Reader): Reply | typeof BROKEN {
  const handle = context.handles.findFile(request.string32());
  const at = offset(request.u64());
  const bytes = Math.min(request.u32(), MAX_READ_BYTES);
  if (request.short) return BROKEN;
  if (handle === undefined) return statusReply(Status.failure);
  if (at === undefined) return statusReply(Status.badMessage);
  const data = bytes === 0 ? "" : handle.file.read(at, bytes);
  if (typeof data !== "string") return statusReply(statusOf(data));
  if (data === "") return statusReply(Status.endOfFile);
  handle.readBytes += data.length;
  return { type: Fxp.data, body: new Writer(4 + data.length).string32(Buffer.from(data, "latin1")).finish() };
}

/** `string handle, uint64 offset, string data` (§6.4) */
export function write(context: SftpContext, request: Reader): Reply | typeof BROKEN {
  const handle = context.handles.findFile(request.string32());
  const at = offset(request.u64());
  const data = request.string32();
  if (request.short) return BROKEN;
  if (handle === undefined) return statusReply(Status.failure);
  if (at === undefined) return statusReply(Status.badMessage);
  if (handle.upload === undefined) return statusReply(Status.noSuchFile);
  return resultReply(handle.upload.write(handle.append ? handle.file.stat.size : at, data));
}

/** `string handle` (§6.8) */
export function fstat(context: SftpContext, request: Reader): Reply | typeof BROKEN {
  const handle = context.handles.find(request.string32());
  if (request.short) return BROKEN;
  if (handle === undefined) return statusReply(Status.failure);
  return attributesReply(handle.kind === "file" ? handle.file.stat : context.fs.stat(handle.path, context.account.credentials));
}
