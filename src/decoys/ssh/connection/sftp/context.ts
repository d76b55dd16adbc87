import { Buffer } from "node:buffer";
import type { Peer } from "../../../../decoy/peer.ts";
import type { Errno, FileSystem, Ok, Stat } from "../../../../shell/file-system.ts";
import type { Reader } from "../../../../wire/reader.ts";
import { Writer } from "../../../../wire/writer.ts";
import type { Account } from "../account.ts";
import { writeAttributes } from "./attributes.ts";
import type { Handle, Handles } from "./handles.ts";
import { Fxp, STATUS_TEXTS, Status } from "./messages.ts";

/** What answering one SFTP request may need. */
export interface SftpContext {
  readonly peer: Peer;
  readonly fs: FileSystem;
  readonly account: Account;
  readonly handles: Handles;
  readonly extensions: readonly { readonly name: string; readonly version: string }[];
}

/** An answer: its type and what follows the request's id. */
export interface Reply {
  readonly type: number;
  readonly body: Uint8Array;
}

/** The fields of a request did not fit: sftp-server dies of it. */
export const BROKEN = "broken";

/** Answers one request whose id has been read. */
export type Answer = (context: SftpContext, request: Reader) => Reply | typeof BROKEN;

export function statusReply(code: number, text = STATUS_TEXTS[code] ?? "Unknown error"): Reply {
  return { type: Fxp.status, body: new Writer().u32(code).string32(text).string32("").finish() };
}

/** Success, or what errno_to_portable makes of the error. */
export function resultReply(result: Ok | Errno): Reply {
  return statusReply("errno" in result ? statusOf(result) : Status.ok);
}

export function handleReply(handle: Uint8Array): Reply {
  return { type: Fxp.handle, body: new Writer().string32(handle).finish() };
}

export function attributesReply(stat: Stat | Errno): Reply {
  if ("errno" in stat) return statusReply(statusOf(stat));
  return { type: Fxp.attrs, body: writeAttributes(new Writer(32), stat).finish() };
}

/** One name without attributes, as REALPATH and READLINK answer. */
export function nameReply(name: string): Reply {
  const bytes = Buffer.from(name, "latin1");
  return { type: Fxp.name, body: new Writer().u32(1).string32(bytes).string32(bytes).u32(0).finish() };
}

export function statusOf({ errno }: Errno): number {
  switch (errno) {
    case "ENOENT":
    case "ENOTDIR":
    case "EBADF":
    case "ELOOP":
      return Status.noSuchFile;
    case "EPERM":
    case "EACCES":
      return Status.permissionDenied;
    case "ENAMETOOLONG":
    case "EINVAL":
      return Status.badMessage;
    default:
      return Status.failure;
  }
}

/** A path field as bytes in disguise. */
export function readPath(request: Reader): string {
  return request.string32().toString("latin1");
}

/** A path made absolute: sftp-server runs in the home directory. */
export function absolute({ account }: SftpContext, path: string): string {
  if (path.startsWith("/")) return path;
  const home = account.home === "/" ? "" : account.home;
  return path === "" || path === "." ? `${home}` || "/" : `${home}/${path}`;
}

/** An offset or size that JavaScript can hold; more is beyond any file. */
export function offset(value: bigint): number | undefined {
  return value <= 0x7fff_ffff_ffffn * 8n ? Number(value) : undefined;
}

/** Ends the use of a handle, and reports what the visitor took. */
export function release(context: SftpContext, handle: Handle): void {
  if (handle.kind === "directory") return;
  if (handle.upload === undefined) handle.file.close();
  else handle.upload.close();
  if (handle.readBytes === 0) return;
  const path = Buffer.from(handle.path, "latin1");
  context.peer.observe({ kind: "file.read", fields: { path, way: "sftp", size: handle.readBytes } });
}
