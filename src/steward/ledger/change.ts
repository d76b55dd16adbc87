/**
 * Changes to the host that the ledger knows how to make, to recognise and to undo. All of it is plain data: it is written down before it
 * is made, and read again after a crash.
 */
export type Change =
  | FileChange
  | DirectoryChange
  | LinkChange
  | AttributesChange
  | MountChange
  | SysctlChange
  | ModuleChange
  | ProcessChange;

/** A file gets these contents: one that is there keeps its inode, and with it hard links, extended attributes and ACLs. */
export interface FileChange {
  readonly kind: "file";
  readonly path: string;
  /** Base64. */
  readonly contents: string;
  /** Of a new file; one that is there keeps its own where they are not given. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Nanoseconds since 1970, as a decimal number. */
  readonly modified?: string;
}

/** A directory that is not there yet. */
export interface DirectoryChange {
  readonly kind: "directory";
  readonly path: string;
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** A symbolic link that is not there yet. */
export interface LinkChange {
  readonly kind: "link";
  readonly path: string;
  readonly target: string;
}

/** Mode, owner or time of something that is there. */
export interface AttributesChange {
  readonly kind: "attributes";
  readonly path: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly modified?: string;
}

/** In the mount namespace of process 1. */
export interface MountChange {
  readonly kind: "mount";
  readonly path: string;
  readonly source: string;
  readonly type: string;
  readonly options: string;
}

export interface SysctlChange {
  readonly kind: "sysctl";
  /** Below /proc/sys, such as `net/ipv4/ip_default_ttl`. */
  readonly name: string;
  readonly value: string;
}

export interface ModuleChange {
  readonly kind: "module";
  readonly name: string;
  readonly parameters: readonly string[];
}

export interface ProcessChange {
  readonly kind: "process";
  /** Found by this again, in its environment. */
  readonly token: string;
  readonly command: readonly string[];
}

/** How the thing that a change touches is: what `before` and `after` are compared by. */
export type State = EntryState | ValueState;

export interface EntryState {
  readonly is: "absent" | "file" | "directory" | "link" | "other";
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Nanoseconds since 1970, as a decimal number. */
  readonly modified?: string;
  /** SHA-256 of a file, target of a link. */
  readonly contents?: string;
  /** When its directory was changed last: making and removing a name changes that as well. */
  readonly folderModified?: string;
}

/** `undefined` in `value`: not mounted, not loaded, not running, no such setting. */
export interface ValueState {
  readonly is: "value";
  readonly value?: string;
}

/** What a change touches, the same for two changes of one thing. */
export function subjectOf(change: Change): string {
  switch (change.kind) {
    case "file":
    case "directory":
    case "link":
    case "attributes":
      return `path ${change.path}`;
    case "mount":
      return `mount ${change.path}`;
    case "process":
      return `process ${change.token}`;
    case "sysctl":
    case "module":
      return `${change.kind} ${change.name}`;
  }
}
