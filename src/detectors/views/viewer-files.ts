import { type Absence, type FileLook, type Files, isAbsence, lineOf } from "./files.ts";
import type { LocalView } from "./local-view.ts";
import { hasCapability, mayOpen, startedAs, type Viewer } from "./viewer.ts";

/**
 * A view that root took, as an account of that host would have taken it: what it may not read is denied. Tools that judge such a view are taken to be
 * run by that account.
 *
 * What must stay true: nothing is ever shown to the account that the view below does not show.
 */
export function seenBy(view: LocalView, viewer: Viewer): LocalView {
  const { kernelLog, ...rest } = view;
  const seesLog = kernelLog !== undefined && mayReadLog(view.files, viewer);
  return {
    ...rest,
    uid: viewer.uid,
    files: filesFor(view.files, viewer),
    seenBy: { viewer, filesOfRoot: view.files },
    ...(seesLog ? { kernelLog } : {}),
  };
}

/** syslog(2): unless the kernel is told to keep its log to itself, anybody may read it. */
function mayReadLog(files: Files, viewer: Viewer): boolean {
  const isOpen = lineOf(files, "/proc/sys/kernel/dmesg_restrict") === "0";
  return isOpen || hasCapability(viewer, "syslog") || hasCapability(viewer, "sysAdmin");
}

/** What a program of that host reads when it is started by whoever the view is made out to be. */
export function filesOfProgram({ files, seenBy: eyes }: LocalView, program: string): Files {
  if (eyes === undefined) return files;
  const look = files.look(program);
  const as = isAbsence(look) ? eyes.viewer : startedAs(eyes.viewer, look);
  if (as === undefined) return eyes.filesOfRoot;
  return as === eyes.viewer ? files : filesFor(eyes.filesOfRoot, as);
}

/** The same files with this account's rights. */
export function filesFor(files: Files, viewer: Viewer): Files {
  const eyes = { files, viewer, own: ownProcess(files) };
  return {
    read: (path) => opened(eyes, path, files.read),
    list: (path) => opened(eyes, path, files.list),
    look: (path) => {
      const place = way(eyes, path, false);
      return typeof place === "string" ? place : withoutSecret(eyes, place.path, files.look(place.path));
    },
  };
}

interface Eyes {
  readonly files: Files;
  readonly viewer: Viewer;
  /** The process that took the view: the account's own would stand in its place. */
  readonly own: string | undefined;
}

function ownProcess(files: Files): string | undefined {
  const self = files.look("/proc/self");
  return isAbsence(self) || self.target === undefined ? undefined : `/proc/${self.target}`;
}

function opened<T>(eyes: Eyes, path: string, ask: (path: string) => T | Absence): T | Absence {
  const place = way(eyes, path, true);
  if (typeof place === "string") return place;
  const look = eyes.files.look(place.path);
  return isAbsence(look) || mayRead(eyes, place.path, look) ? ask(place.path) : "denied";
}

function mayRead(eyes: Eyes, path: string, look: FileLook): boolean {
  if (isOwn(eyes, path)) return true;
  return mayOpen(eyes.viewer, look, "read") && mayTrace(eyes, path, look);
}

function isOwn({ own }: Eyes, path: string): boolean {
  return own !== undefined && (path === own || path.startsWith(`${own}/`));
}

/** proc(5): files that only who could trace the process may read; their modes say that the owner may. */
const OF_TRACERS = /^\/proc\/\d+\/(?:task\/\d+\/)?(?:environ|auxv|maps|smaps|mem|exe|cwd|root|ns\/|fd\/|map_files\/)/;

function mayTrace({ viewer }: Eyes, path: string, { uid }: FileLook): boolean {
  return uid === viewer.uid || !OF_TRACERS.test(path) || hasCapability(viewer, "sysPtrace");
}

/** A process's links can be looked at by everybody, and followed by who could trace it. */
function withoutSecret(eyes: Eyes, path: string, look: FileLook | Absence): FileLook | Absence {
  if (isAbsence(look) || look.target === undefined || isOwn(eyes, path) || mayTrace(eyes, path, look)) return look;
  const { target: _, ...rest } = look;
  return rest;
}

interface Place {
  readonly path: string;
}

/** As many links as Linux follows. */
const MOST_LINKS = 40;

/** Where a path leads (links are followed, the last one where that is asked), or why this account does not get there. */
function way(eyes: Eyes, path: string, followsLast: boolean): Place | Absence {
  let walk: Walk = { here: [], rest: namesOf(path), followed: 0 };
  while (walk.rest.length > 0) {
    const next = stepped(eyes, walk, followsLast);
    if (typeof next === "string") return next;
    walk = next;
  }
  return { path: pathOf(walk.here) };
}

interface Walk {
  readonly here: readonly string[];
  readonly rest: readonly string[];
  readonly followed: number;
}

function stepped(eyes: Eyes, { here, rest, followed }: Walk, followsLast: boolean): Walk | Absence {
  const [name = "", ...others] = rest;
  if (!mayPass(eyes, pathOf(here))) return "denied";
  if (name === "..") return { here: here.slice(0, -1), rest: others, followed };
  const place = [...here, name];
  const link = followsLast || others.length > 0 ? linkAt(eyes, pathOf(place)) : undefined;
  if (link === undefined) return { here: place, rest: others, followed };
  if (link.isSecret) return "denied";
  const from = link.target.startsWith("/") ? [] : here;
  return followed === MOST_LINKS ? "absent" : { here: from, rest: [...namesOf(link.target), ...others], followed: followed + 1 };
}

function pathOf(names: readonly string[]): string {
  return `/${names.join("/")}`;
}

function namesOf(path: string): readonly string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

/** What the view does not know is taken for a directory that may be passed. */
function mayPass(eyes: Eyes, folder: string): boolean {
  const look = eyes.files.look(folder);
  return isAbsence(look) || look.kind !== "directory" || isOwn(eyes, folder) || mayOpen(eyes.viewer, look, "execute");
}

interface Link {
  readonly target: string;
  readonly isSecret: boolean;
}

/** Namespaces and open files have links to no path: what they lead to is asked below. */
const NO_PATH = /^[a-z_]+:\[/;

function linkAt(eyes: Eyes, path: string): Link | undefined {
  const look = eyes.files.look(path);
  if (isAbsence(look) || look.target === undefined || NO_PATH.test(look.target)) return undefined;
  return { target: look.target, isSecret: !isOwn(eyes, path) && !mayTrace(eyes, path, look) };
}
