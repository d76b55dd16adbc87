import { closeSync, openSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import koffi from "koffi";

/** What the steward needs of the C library and Node has not: who is at the other end of a socket, and a lock that dies with its owner. */
interface LibC {
  getsockopt(socket: number, level: number, ...rest: readonly [option: number, value: Uint8Array, size: Uint8Array]): number;
  flock(file: number, operation: number): number;
}

const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const LOCK_EX = 2;
const LOCK_NB = 4;

let loaded: LibC | undefined;

function libC(): LibC {
  if (loaded === undefined) {
    const library = koffi.load("libc.so.6");
    loaded = {
      getsockopt: library.func("int getsockopt(int, int, int, _Out_ uint8_t *, _Inout_ uint8_t *)"),
      flock: library.func("int flock(int, int)"),
    };
  }
  return loaded;
}

export interface Peer {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Who connected, as the kernel knows it; undefined: it cannot be told, so it is nobody.
 * unix(7), `struct ucred`: pid, uid, gid, 4 bytes each in the host's order.
 */
export function peerOf(socket: Socket): Peer | undefined {
  const handle: unknown = Reflect.get(socket, "_handle");
  const descriptor: unknown = typeof handle === "object" && handle !== null ? Reflect.get(handle, "fd") : undefined;
  if (typeof descriptor !== "number" || descriptor < 0) return undefined;
  const credentials = Buffer.alloc(12);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(credentials.length);
  if (libC().getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, credentials, size) !== 0) return undefined;
  return { pid: credentials.readInt32LE(0), uid: credentials.readUInt32LE(4), gid: credentials.readUInt32LE(8) };
}

export interface FolderLock extends Disposable {
  /** Who is handed it holds the lock as well. */
  readonly descriptor: number;
}

/** Undefined: another process holds it. It ends with this process and those that were handed it, however they end. */
export function lockFolder(folder: string): FolderLock | undefined {
  const file = openSync(join(folder, "lock"), "a", 0o600);
  if (libC().flock(file, LOCK_EX | LOCK_NB) === 0) return { descriptor: file, [Symbol.dispose]: () => closeSync(file) };
  closeSync(file);
  return undefined;
}
