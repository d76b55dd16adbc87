import type { Absence, FileLook, Files } from "./files.ts";

/**
 * Files of a host that was only thought of, from a table of paths. Directories are there because something is in them. What is not in the
 * table is absent (a host that was thought of has nothing else), unless `unlisted` says that it is unknown.
 */
export type Contents = Readonly<Record<string, Entry>>;

/** Text or bytes: a file. A link with its target. A directory that may be empty. `denied`: there, but not for this reader. */
export type Entry =
  | string
  | Uint8Array
  | { readonly link: string }
  | { readonly directory: true }
  | { readonly absence: Absence }
  | { readonly text: string; readonly look: Partial<FileLook> };

export function memoryFiles(contents: Contents, unlisted: Absence = "absent"): Files {
  const names = childNames(contents);
  const at = (path: string) => place(contents, path);
  return {
    read: (path) => readEntry(at(path)?.entry, unlisted),
    list: (path) => listEntry(names, at(path), { path, unlisted }),
    look: (path) => {
      const real = path === "/" ? "/" : joined(at(parentOf(path))?.path ?? parentOf(path), path);
      return lookEntry(names, { path: real, entry: contents[real] }, unlisted);
    },
  };
}

/**
 * Same files, with some changed: what a disguise would show. A change is met by every name of its file: links of the files below are
 * followed, in the names of the changes and in what is asked.
 */
export function overlaidFiles(below: Files, changes: Contents): Files {
  const contents = Object.fromEntries(Object.entries(changes).map(([path, entry]) => [realParent(below, path), entry]));
  const above = memoryFiles(contents, "unknown");
  const real = (path: string) => realPath(below, contents, path);
  const shown = <T>(path: string, upper: (path: string) => T | Absence, lower: (path: string) => T | Absence): T | Absence => {
    const answer = covered(contents, path) ?? upper(path);
    return answer === "unknown" ? lower(path) : answer;
  };
  const look = (path: string) => {
    const answer = shown(path, above.look, below.look);
    return isFolder(answer) ? ownLook(below.look(path), answer) : answer;
  };
  return {
    read: (path) => shown(real(path), above.read, below.read),
    look: (path) => look(path === "/" ? path : joined(real(parentOf(path)), path)),
    list: (path) => {
      const at = real(path);
      const hidden = covered(contents, at);
      if (hidden !== undefined) return hidden;
      const child = (name: string) => `${at === "/" ? "" : at}/${name}`;
      const listed = above.list(at);
      return listed === "unknown" ? shownOf(below.list(at), contents, child) : merged(listed, below.list(at), (name) => look(child(name)));
    },
  };
}

function isFolder(answer: FileLook | Absence): answer is FileLook {
  return typeof answer === "object" && answer.kind === "directory";
}

/** A directory in which something changes stays the one that it is. */
function ownLook(below: FileLook | Absence, above: FileLook): FileLook {
  return isFolder(below) ? below : above;
}

/** What lies below something that is no directory any more. */
function covered(contents: Contents, path: string): Absence | undefined {
  for (let at = parentOf(path); at !== "/"; at = parentOf(at)) {
    const entry = contents[at];
    if (entry === undefined || (typeof entry === "object" && "directory" in entry)) continue;
    return typeof entry === "object" && "absence" in entry ? entry.absence : "absent";
  }
  return undefined;
}

/** A path with the links of its directories resolved, the last name as it is. */
function realParent(below: Files, path: string): string {
  return path === "/" ? path : joined(realPath(below, {}, parentOf(path)), path);
}

/** Where a path leads when the links of both are followed, at most 40 of them, as Linux does; those above come first. */
function realPath(below: Files, contents: Contents, path: string): string {
  let rest = namesOf(path);
  let here = "";
  for (let followed = 0; rest.length > 0 && followed <= 40; ) {
    const [name = "", ...others] = rest;
    const target = linkAt(below, contents, `${here}/${name}`);
    rest = target === undefined ? others : [...namesOf(resolved(`${here}/${name}`, target)), ...others];
    here = target === undefined ? `${here}/${name}` : "";
    if (target !== undefined) followed += 1;
  }
  return here === "" ? "/" : here;
}

function linkAt(below: Files, contents: Contents, path: string): string | undefined {
  const entry = contents[path];
  if (entry !== undefined) return typeof entry === "object" && "link" in entry ? entry.link : undefined;
  const look = below.look(path);
  return typeof look === "string" ? undefined : look.target;
}

function namesOf(path: string): readonly string[] {
  return path.split("/").filter((name) => name !== "");
}

/** A directory in which nothing is new: its names, without those that are hidden. */
function shownOf(names: readonly string[] | Absence, contents: Contents, child: (name: string) => string): readonly string[] | Absence {
  return typeof names === "string" ? names : names.filter((name) => !isHidden(contents[child(name)]));
}

function isHidden(entry: Entry | undefined): boolean {
  return typeof entry === "object" && "absence" in entry && entry.absence === "absent";
}

function merged(
  above: readonly string[] | Absence,
  below: readonly string[] | Absence,
  look: (name: string) => FileLook | Absence,
): readonly string[] | Absence {
  if (typeof above === "string") return above;
  const all = typeof below === "string" ? above : [...new Set([...above, ...below])];
  return all.filter((name) => look(name) !== "absent").sort();
}

interface Place {
  readonly path: string;
  readonly entry: Entry | undefined;
}

/** The entry that a path leads to when links are followed, at most eight of them. */
function place(contents: Contents, path: string, followed = 0): Place | undefined {
  if (followed > 8) return undefined;
  const parts = namesOf(path);
  let here = "";
  for (const [index, part] of parts.entries()) {
    here = `${here}/${part}`;
    const entry = contents[here];
    if (typeof entry === "object" && "link" in entry)
      return place(contents, [resolved(here, entry.link), ...parts.slice(index + 1)].join("/"), followed + 1);
  }
  return { path: here === "" ? "/" : here, entry: contents[here === "" ? "/" : here] };
}

function resolved(from: string, target: string): string {
  const out: string[] = [];
  for (const part of `${target.startsWith("/") ? "" : `${parentOf(from)}/`}${target}`.split("/")) {
    if (part === "..") out.pop();
    else if (part !== "" && part !== ".") out.push(part);
  }
  return `/${out.join("/")}`;
}

function readEntry(entry: Entry | undefined, unlisted: Absence): Uint8Array | Absence {
  if (entry === undefined) return unlisted;
  if (typeof entry === "string") return Buffer.from(entry, "latin1");
  if (entry instanceof Uint8Array) return entry;
  if ("text" in entry) return Buffer.from(entry.text, "latin1");
  return "absence" in entry ? entry.absence : "absent";
}

function listEntry(
  names: ReadonlyMap<string, ReadonlySet<string>>,
  found: Place | undefined,
  asked: { path: string; unlisted: Absence },
): readonly string[] | Absence {
  const entry = found?.entry;
  if (typeof entry === "object" && "absence" in entry) return entry.absence;
  const children = names.get(found?.path ?? asked.path);
  if (children !== undefined) return [...children].sort();
  if (entry === undefined) return asked.unlisted;
  return typeof entry === "object" && "directory" in entry ? [] : "absent";
}

function lookEntry(names: ReadonlyMap<string, ReadonlySet<string>>, { path, entry }: Place, unlisted: Absence): FileLook | Absence {
  if (entry === undefined) return names.has(path) ? { ...PLAIN, kind: "directory", mode: 0o755, links: 2 } : unlisted;
  if (typeof entry === "string" || entry instanceof Uint8Array) return { ...PLAIN, size: entry.length };
  if ("absence" in entry) return entry.absence === "denied" ? { ...PLAIN, mode: 0 } : entry.absence;
  if ("link" in entry) return { ...PLAIN, kind: "link", mode: 0o777, size: entry.link.length, target: entry.link };
  if ("directory" in entry) return { ...PLAIN, kind: "directory", mode: 0o755, links: 2 };
  return { ...PLAIN, size: entry.text.length, ...entry.look };
}

const PLAIN: FileLook = { kind: "file", size: 0, mode: 0o644, uid: 0, gid: 0, links: 1, modified: 1_700_000_000 };

/** Every directory that something is in, with the names there; entries that are absent don't count. */
function childNames(contents: Contents): ReadonlyMap<string, ReadonlySet<string>> {
  const names = new Map<string, Set<string>>();
  for (const [path, entry] of Object.entries(contents)) {
    if (typeof entry === "object" && "absence" in entry && entry.absence !== "denied") continue;
    for (let at = path; at !== "/" && at !== ""; at = parentOf(at)) {
      const siblings = names.get(parentOf(at)) ?? new Set<string>();
      names.set(parentOf(at), siblings.add(at.slice(at.lastIndexOf("/") + 1)));
    }
  }
  return names;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}

function joined(folder: string, path: string): string {
  return `${folder === "/" ? "" : folder}${path.slice(path.lastIndexOf("/"))}`;
}
