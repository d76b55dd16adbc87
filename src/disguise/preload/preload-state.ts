import { dirname } from "node:path";
import { exists, type FileLook, type Files, isAbsence, textOf } from "../../detectors/views/files.ts";
import { canBePreloaded } from "./preload.ts";

/**
 * Whether programs of this host can be answered by the library, and in what: present, absent or unknown, with the cause. What nobody could look at is
 * never absent. Of several causes the first is told, since the others mean nothing as long as it stands.
 */
export interface PreloadState {
  readonly state: "present" | "absent" | "unknown";
  /** A sentence. */
  readonly cause: string;
}

export interface PreloadHost {
  readonly files: Files;
  /** What uname says. */
  readonly machine: string;
  /** Where the library is, or is to be; undefined: there is none for this processor. */
  readonly library: string | undefined;
}

/** Whether dynamic programs of this host are of a kind that can load the library, wherever it is put. */
export function loaderState({ files, machine }: Omit<PreloadHost, "library">): PreloadState {
  if (machine !== "x86_64") return absent("The library is for programs of x86-64 only.");
  return wrongLibrary(files) ?? { state: "present", cause: "Dynamic programs of glibc load the library." };
}

type Cause = PreloadState | undefined;

const absent = (cause: string): PreloadState => ({ state: "absent", cause });
const unknown = (cause: string): PreloadState => ({ state: "unknown", cause });

/** The VMware port: needs nothing of the processor. */
export function preloadState(host: PreloadHost): PreloadState {
  const { files, library } = host;
  if (host.machine !== "x86_64" || library === undefined) return absent("The library is for programs of x86-64 only.");
  if (!canBePreloaded(library))
    return absent("The library's path is relative, or holds a space, a colon or a dollar sign, which ld.so takes for something else.");
  return (
    wrongLibrary(files) ??
    closed(files, library) ??
    noExecution(files, library) ?? { state: "present", cause: "Dynamic programs of glibc load the library." }
  );
}

/** CPUID as well: the processor must be able to make it fault (arch_prctl(2), ARCH_SET_CPUID). */
export function preloadCpuidState(host: PreloadHost): PreloadState {
  const port = preloadState(host);
  if (port.state !== "present") return port;
  const flags = /^flags\s*:(.*)$/m.exec(textOf(host.files, "/proc/cpuinfo") ?? "")?.[1];
  if (flags === undefined) return unknown("/proc/cpuinfo does not tell what the processor can do.");
  if (!/\bcpuid_fault\b/.test(flags))
    return absent("This processor, or the hypervisor below it, cannot make CPUID fault: only the VMware port is forged.");
  return { state: "present", cause: "Dynamic programs of glibc load the library, and the processor can make CPUID fault." };
}

const GLIBC = "/lib64/ld-linux-x86-64.so.2";
const MUSL = "/lib/ld-musl-x86_64.so.1";

function wrongLibrary(files: Files): Cause {
  const has = exists(files, GLIBC);
  if (has === true) return undefined;
  if (exists(files, MUSL) === true) return absent("Programs here are made for musl, whose loader the library was not made for.");
  return has === undefined ? unknown("It is not known which C library programs here have.") : absent("The loader of glibc is not here.");
}

const FOR_OTHERS = 0o001;
const READ_BY_OTHERS = 0o004;

/** Services change their account, and ld.so complains aloud where it cannot read. */
function closed(files: Files, library: string): Cause {
  const look = files.look(library);
  if (look === "absent") return absent("The library is not where it should be.");
  if (isAbsence(look)) return unknown("The library cannot be looked at.");
  const shut = foldersOf(library).find((folder) => isShut(files.look(folder)));
  if (shut !== undefined) return absent(`Not every account may enter ${shut}, in which the library is.`);
  return (look.mode & READ_BY_OTHERS) === 0 ? absent("Not every account may read the library.") : undefined;
}

function isShut(look: ReturnType<Files["look"]>): boolean {
  return !isAbsence(look) && isFolder(look) && (look.mode & FOR_OTHERS) === 0;
}

const isFolder = ({ kind }: FileLook) => kind === "directory";

function foldersOf(path: string): readonly string[] {
  const folder = dirname(path);
  return folder === path ? [] : [...foldersOf(folder), folder];
}

/** proc_pid_mountinfo(5): the fifth field is the mount point, the sixth its options; a later mount covers an earlier one. */
function noExecution(files: Files, library: string): Cause {
  const lines = textOf(files, "/proc/self/mountinfo");
  if (lines === undefined) return unknown("It is not known whether programs may be run from where the library is.");
  const mounts = lines.split("\n").map((line) => line.split(" "));
  const home = mounts.reduce(
    (best, [, , , , point = "", options = ""]) => (isIn(point, library) && point.length >= best.point.length ? { point, options } : best),
    { point: "", options: "" },
  );
  return home.options.split(",").includes("noexec")
    ? absent(`The library is in ${home.point}, which is mounted so that nothing in it can be executed (noexec).`)
    : undefined;
}

function isIn(point: string, path: string): boolean {
  return point === "/" || path.startsWith(`${point}/`);
}
