import { processFiles } from "../detectors/checks/local/processes.ts";
import { type Files, isAbsence, lineOf, textOf } from "../detectors/views/files.ts";
import type { LocalView, Registers } from "../detectors/views/local-view.ts";
import { type Contents, overlaidFiles } from "../detectors/views/memory-files.ts";
import type { DecoyProcess, Effect, LeafChange, Site } from "./effect.ts";
import { moduleLine } from "./effects/kernel.ts";
import { firstCard } from "./effects/network.ts";
import { realPath } from "./real-path.ts";
import { withShownAttributes } from "./shown-attributes.ts";
import { forgedInstructions } from "./tracer/forged-instructions.ts";

/**
 * A host as a process under the disguise would see it: files, CPUID, VMware's port, names and processes. What the disguise's own mechanisms show
 * beside that (mounts, a tracer) is not an effect, and not here. All effects become one first: every layer of files asks those below it several
 * times, so a layer an effect would never end.
 */
export function underEffects(view: LocalView, effects: readonly Effect[]): LocalView {
  return under(view, mergedEffects(effects));
}

function under(view: LocalView, effect: Effect): LocalView {
  const { instructions, uname } = view;
  return {
    ...view,
    files: overlaidFiles(view.files, withShownAttributes(filesUnder(view, effect), view.files)),
    ...(uname === undefined || effect.hostName === undefined ? {} : { uname: { ...uname, node: effect.hostName } }),
    ...(instructions === undefined ? {} : { instructions: forgedInstructions(instructions, effect) }),
  };
}

/** Several effects, each made for the host as those before it left it, as one. */
export function mergedEffects(effects: readonly Effect[]): Effect {
  const joined = <Part extends object>(part: (effect: Effect) => Part | undefined): Part | undefined => {
    const parts = effects.map(part).filter((one) => one !== undefined);
    return parts.length === 0 ? undefined : Object.assign({}, ...parts);
  };
  const lists = <Item>(part: (effect: Effect) => readonly Item[] | undefined): readonly Item[] | undefined => {
    const items = effects.flatMap((one) => part(one) ?? []);
    return items.length === 0 ? undefined : items;
  };
  const leaves = effects.map(({ cpuid }) => cpuid).filter((one) => one !== undefined);
  return defined({
    files: joined(({ files }) => files),
    cpuid: leaves.length === 0 ? undefined : leaves.reduce((all, one) => mergedLeaves(all, one)),
    vmwarePort: joined(({ vmwarePort }) => vmwarePort),
    hostName: effects.findLast(({ hostName }) => hostName !== undefined)?.hostName,
    initEnvironment: joined(({ initEnvironment }) => initEnvironment),
    processes: lists(({ processes }) => processes),
    cgroup: effects.findLast(({ cgroup }) => cgroup !== undefined)?.cgroup,
    modules: lists(({ modules }) => modules),
    network: joined(({ network }) => network),
  });
}

/** The same without what is undefined. */
function defined(effect: { readonly [Key in keyof Effect]: Effect[Key] | undefined }): Effect {
  return Object.fromEntries(Object.entries(effect).filter(([, value]) => value !== undefined));
}

type Leaves = Readonly<Record<string, LeafChange>>;
const REGISTERS = ["eax", "ebx", "ecx", "edx"] as const;

/** Later changes win: a whole leaf replaces what came before, bits are joined. */
function mergedLeaves(before: Leaves, after: Leaves): Leaves {
  const joined = Object.entries(after).map(([leaf, change]): [string, LeafChange] => {
    const earlier = before[leaf];
    return [leaf, earlier === undefined || change.to !== undefined ? change : joinedBits(earlier, change)];
  });
  return { ...before, ...Object.fromEntries(joined) };
}

function joinedBits(earlier: LeafChange, later: LeafChange): LeafChange {
  if (earlier.to !== undefined) return { to: changedLeaf(earlier.to, later) };
  const bits = (kind: "set" | "clear", against: "set" | "clear") =>
    Object.fromEntries(
      REGISTERS.map((name) => [name, (((earlier[kind]?.[name] ?? 0) & ~(later[against]?.[name] ?? 0)) | (later[kind]?.[name] ?? 0)) >>> 0]),
    );
  return { set: bits("set", "clear"), clear: bits("clear", "set") };
}

/** A leaf with a change made to it; one that the processor has not is zeros. */
export function changedLeaf(before: Registers | undefined, { to, set, clear }: LeafChange): Registers {
  const base = to ?? before ?? { eax: 0, ebx: 0, ecx: 0, edx: 0 };
  const changed = (name: (typeof REGISTERS)[number]) => ((base[name] & ~(clear?.[name] ?? 0)) | (set?.[name] ?? 0)) >>> 0;
  return { eax: changed("eax"), ebx: changed("ebx"), ecx: changed("ecx"), edx: changed("edx") };
}

/** Every file that reads otherwise under an effect: its own, and those in which names, processes and modules are seen. */
export function filesUnder(view: LocalView, effect: Effect): Contents {
  const { files } = view;
  return {
    ...effect.files,
    ...(effect.hostName === undefined ? {} : { "/proc/sys/kernel/hostname": `${effect.hostName}\n` }),
    ...(effect.initEnvironment === undefined ? {} : ownProcesses(files, effect.initEnvironment)),
    ...(effect.cgroup === undefined ? {} : { [realPath(files, "/proc/self/cgroup")]: `0::${effect.cgroup}\n` }),
    ...(effect.processes === undefined ? {} : shownProcesses(files, effect.processes)),
    ...(effect.modules === undefined ? {} : shownModules(files, effect.modules)),
    ...(effect.network === undefined ? {} : shownCard(files, effect.network)),
  };
}

/** A process 1 of its own comes with a namespace of its own: those outside are not seen. Its number is one that the kernel gives to later ones. */
function ownProcesses(files: Files, environment: Readonly<Record<string, string>>): Contents {
  const names = files.list("/proc");
  const self = files.look("/proc/self");
  const own = isAbsence(self) ? undefined : self.target;
  const outside = isAbsence(names) ? [] : names.filter((name) => /^\d+$/.test(name) && name !== "1" && name !== own);
  const told = Object.entries(environment).map(([name, value]) => `${name}=${value}\0`);
  return {
    ...Object.fromEntries(outside.map((name) => [`/proc/${name}`, { absence: "absent" as const }])),
    "/proc/1/environ": told.join(""),
    [`${realPath(files, "/proc/self")}/ns/pid`]: { link: "pid:[4026532758]" },
  };
}

const MOST_PIDS = 32_768;

function shownProcesses(files: Files, processes: readonly DecoyProcess[]): Contents {
  const names = files.list("/proc");
  const taken = new Set(isAbsence(names) ? [] : names);
  const free = Array.from({ length: MOST_PIDS - 700 }, (_, at) => at + 700).filter((pid) => !taken.has(String(pid)));
  return processFiles(
    processes.map(({ name, arguments: words }, at) => ({
      pid: free[at] ?? MOST_PIDS + at,
      ppid: 1,
      name,
      arguments: words,
      startTicks: 1500 + at,
    })),
  );
}

/** Of a prediction only: sizes of modules that are not loaded yet are drawn from nobody's seed. */
const NO_SITE: Site = { seed: "", memoryMiB: 0, processors: 0, megahertz: 0 };

function shownModules(files: Files, modules: readonly string[]): Contents {
  const text = textOf(files, "/proc/modules") ?? "";
  const names = new Set(text.split("\n").map((line) => line.split(" ", 1)[0]));
  const added = modules.filter((name) => !names.has(name)).map((name) => moduleLine([name], { site: NO_SITE, sample: text }));
  const states = modules.map((name) => [`/sys/module/${name}/initstate`, "live\n"]);
  return { "/proc/modules": added.join("") + text, ...Object.fromEntries(states) };
}

const OF_A_CARD = [
  "address",
  "ifindex",
  "iflink",
  "operstate",
  "flags",
  "mtu",
  "type",
  "device/uevent",
  "device/vendor",
  "device/device",
] as const;

/** A card under another name is the same folder under that name. */
function shownCard(files: Files, { address, name }: NonNullable<Effect["network"]>): Contents {
  const card = firstCard(files);
  if (card === undefined) return {};
  const folder = `/sys/class/net/${card}`;
  const told: Contents = address === undefined ? {} : { [realPath(files, `${folder}/address`)]: `${address}\n` };
  if (name === undefined || name === card) return told;
  const copies = OF_A_CARD.flatMap((file): [string, string][] => {
    const line = file === "address" && address !== undefined ? address : lineOf(files, `${folder}/${file}`);
    return line === undefined ? [] : [[`/sys/class/net/${name}/${file}`, `${line}\n`]];
  });
  return { ...told, [folder]: { absence: "absent" }, ...Object.fromEntries(copies) };
}
