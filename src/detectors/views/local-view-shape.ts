import { choice, integer, optional, type Shape, text } from "../../shape/shape.ts";
import { either, exactly, finite, fitting, keyed, listOf } from "./exact-shape.ts";
import type { Absence, FileLook } from "./files.ts";
import type { CommandAnswer, Instructions, LocalView, Registers, Table, Uname } from "./local-view.ts";
import type { Recorded } from "./recorded-files.ts";
import { savedBytes } from "./saved-bytes.ts";

/** What a saved local view may hold, and what the instruction probe may print. */

const ANYTHING = /^/;
const TEXT = 65_536;
const UINT32 = 0xffff_ffff;

const registers: Shape<Registers> = exactly<Registers>("registers after an instruction", {
  eax: integer("eax", 0, UINT32),
  ebx: integer("ebx", 0, UINT32),
  ecx: integer("ecx", 0, UINT32),
  edx: integer("edx", 0, UINT32),
});

const registersOrFault: Shape<Registers | "fault"> = either(
  choice("the processor refused", ["fault"]),
  registers,
  (value) => typeof value === "string",
);

const table: Shape<Table> = exactly<Table>("base and limit of a descriptor table", {
  base: text("base", { pattern: /^[0-9a-f]{1,16}$/, allowed: "hexadecimal" }),
  limit: integer("limit", 0, 0xffff),
});

const cycles = listOf("cycles of each sample", integer("cycles", 0, Number.MAX_SAFE_INTEGER), 10_000);

/** Of the instruction probe's output. */
export const instructionsShape: Shape<Instructions> = exactly<Instructions>("what the processor itself answered", {
  cpuid: keyed("leaves of CPUID", registers, { keys: /^[0-9a-f]{1,8}\.[0-9a-f]{1,8}$/, most: 4096 }),
  vmwarePort: keyed("commands of the VMware port", registersOrFault, { keys: /^[0-9]{1,5}$/, most: 256 }),
  vmwareHighBandwidth: optional(registersOrFault),
  vmcall: optional(registersOrFault),
  vmmcall: optional(registersOrFault),
  virtualPc: optional(choice("Virtual PC's instruction", ["fault", "answered"])),
  xenCpuid: optional(registersOrFault),
  rdpmc: keyed("counters", registersOrFault, { keys: /^[0-9a-f]{1,8}$/, most: 256 }),
  tables: exactly<Instructions["tables"]>("descriptor tables", {
    idt: optional(table),
    gdt: optional(table),
    ldt: optional(integer("LDT selector", 0, 0xffff)),
    tr: optional(integer("TR selector", 0, 0xffff)),
    msw: optional(integer("machine status word", 0, UINT32)),
  }),
  cpuidCycles: cycles,
  plainCycles: cycles,
  tscHz: optional(finite("counts of the TSC in a second")),
});

const absence: Shape<Absence> = choice("why there is no answer", ["absent", "denied", "unknown"]);
const isText = (value: unknown) => typeof value === "string";
const orAbsence = <T>(shape: Shape<T>): Shape<T | Absence> => either(absence, shape, isText);

const device: Shape<readonly [number, number]> = fitting(
  "major and minor number",
  "two whole numbers",
  (value): value is readonly [number, number] =>
    Array.isArray(value) && value.length === 2 && value.every((one) => Number.isSafeInteger(one) && one >= 0),
);

const look: Shape<FileLook> = exactly<FileLook>("attributes of a file", {
  kind: choice("kind of file", ["file", "directory", "link", "device", "other"]),
  size: integer("size in bytes", 0, Number.MAX_SAFE_INTEGER),
  mode: integer("permission bits", 0, 0o7777),
  uid: integer("owner", 0, UINT32),
  gid: integer("group", 0, UINT32),
  links: integer("hard links", 0, Number.MAX_SAFE_INTEGER),
  modified: integer("seconds since 1970", Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  target: optional(text("where a link points", { maxLength: TEXT })),
  device: optional(device),
});

const paths = { keys: /^\//, most: 100_000 };

export const recordedShape: Shape<Recorded> = exactly<Recorded>("what was asked of the files", {
  reads: keyed("contents by path", orAbsence(savedBytes), paths),
  lists: keyed("names by path", orAbsence(listOf("names", text("a name", { maxLength: TEXT }), 100_000)), paths),
  looks: keyed("attributes by path", orAbsence(look), paths),
});

const command: Shape<CommandAnswer> = exactly<CommandAnswer>("answer of a command", {
  status: integer("exit status", 0, 255),
  output: text("what it printed", { maxLength: TEXT }),
  tookMs: optional(finite("milliseconds")),
});

const uname: Shape<Uname> = exactly<Uname>("uname", {
  system: text("system"),
  node: text("node name"),
  release: text("release"),
  version: text("version"),
  machine: text("machine"),
});

/** A local view as it is saved: its files are what was asked of them. */
export type SavedLocalView = Omit<LocalView, "files" | "seenBy"> & { readonly files: Recorded };

export const localViewShape: Shape<SavedLocalView> = exactly<SavedLocalView>("a local view", {
  takenAtMs: integer("milliseconds since 1970", 0, Number.MAX_SAFE_INTEGER),
  uname: optional(uname),
  uid: optional(integer("user id", 0, UINT32)),
  files: recordedShape,
  environment: optional(keyed("environment", text("a value", { maxLength: 1 << 21 }), { keys: ANYTHING, most: 10_000 })),
  kernelLog: optional(listOf("the kernel's log", text("a line", { maxLength: TEXT }), 100_000)),
  instructions: optional(instructionsShape),
  rootBytes: optional(integer("bytes of the root file system", 0, Number.MAX_SAFE_INTEGER)),
  commands: keyed("answers of commands", command, { keys: ANYTHING, most: 10_000 }),
  measurements: keyed("measurements", listOf("samples", finite("a sample"), 100_000), { keys: ANYTHING, most: 1000 }),
});
