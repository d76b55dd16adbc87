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
  | ProcessChange
  | LinkAddressChange
  | LinkNameChange;

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
  /** The module itself, where it is none of the kernel's own. */
  readonly file?: string;
  /** Written when it is loaded: without them it is taken out again. */
  readonly settings?: ModuleSettingsText;
}

export interface ModuleSettingsText {
  /** A file that is there while the module is loaded. */
  readonly path: string;
  readonly text: string;
}

/** A background process; it is gone after a reboot, and applying it again brings it back. */
export interface ProcessChange {
  readonly kind: "process";
  /** Found by this again, in its environment: 32 hexadecimal digits that nobody else has. */
  readonly token: string;
  /** Its arguments from argv[0] on. */
  readonly command: readonly string[];
  /** The program that it is; the first of `command` unless given. */
  readonly program?: string;
  /** A file that it runs in the program's place, bound over it in a mount namespace of its own: `/proc/PID/exe` still names the program. */
  readonly body?: string;
  /** What `ps` calls it, told on its standard input: kernel/guard/sleeper.c takes it from there. */
  readonly name?: string;
}

/** The hardware address of a network link, which must take it while it is up. */
export interface LinkAddressChange {
  readonly kind: "link-address";
  /** Names that the link may have, the first that is there counts: a renamed one has its old name after a reboot. */
  readonly names: readonly string[];
  /** Lower case, such as `00:0c:29:1a:2b:3c`. */
  readonly address: string;
}

/** The name of a network link, which must take it while it is up. */
export interface LinkNameChange {
  readonly kind: "link-name";
  readonly from: string;
  readonly to: string;
}

/** What a reboot undoes by itself: gone, it is made again by applying it again. */
export const VOLATILE: ReadonlySet<Change["kind"]> = new Set(["mount", "sysctl", "module", "process", "link-address", "link-name"]);

/** How the thing that a change touches is: what `before` and `after` are compared by. */
export type State = EntryState | ValueState;

export interface EntryState {
  readonly is: "absent" | "file" | "directory" | "link" | "other";
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Nanoseconds since 1970, as a decimal number. */
  readonly modified?: string;
  /** Extended attributes by name, Base64; undefined where there are none. ACLs and capabilities are among them. */
  readonly attributes?: Readonly<Record<string, string>>;
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
    case "link-address":
      return `link-address ${change.names[0]}`;
    case "link-name":
      return `link-name ${change.from}`;
    case "sysctl":
    case "module":
      return `${change.kind} ${change.name}`;
  }
}
