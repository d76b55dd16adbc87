/**
 * The virtual file system: the persona's tree below, what this source changed above (copy-on-write), and generated files such as /proc beside them.
 * Paths and contents are bytes in disguise: a string with one code unit (0-255) for each byte, so that any name survives. Errors are values: an errno name.
 * Used by the shell's programs, and by SFTP and SCP.
 */
export interface FileSystem {
  /** Looks up `path` (absolute), following symbolic links, as `who`. */
  stat(path: string, who: Credentials): Stat | Errno;
  lstat(path: string, who: Credentials): Stat | Errno;
  /** Names in a directory, without . and .., in the order that readdir of a real ext4 might give. */
  list(path: string, who: Credentials): readonly string[] | Errno;
  readLink(path: string, who: Credentials): string | Errno;
  /** The absolute path with all links resolved. */
  realPath(path: string, who: Credentials): string | Errno;
  open(path: string, how: OpenHow, who: Credentials): OpenFile | Errno;
  makeDirectory(path: string, mode: number, who: Credentials): Ok | Errno;
  remove(path: string, who: Credentials): Ok | Errno;
  removeDirectory(path: string, who: Credentials): Ok | Errno;
  rename(from: string, to: string, who: Credentials): Ok | Errno;
  link(from: string, to: string, who: Credentials): Ok | Errno;
  symlink(target: string, path: string, who: Credentials): Ok | Errno;
  chmod(path: string, mode: number, who: Credentials): Ok | Errno;
  chown(path: string, owner: { readonly uid: number; readonly gid: number }, who: Credentials): Ok | Errno;
  /** Times in Unix milliseconds. */
  setTimes(path: string, times: { readonly accessMs: number; readonly modifyMs: number }, who: Credentials): Ok | Errno;
  truncate(path: string, size: number, who: Credentials): Ok | Errno;
  /** A fifo, or a device node (root only). */
  makeNode(path: string, node: NewNode, who: Credentials): Ok | Errno;
  /** May `who` read (4), write (2), execute (1) it, or several of them? */
  access(path: string, wanted: number, who: Credentials): Ok | Errno;
  /** Totals of the file system that holds `path`, in KiB. */
  usage(path: string): { readonly sizeKib: number; readonly usedKib: number; readonly inodes: number; readonly inodesUsed: number };
}

export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  /** The process that asks, for /proc/self; absent: a file transfer. */
  readonly pid?: number;
}

export interface NewNode {
  readonly kind: "fifo" | "character" | "block";
  readonly mode: number;
  readonly device?: { readonly major: number; readonly minor: number } | undefined;
}

export interface OpenHow {
  readonly read?: boolean;
  readonly write?: boolean;
  readonly append?: boolean;
  readonly create?: boolean;
  readonly exclusive?: boolean;
  readonly truncate?: boolean;
  /** Permission bits for a created file; the caller has applied its umask. */
  readonly mode?: number;
  /** How the content comes, for quarantine: `redirect` unless told. */
  readonly way?: string;
}

/** An open file description. `read` returns "" at the end. */
export interface OpenFile {
  readonly stat: Stat;
  read(at: number, maxBytes: number): string | Errno;
  write(at: number, bytes: string): Ok | Errno;
  truncate(size: number): Ok | Errno;
  /** The same inode once more, as through /proc/PID/fd: the name may be gone. Absent: open it by its path. */
  reopen?(how: OpenHow, who: Credentials): OpenFile | Errno;
  /** Ends the use; a file that the visitor wrote is offered to quarantine when it was changed. */
  close(): void;
}

export interface Stat {
  readonly kind: "file" | "directory" | "link" | "character" | "block" | "fifo" | "socket";
  /** Permission, set-id and sticky bits, octal 07777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes. */
  readonly size: number;
  readonly inode: number;
  readonly links: number;
  readonly accessMs: number;
  readonly modifyMs: number;
  readonly changeMs: number;
  readonly device?: { readonly major: number; readonly minor: number };
}

export interface Ok {
  readonly ok: true;
}

export interface Errno {
  readonly errno: ErrnoName;
}

export type ErrnoName =
  | "EPERM"
  | "ENOENT"
  | "EIO"
  | "EACCES"
  | "EEXIST"
  | "ENOTDIR"
  | "EISDIR"
  | "EINVAL"
  | "EFBIG"
  | "ENOSPC"
  | "EROFS"
  | "EMLINK"
  | "ENAMETOOLONG"
  | "ENOTEMPTY"
  | "ELOOP"
  | "EXDEV"
  | "ETXTBSY"
  | "ENXIO"
  | "EBADF"
  | "ENODEV"
  | "EPIPE"
  | "EDQUOT"
  | "EBUSY";
