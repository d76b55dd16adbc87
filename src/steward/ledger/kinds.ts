import { createHash } from "node:crypto";
import { dirname } from "node:path";
import type {
  AttributesChange,
  Change,
  DirectoryChange,
  EntryState,
  FileChange,
  LinkAddressChange,
  LinkChange,
  LinkNameChange,
  State,
} from "./change.ts";
import type { HostPort } from "./host-port.ts";

/**
 * How each kind of change is seen, made and undone. `makeChange` and `undoChange` may be begun anew wherever they were interrupted:
 * `isOurs` says whether what is there can have come from that. Nothing is overwritten that cannot.
 */
export function lookAt(change: Change, host: HostPort): State {
  switch (change.kind) {
    case "file":
    case "directory":
    case "link":
    case "attributes": {
      const { modified: folderModified } = host.look(dirname(change.path));
      return { ...host.look(change.path), ...(folderModified === undefined ? {} : { folderModified }) };
    }
    case "mount":
      return value(host.mounted(change.path));
    case "sysctl":
      return value(host.sysctl(change.name));
    case "module":
      return value(host.isLoaded(change.name) ? "loaded" : undefined);
    case "process":
      return value(host.running(change.token) === undefined ? undefined : "running");
    case "link-address":
      return value(host.linkAddress(linkOf(change, host)));
    case "link-name":
      return value(nameOfLink(change, host));
  }
}

function linkOf({ names }: LinkAddressChange, host: HostPort): string {
  return names.find((name) => host.hasLink(name)) ?? names[0] ?? "";
}

function nameOfLink({ from, to }: LinkNameChange, host: HostPort): string | undefined {
  const names = [from, to].filter((name) => host.hasLink(name));
  return names.length === 2 ? `${from} and ${to}` : names[0];
}

function value(text: string | undefined): State {
  return text === undefined ? { is: "value" } : { is: "value", value: text };
}

/** Why a change cannot be made over what is there, a sentence; undefined: it can. */
export function whyNotOver(change: Change, before: State): string | undefined {
  if (change.kind === "link-name" && before.is === "value" && before.value !== undefined && before.value !== change.from)
    return `there is a link ${change.to} already`;
  const there = before.is === "value" ? (before.value === undefined ? "absent" : "there") : before.is;
  if (WANTED[change.kind].includes(there)) return undefined;
  return there === "absent" ? "it is not there" : `it is ${there === "there" ? "there" : `a ${there}`} already, and not by us`;
}

/** What may be there before each kind of change. */
const WANTED: Readonly<Record<Change["kind"], readonly string[]>> = {
  file: ["absent", "file"],
  directory: ["absent"],
  link: ["absent"],
  attributes: ["file", "directory"],
  mount: ["absent"],
  sysctl: ["there"],
  module: ["absent"],
  process: ["absent"],
  "link-address": ["there"],
  "link-name": ["there"],
};

/** Equal in all that matters: a directory's time changes with what others make in it, and is restored where nobody did. */
export function isSame(one: State, other: State): boolean {
  if (one.is === "value" || other.is === "value")
    return one.is === other.is && "value" in one === "value" in other && textOf(one) === textOf(other);
  if (one.is !== other.is) return false;
  const time = one.is === "directory" || one.modified === other.modified;
  const sameRights = one.mode === other.mode && one.uid === other.uid && one.gid === other.gid;
  return time && sameRights && one.contents === other.contents && hasSameAttributes(one, other);
}

function hasSameAttributes({ attributes: one = {} }: EntryState, { attributes: other = {} }: EntryState): boolean {
  return Object.keys({ ...one, ...other }).every((name) => one[name] === other[name]);
}

function textOf(state: State): string | undefined {
  return state.is === "value" ? state.value : undefined;
}

/** What an interruption of making or undoing can have left. `kept`: what the file held before. */
export function isOurs(change: Change, { before, now, kept, host }: Interrupted): boolean {
  if (now.is === "value" || before.is === "value") return isSame(now, before) || wantedValue(change, now) === textOf(now);
  if (now.is === "absent") return before.is === "absent";
  switch (change.kind) {
    case "file":
      return now.is === "file" && isMixed(host.read(change.path), bytesOf(change), kept ?? new Uint8Array());
    case "link":
      return now.is === "link" && now.contents === change.target;
    case "directory":
      return now.is === "directory";
    default:
      return now.is === before.is && now.contents === before.contents;
  }
}

/** What a value is once the change is made; of those that are simply there, whatever it says. */
function wantedValue(change: Change, now: State): string | undefined {
  switch (change.kind) {
    case "sysctl":
      return change.value;
    case "link-address":
      return change.address;
    case "link-name":
      return change.to;
    default:
      return textOf(now);
  }
}

export interface Interrupted {
  readonly before: State;
  readonly now: State;
  readonly kept: Uint8Array | undefined;
  readonly host: HostPort;
}

/** Every byte is one of ours or one that was there: whatever part of a write arrived. */
function isMixed(now: Uint8Array, ours: Uint8Array, before: Uint8Array): boolean {
  return now.length <= Math.max(ours.length, before.length) && now.every((byte, at) => byte === ours[at] || byte === before[at]);
}

export function bytesOf(change: FileChange): Uint8Array {
  return Buffer.from(change.contents, "base64");
}

/** What the file must be kept for, when it is there. */
export function isRewritten(change: Change, before: State): change is FileChange {
  return change.kind === "file" && before.is === "file";
}

export function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

// ---- Making ----

export function makeChange(change: Change, before: State, host: HostPort): void {
  switch (change.kind) {
    case "file":
      return makeFile(change, before, host);
    case "directory":
      return makeDirectory(change, host);
    case "link":
      return makeLink(change, host);
    case "attributes":
      return setAttributes(change.path, { is: "other", ...attributesIn(change) }, host);
    case "mount":
      return host.mount(change);
    case "sysctl":
      return host.setSysctl(change.name, change.value);
    case "module":
      return host.loadModule(change);
    case "process":
      return host.startProcess(change);
    case "link-address":
      return host.setLinkAddress(linkOf(change, host), change.address);
    case "link-name":
      return host.renameLink(change.from, change.to);
  }
}

function attributesIn({ mode, uid, gid, modified }: AttributesChange | FileChange): Partial<EntryState> {
  return {
    ...(mode === undefined ? {} : { mode }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    ...(modified === undefined ? {} : { modified }),
  };
}

function makeFile(change: FileChange, before: State, host: HostPort): void {
  if (before.is === "absent") host.createFile(change.path);
  host.writeFile(change.path, bytesOf(change));
  const usual = before.is === "absent" ? { mode: 0o644, uid: 0, gid: 0 } : {};
  setAttributes(change.path, { is: "file", ...usual, ...attributesIn(change) }, host);
  host.syncFolder(dirname(change.path));
}

function makeDirectory(change: DirectoryChange, host: HostPort): void {
  host.createDirectory(change.path);
  setAttributes(change.path, { is: "directory", mode: change.mode, uid: change.uid ?? 0, gid: change.gid ?? 0 }, host);
  host.syncFolder(dirname(change.path));
}

function makeLink(change: LinkChange, host: HostPort): void {
  host.createLink(change.path, change.target);
  host.syncFolder(dirname(change.path));
}

/** Owner first: changing it takes set-user-ID bits and capabilities away. Then attributes: an ACL is one, and sets part of the mode. */
function setAttributes(path: string, wanted: EntryState, host: HostPort): void {
  const { mode, uid, gid, modified, attributes } = wanted;
  const now = host.look(path);
  const [user, group] = [uid ?? now.uid ?? 0, gid ?? now.gid ?? 0];
  if (user !== now.uid || group !== now.gid) host.setOwner(path, user, group);
  if (attributes !== undefined) setExtended(path, attributes, host);
  if (mode !== undefined && now.is !== "link") host.setMode(path, mode);
  if (modified !== undefined) host.setModified(path, modified);
}

function setExtended(path: string, wanted: Readonly<Record<string, string>>, host: HostPort): void {
  const { attributes: now = {} } = host.look(path);
  for (const name of Object.keys({ ...now, ...wanted }))
    if (now[name] !== wanted[name]) host.setAttribute(path, { name, value: wanted[name] });
}

// ---- Undoing ----

/** @param after how it was when it had been made; undefined: that is not known. */
export function undoChange(change: Change, { before, after, kept, host }: Undo): void {
  if (before.is === "value") return undoValue(change, before.value, host);
  if (!("path" in change) || change.kind === "mount") return;
  if (before.is === "absent") return removeEntry(change.path, { before, after, host });
  if (change.kind === "file" && kept !== undefined) host.writeFile(change.path, kept);
  const wanted = change.kind === "attributes" ? onlyChanged(change, before) : before;
  setAttributes(change.path, { ...wanted, attributes: before.attributes ?? {} }, host);
  host.syncFolder(dirname(change.path));
}

/** The directory's time goes back as well, unless somebody has changed the directory since. */
function removeEntry(path: string, { before, after, host }: { before: EntryState; after: State | undefined; host: HostPort }): void {
  const folder = dirname(path);
  const folderNow = host.look(folder).modified;
  const folderAfter = after === undefined || after.is === "value" ? undefined : after.folderModified;
  if (host.look(path).is !== "absent") host.remove(path);
  if (before.folderModified !== undefined && (folderAfter ?? folderNow) === folderNow) host.setModified(folder, before.folderModified);
  host.syncFolder(folder);
}

/** What the change set, as it was before. */
function onlyChanged(change: AttributesChange, before: EntryState): EntryState {
  return { is: before.is, ...Object.fromEntries(Object.entries(before).filter(([name]) => name in attributesIn(change))) };
}

export interface Undo {
  readonly before: State;
  readonly after: State | undefined;
  readonly kept: Uint8Array | undefined;
  readonly host: HostPort;
}

function undoValue(change: Change, before: string | undefined, host: HostPort): void {
  switch (change.kind) {
    case "mount":
      return onlyIf(host.mounted(change.path) !== undefined, () => host.unmount(change.path));
    case "sysctl":
      return onlyIf(before !== undefined, () => host.setSysctl(change.name, before ?? ""));
    case "module":
      return onlyIf(host.isLoaded(change.name), () => host.unloadModule(change));
    case "process":
      return host.stopProcess(change.token);
    case "link-address":
      return onlyIf(before !== undefined, () => host.setLinkAddress(linkOf(change, host), before ?? ""));
    case "link-name":
      return onlyIf(host.hasLink(change.to), () => host.renameLink(change.to, change.from));
    default:
      return undefined;
  }
}

function onlyIf(condition: boolean, act: () => void): void {
  if (condition) act();
}
