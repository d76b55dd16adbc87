import type { EntryState, ModuleChange, MountChange, ProcessChange } from "./change.ts";

/** All that the ledger can do to a host. Each call is one step: it is done, or it throws and is not. */
export interface HostPort {
  look(path: string): EntryState;
  read(path: string): Uint8Array;
  /** A new, empty file, for its owner only; throws where something is there. */
  createFile(path: string): void;
  /** Contents from the first byte on, and nothing behind them; the inode stays. Durable. */
  writeFile(path: string, contents: Uint8Array): void;
  createDirectory(path: string): void;
  createLink(path: string, target: string): void;
  isEmpty(path: string): boolean;
  /** A file, a link, or an empty directory. */
  remove(path: string): void;
  setMode(path: string, mode: number): void;
  setOwner(path: string, uid: number, gid: number): void;
  /** Nanoseconds since 1970. */
  setModified(path: string, modified: string): void;
  /** An extended attribute, Base64; undefined: it goes. */
  setAttribute(path: string, attribute: { readonly name: string; readonly value: string | undefined }): void;
  /** Makes the names in a directory durable. */
  syncFolder(path: string): void;

  /** What is mounted at a path in process 1's namespace, `type source`; undefined: nothing. */
  mounted(path: string): string | undefined;
  mount(change: MountChange): void;
  unmount(path: string): void;
  sysctl(name: string): string | undefined;
  setSysctl(name: string, value: string): void;
  isLoaded(module: string): boolean;
  loadModule(change: ModuleChange): void;
  unloadModule(change: ModuleChange): void;
  /** The process that has the token, `pid started`; undefined: none. */
  running(token: string): string | undefined;
  startProcess(change: ProcessChange): void;
  stopProcess(token: string): void;
  /** Hardware address of a network link; undefined: there is no such link. */
  linkAddress(name: string): string | undefined;
  hasLink(name: string): boolean;
  setLinkAddress(name: string, address: string): void;
  renameLink(from: string, to: string): void;
}
