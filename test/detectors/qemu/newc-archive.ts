/**
 * The archive from which a kernel fills its first file system (initramfs): cpio's "newc" format. Everything belongs to root, and has times of zero, so
 * that the same files give the same bytes.
 *
 * Source: Linux, Documentation/driver-api/early-userspace/buffer-format.rst.
 */
export type GuestFile =
  | string
  | Uint8Array
  | { readonly bytes: Uint8Array; readonly mode: number }
  | { readonly link: string }
  | { readonly directory: true };

/** By path, without a slash at the beginning. Directories above are made. */
export type GuestFiles = Readonly<Record<string, GuestFile>>;

const FILE = 0o100_000;
const LINK = 0o120_000;
const DIRECTORY = 0o040_000;

/** Files without a mode of their own may be read and run by everybody. */
export function newcArchive(files: GuestFiles): Uint8Array {
  const names = [...new Set([...Object.keys(files).flatMap(parents), ...Object.keys(files)])].sort();
  const entries = names.map((name, index) => entry(name, index + 1, files[name] ?? { directory: true }));
  return Buffer.concat([...entries.flat(), ...record("TRAILER!!!", { serial: 0, mode: 0, content: Buffer.alloc(0) })]);
}

function parents(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}

function entry(name: string, serial: number, file: GuestFile): readonly Uint8Array[] {
  if (typeof file === "string") return record(name, { serial, mode: FILE | 0o755, content: Buffer.from(file) });
  if (file instanceof Uint8Array) return record(name, { serial, mode: FILE | 0o755, content: file });
  if ("link" in file) return record(name, { serial, mode: LINK | 0o777, content: Buffer.from(file.link) });
  if ("directory" in file) return record(name, { serial, mode: DIRECTORY | 0o755, content: Buffer.alloc(0) });
  return record(name, { serial, mode: FILE | file.mode, content: file.bytes });
}

/**
 * ```
 * "070701"          magic
 * 13 x 8 hex digits ino mode uid gid nlink mtime filesize devmajor devminor rdevmajor rdevminor namesize check
 * name, NUL, padding to 4; content, padding to 4
 * ```
 */
function record(name: string, { serial, mode, content }: { serial: number; mode: number; content: Uint8Array }): readonly Uint8Array[] {
  const numbers = [serial, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, Buffer.byteLength(name) + 1, 0];
  const head = Buffer.from(`070701${numbers.map((value) => value.toString(16).padStart(8, "0")).join("")}${name}\0`);
  return [head, padding(head.length), content, padding(content.length)];
}

function padding(length: number): Uint8Array {
  return Buffer.alloc((4 - (length % 4)) % 4);
}
