import { basename, dirname } from "node:path";
import type { Contents, Entry } from "../../../detectors/views/memory-files.ts";
import { bytesOf, isFile, isHidden } from "../../../disguise/overlay/attributes.ts";
import type { CarrierHost } from "../../apply/carriage.ts";
import type { Change } from "../../ledger/change.ts";
import { whyNever } from "./never.ts";

/**
 * Real files for a whole host: new names only, where nobody else has one and nothing acts on them. What is there already stays, but for the
 * few texts that are there to be read by people.
 */
export interface FilesCarried {
  readonly changes: readonly Change[];
  /** What is made, by the path that the effect gave it. */
  readonly seen: Contents;
  readonly leftOut: readonly string[];
}

/** Greetings, and the list of shells: rewritten in place, and given back exactly. */
const REWRITTEN: ReadonlySet<string> = new Set(["/etc/motd", "/etc/issue", "/etc/issue.net", "/etc/shells"]);

/** Directories that were made on the way are made once. */
export interface Making {
  readonly host: CarrierHost;
  readonly folders: Set<string>;
}

export function carryFiles(contents: Contents, making: Making): FilesCarried {
  const paths = Object.keys(contents).sort();
  const real = realPaths(paths, making.host);
  const open = openFolders([...real.values()], making.host);
  const carried = paths.map((path) => carryFile(path, real.get(path) ?? path, { ...making, open, entry: contents[path] ?? "" }));
  return {
    changes: carried.flatMap(({ changes }) => changes ?? []),
    seen: Object.fromEntries(paths.flatMap((path, at) => (carried[at]?.changes === undefined ? [] : [[path, contents[path] ?? ""]]))),
    leftOut: carried.flatMap(({ why }) => why ?? []),
  };
}

/** The ledger follows no links, so paths are given to it without. Where nobody can be asked, they are as they are. */
export function realPaths(paths: readonly string[], host: CarrierHost): ReadonlyMap<string, string> {
  const told = paths.length === 0 ? "" : (host.ask("realpath", "--canonicalize-missing", "--", ...paths.map(dirname)) ?? "");
  const folders = told.split("\n");
  return new Map(paths.map((path, at) => [path, `${(folders[at] ?? "").replace(/^\/$/, "") || trimmed(dirname(path))}/${basename(path)}`]));
}

/** Directories above these paths in which somebody else than root can change names: nothing is made below them, and the ledger would refuse it. */
function openFolders(paths: readonly string[], host: CarrierHost): ReadonlySet<string> {
  const folders = [...new Set(paths.flatMap(foldersAbove))].filter((folder) => isThere(folder, host));
  const told = folders.length === 0 ? "" : (host.ask("stat", "--format=%u %a %n", "--", ...folders) ?? "");
  const open = told.split("\n").flatMap((line) => {
    const [, uid = "", mode = "", path = ""] = /^(\d+) ([0-7]+) (.*)$/.exec(line) ?? [];
    const bits = Number.parseInt(mode, 8);
    return uid !== "" && (uid !== "0" || (bits & 0o1002) === 0o0002) ? [path] : [];
  });
  return new Set(open);
}

function foldersAbove(path: string): readonly string[] {
  const folder = dirname(path);
  return folder === "/" ? ["/"] : [...foldersAbove(folder), folder];
}

const trimmed = (folder: string) => (folder === "/" ? "" : folder);

interface One extends Making {
  readonly entry: Entry;
  readonly open: ReadonlySet<string>;
}

interface Carried {
  readonly changes?: readonly Change[];
  readonly why?: string;
}

function carryFile(named: string, path: string, making: One): Carried {
  const { entry, host, folders } = making;
  const never = whyNever(named) ?? whyNever(path);
  if (never !== undefined) return isSilent(named) ? {} : { why: `${named} is left out: ${never}.` };
  if (isHidden(entry)) return { why: `${named} stays: nothing of a whole host is hidden.` };
  const changed = foldersAbove(path).find((folder) => making.open.has(folder));
  if (changed !== undefined) return { why: `${named} is left out: others than root can change ${changed}.` };
  if (isThere(path, host)) return over(path, named, making);
  const made = [...missingFolders(dirname(path), making).map(folderChange), ...entryChanges(path, entry)];
  for (const one of made) if (one.kind === "directory") folders.add(one.path);
  return { changes: made };
}

/** Said once for all of them, by the carrier. */
function isSilent(path: string): boolean {
  return /^\/(proc|sys)\//.test(path);
}

function over(path: string, named: string, { entry, host, folders }: One): Carried {
  if (typeof entry === "object" && "directory" in entry) return { changes: [] };
  if (!REWRITTEN.has(path) || !isFile(entry)) return { why: `${named} stays as it is: it is there already.` };
  if (folders.has(path) || host.read(path) === undefined || isLink(path, host))
    return { why: `${named} stays as it is: it is no plain file.` };
  return { changes: [{ kind: "file", path, contents: Buffer.from(bytesOf(entry)).toString("base64") }] };
}

export function isThere(path: string, host: CarrierHost): boolean {
  return path === "/" || host.list(dirname(path)).includes(basename(path));
}

/** What is a link here is somebody else's to write. */
export function isLink(path: string, host: CarrierHost): boolean {
  return host.ask("readlink", "--", path) !== undefined;
}

/** Directories above a path that are not there yet, outer ones first. */
export function missingFolders(folder: string, { host, folders }: Making): readonly string[] {
  if (folders.has(folder) || isThere(folder, host)) return [];
  return [...missingFolders(dirname(folder), { host, folders }), folder];
}

export function folderChange(path: string): Change {
  return { kind: "directory", path, mode: 0o755 };
}

function entryChanges(path: string, entry: Entry): readonly Change[] {
  if (typeof entry === "object" && "link" in entry) return [{ kind: "link", path, target: entry.link }];
  if (!isFile(entry)) return [folderChange(path)];
  const look = typeof entry === "object" && "text" in entry ? entry.look : {};
  const { mode = 0o644, uid = 0, gid = 0, modified } = look;
  const time = modified === undefined ? {} : { modified: `${BigInt(Math.floor(modified)) * 1_000_000_000n}` };
  return [{ kind: "file", path, contents: Buffer.from(bytesOf(entry)).toString("base64"), mode, uid, gid, ...time }];
}
