import type { Errno } from "./file-system.ts";
import type { SpawnErrno } from "./program.ts";

/** What strerror(3) of glibc (and musl, where equal) says. */
const MESSAGES: Readonly<Record<SpawnErrno["errno"], string>> = {
  EPERM: "Operation not permitted",
  ENOENT: "No such file or directory",
  EIO: "Input/output error",
  EACCES: "Permission denied",
  EEXIST: "File exists",
  ENOTDIR: "Not a directory",
  EISDIR: "Is a directory",
  EINVAL: "Invalid argument",
  EFBIG: "File too large",
  ENOSPC: "No space left on device",
  EROFS: "Read-only file system",
  EMLINK: "Too many links",
  ENAMETOOLONG: "File name too long",
  ENOTEMPTY: "Directory not empty",
  ELOOP: "Too many levels of symbolic links",
  EXDEV: "Invalid cross-device link",
  ETXTBSY: "Text file busy",
  ENXIO: "No such device or address",
  EBADF: "Bad file descriptor",
  ENODEV: "No such device",
  EDQUOT: "Disk quota exceeded",
  EPIPE: "Broken pipe",
  EBUSY: "Device or resource busy",
  EAGAIN: "Resource temporarily unavailable",
  ESRCH: "No such process",
  ENOEXEC: "Exec format error",
  E2BIG: "Argument list too long",
  ECHILD: "No child processes",
};

/** Whether a result of the file system is an error. */
export function isErrno<T>(result: T | Errno | SpawnErrno): result is Extract<T, Errno | SpawnErrno> | Errno | SpawnErrno;
export function isErrno(result: unknown): boolean {
  return typeof result === "object" && result !== null && "errno" in result;
}

/** The sentence that the system's programs print for an error. */
export function explain(error: Errno | SpawnErrno): string {
  return MESSAGES[error.errno];
}
