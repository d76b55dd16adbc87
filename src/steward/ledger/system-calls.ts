import { getSystemErrorName } from "node:util";
import koffi from "koffi";

/**
 * What the kernel can do to a file and Node cannot ask for: times to the nanosecond, and extended attributes, ACLs and capabilities among
 * them. No call here follows a link in the last name.
 */
interface LibC {
  utimensat(folder: number, path: string, times: Uint8Array, flags: number): number;
  llistxattr(path: string, into: Uint8Array, size: number): number;
  lgetxattr(path: string, name: string, into: Uint8Array, size: number): number;
  lsetxattr(path: string, name: string, value: Uint8Array, ...rest: readonly [size: number, flags: number]): number;
  lremovexattr(path: string, name: string): number;
}

let loaded: LibC | undefined;

function libC(): LibC {
  if (loaded === undefined) {
    const library = koffi.load("libc.so.6");
    loaded = {
      utimensat: library.func("int utimensat(int, const char *, const uint8_t *, int)"),
      llistxattr: library.func("long llistxattr(const char *, _Out_ uint8_t *, size_t)"),
      lgetxattr: library.func("long lgetxattr(const char *, const char *, _Out_ uint8_t *, size_t)"),
      lsetxattr: library.func("int lsetxattr(const char *, const char *, const uint8_t *, size_t, int)"),
      lremovexattr: library.func("int lremovexattr(const char *, const char *)"),
    };
  }
  return loaded;
}

/** An error as Node's own are. */
export class SystemCallError extends Error {
  readonly code: string;

  constructor(call: string, path: string) {
    const code = getSystemErrorName(-koffi.errno());
    super(`${code}: ${call} '${path}'`);
    this.code = code;
  }
}

/** include/uapi/linux/fcntl.h, stat.h. */
const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const UTIME_OMIT = 0x3fff_fffen;
const SECOND = 1_000_000_000n;

/** @param modified nanoseconds since 1970 */
export function setModified(path: string, modified: string): void {
  const nanoseconds = BigInt(modified);
  const part = ((nanoseconds % SECOND) + SECOND) % SECOND;
  // Two of `struct timespec`: when it was read (left as it is), and when it was changed.
  const times = Buffer.alloc(32);
  times.writeBigInt64LE(UTIME_OMIT, 8);
  times.writeBigInt64LE((nanoseconds - part) / SECOND, 16);
  times.writeBigInt64LE(part, 24);
  if (libC().utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) !== 0) throw new SystemCallError("utimensat", path);
}

/** Attributes of the kernel's integrity measurement: it writes them itself, as it sees the contents. */
const KERNELS_OWN: ReadonlySet<string> = new Set(["security.ima", "security.evm"]);
/** xattr(7): names and values are at most this long. */
const MOST = 65_536;
const room = Buffer.alloc(MOST);

/** All extended attributes by name, values in Base64; empty where the file system has none. */
export function readAttributes(path: string): Readonly<Record<string, string>> {
  const size = libC().llistxattr(path, room, MOST);
  if (size <= 0) return {};
  const names = room.toString("latin1", 0, size).split("\0");
  const kept = names.filter((name) => name !== "" && !KERNELS_OWN.has(name)).sort();
  return Object.fromEntries(kept.flatMap((name) => readAttribute(path, name)));
}

function readAttribute(path: string, name: string): readonly [string, string][] {
  const size = libC().lgetxattr(path, name, room, MOST);
  return size < 0 ? [] : [[name, room.toString("base64", 0, size)]];
}

/** @param value Base64; undefined: the attribute goes. */
export function writeAttribute(path: string, name: string, value: string | undefined): void {
  const bytes = Buffer.from(value ?? "", "base64");
  const failed = value === undefined ? libC().lremovexattr(path, name) : libC().lsetxattr(path, name, bytes, bytes.length, 0);
  if (failed !== 0) throw new SystemCallError(value === undefined ? "lremovexattr" : "lsetxattr", path);
}
