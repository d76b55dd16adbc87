import type { Persona } from "../../decoy/persona.ts";
import { elfMachine } from "../files/elf.ts";
import { buildId, buildIdIn } from "../files/synthesis.ts";
import type { SpawnErrno } from "../program.ts";
import { lastPart } from "../programs/paths.ts";
import type { LoadedProgram } from "./computer.ts";
import { foreignProgram, missingProgram } from "./foreign-program.ts";
import { commandName } from "./task.ts";
import type { TaskProcess } from "./task-process.ts";

/** What execve(2) makes of a path: which of our programs runs, under which argv. */
export interface Loaded {
  readonly program: LoadedProgram;
  readonly argv: readonly string[];
  readonly path: string;
  readonly name: string;
  readonly flavour: "gnu" | "busybox";
}

/** Where a command is: as called when it has a slash, else the first in PATH that can be executed. */
export function findProgram(
  process: TaskProcess,
  name: string,
  search = process.environment.get("PATH") ?? DEFAULT_PATH,
): string | SpawnErrno {
  if (name === "") return { errno: "ENOENT" };
  if (name.includes("/")) return name;
  let denied: string | undefined;
  for (const directory of search.split(":", MAX_DIRECTORIES)) {
    const path = `${directory === "" ? "." : directory}/${name}`;
    const stat = process.fs.stat(path);
    if ("errno" in stat || stat.kind === "directory") continue;
    if ("ok" in process.fs.access(path, 1)) return path;
    denied ??= path;
  }
  return denied ?? { errno: "ENOENT" };
}

export const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const HEAD_BYTES = 1024;
const MAX_INTERPRETERS = 4;
/** More of PATH is not looked at. */
const MAX_DIRECTORIES = 500;

export function loadProgram(process: TaskProcess, path: string, argv: readonly string[]): Loaded | SpawnErrno {
  return load(process, { path, argv, depth: 0 });
}

interface Wanted {
  readonly path: string;
  readonly argv: readonly string[];
  /** How many interpreters are between. */
  readonly depth: number;
}

function load(process: TaskProcess, wanted: Wanted): Loaded | SpawnErrno {
  const { path, argv } = wanted;
  const { fs } = process;
  if (isTooBig(argv)) return { errno: "E2BIG" };
  const stat = fs.stat(path);
  if ("errno" in stat) return stat;
  if (stat.kind !== "file") return { errno: "EACCES" };
  const may = fs.access(path, 1);
  if ("errno" in may) return may;
  const real = fs.realPath(path);
  if (typeof real !== "string") return real;
  const persons = programOfPersona(process, { path, real, called: argv[0] ?? "" });
  if (persons !== undefined) return { program: persons.program, flavour: persons.flavour, argv, path: real, name: commandName(path) };
  return loadContent(process, real, wanted);
}

/** What the file says of itself: a script with an interpreter, an ELF program, or neither. */
function loadContent(process: TaskProcess, real: string, wanted: Wanted): Loaded | SpawnErrno {
  const { fs } = process.computer;
  fs.settle(real);
  const head = readHead(fs, real);
  if (typeof head !== "string") return head;
  if (!head.startsWith("#!")) return loadBinary(process, { head, path: real, argv: wanted.argv });
  return wanted.depth >= MAX_INTERPRETERS ? { errno: "ELOOP" } : loadScript(process, { ...wanted, head });
}

function readHead(fs: TaskProcess["computer"]["fs"], path: string): string | SpawnErrno {
  const file = fs.open(path, { read: true }, { uid: 0, gid: 0, groups: [] });
  if ("errno" in file) return file;
  const head = file.read(0, HEAD_BYTES);
  file.close();
  return head;
}

/** Linux bounds one argument (MAX_ARG_STRLEN) and all together (a quarter of the stack's limit). */
function isTooBig(argv: readonly string[]): boolean {
  let bytes = 0;
  for (const argument of argv) {
    if (argument.length >= MAX_ARGUMENT_BYTES) return true;
    bytes += argument.length + ARGUMENT_BYTES;
  }
  return bytes > MAX_ARGUMENTS_BYTES;
}

const MAX_ARGUMENT_BYTES = 131_072;
const MAX_ARGUMENTS_BYTES = 2_097_152;
/** Its end and a pointer. */
const ARGUMENT_BYTES = 9;

function loadScript(process: TaskProcess, script: Wanted & { readonly head: string }): Loaded | SpawnErrno {
  const [, interpreter, argument] = /^#![ \t]*([^ \t\n]+)[ \t]*([^\n]*)/.exec(script.head) ?? [];
  if (interpreter === undefined) return { errno: "ENOEXEC" };
  const given = (argument ?? "").trimEnd();
  const argv = [interpreter, ...(given === "" ? [] : [given]), script.path, ...script.argv.slice(1)];
  const loaded = load(process, { path: interpreter, argv, depth: script.depth + 1 });
  return "errno" in loaded ? loaded : { ...loaded, name: commandName(script.path) };
}

function loadBinary(process: TaskProcess, file: { head: string; path: string; argv: readonly string[] }): Loaded | SpawnErrno {
  const elf = elfMachine(file.head);
  if (elf === undefined) return { errno: "ENOEXEC" };
  const { persona } = process.computer.peer;
  const original = buildIds(persona).get(buildIdIn(file.head));
  const common = { argv: file.argv, path: file.path, name: commandName(file.path) };
  if (original !== undefined) {
    const found = programOfPersona(process, { path: original, real: original, called: file.argv[0] ?? "" });
    if (found !== undefined) return { ...common, ...found };
  }
  const { elfMachine: ours, bits, endian } = persona.machine;
  const runs =
    elf.endian === endian && (elf.machine === ours || (ours === 62 && elf.machine === 3)) && (elf.bits === bits || bits === "64");
  return runs ? { ...common, program: foreignProgram, flavour: "gnu" } : { errno: "ENOEXEC" };
}

/** The program behind a file of the persona's own, unchanged by the visitor; by the name that it was called by, then by its own. */
function programOfPersona(process: TaskProcess, file: { readonly path: string; readonly real: string; readonly called: string }) {
  const { programs, fs, peer } = process.computer;
  if (!isOriginal(process, file.real)) return undefined;
  const real = lastPart(file.real);
  const called = lastPart(file.called).replace(/^-/, "");
  const { shell, busyboxApplets } = peer.persona.machine;
  const busybox = real.startsWith("busybox") ? (programs.get("busybox") ?? missingProgram) : undefined;
  if (busybox !== undefined && called !== real && called !== "busybox") {
    return { program: (busyboxApplets.includes(called) ? programs.get(called) : undefined) ?? busybox, flavour: "busybox" as const };
  }
  const flavour = shell === "ash" ? ("busybox" as const) : ("gnu" as const);
  const program = programs.get(lastPart(file.path)) ?? programs.get(real) ?? busybox;
  if (program !== undefined) return { program, flavour };
  return isProgram(fs, file.real) ? { program: missingProgram, flavour } : undefined;
}

function isProgram(fs: TaskProcess["computer"]["fs"], path: string): boolean {
  const head = readHead(fs, path);
  return typeof head === "string" && elfMachine(head) !== undefined;
}

/** Untouched by the visitor. A program that the profile gives as a script of its own speaks for itself: it is none of ours. */
function isOriginal(process: TaskProcess, real: string): boolean {
  if (process.computer.peer.persona.tree.files[real]?.startsWith("#!") === true) return false;
  const place = process.computer.fs.space.find(real, { uid: 0, gid: 0, groups: [] }, true);
  if ("errno" in place || place.node === undefined || place.node.layer === "generated") return false;
  return place.node.layer === "base" || (place.node.base !== undefined && place.node.content === undefined);
}

const known = new WeakMap<Persona, ReadonlyMap<string, string>>();

/** Paths of the persona's programs by build id. */
function buildIds(persona: Persona): ReadonlyMap<string, string> {
  const made = known.get(persona) ?? new Map(programPaths(persona).map((path) => [buildId(persona, path), path]));
  known.set(persona, made);
  return made;
}

function programPaths(persona: Persona): readonly string[] {
  const paths = Object.values(persona.commands);
  const busybox = ["/bin/busybox", "/usr/bin/busybox"];
  return [...paths, ...busybox];
}
