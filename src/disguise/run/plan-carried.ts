import type { Contents } from "../../detectors/views/memory-files.ts";
import type { Effect } from "../effect.ts";
import { parentOf } from "../overlay/follow.ts";
import { type HostEntry, type HostTree, isWithin } from "../overlay/host-tree.ts";
import { layOut } from "../overlay/layout.ts";
import type { PlanRecord } from "../overlay/plan-record.ts";
import { absentPrograms, hostName, type Part, processRecord, rootFirst, tracerInFront } from "./plan-run.ts";

/**
 * What the guard must do so that a service (`enter`) or a login (`here`) sees a host with these effects: the records of `disguise run`, but
 * for what belongs to whom starts and watches them. Pure; what cannot be shown in this way is left out and said.
 */
export interface CarriedAsked {
  readonly effect: Effect;
  readonly way: "enter" | "here";
  /** Files and directories of our own that nobody inside is to see; they need not be there yet, only the directory above them. */
  readonly hidden: readonly string[];
  /** Shown by every mount of the tree: how processes under the disguise are found. */
  readonly mark: number;
}

export interface CarriedAround {
  readonly host: HostTree;
  readonly sleeper: Uint8Array;
  /** Path of the tracer; undefined: it is not there. */
  readonly tracer?: string;
  /** Whether CPUID can be forged on this processor. */
  readonly hasCpuidFaulting: boolean;
}

export interface CarriedPlan {
  readonly records: readonly PlanRecord[];
  readonly leftOut: readonly string[];
  readonly limits: readonly string[];
  /** What of the effect is seen inside. */
  readonly seen: Effect;
}

export function planCarried(asked: CarriedAsked, around: CarriedAround): CarriedPlan {
  const possible = asked.way === "enter" ? forService(asked.effect, around) : forLogin(asked.effect);
  const { effect } = possible;
  const host = withOwn(around.host, asked.hidden);
  const processes = effect.processes ?? [];
  const programs = { sleeper: around.sleeper };
  const hides: Contents = Object.fromEntries(asked.hidden.map((path) => [path, { absence: "absent" }]));
  const layout = layOut({ ...absentPrograms(processes, { host, programs }), ...effect.files, ...hides }, host);
  const [root, ...others] = rootFirst(layout.records);
  const front = tracerInFront([effect], around);
  return {
    records: [
      ["mark", `${asked.mark}`],
      ...(processes.length > 0 ? [["file", "sleeper", `${0o755}`, "0", "0", "0", around.sleeper] satisfies PlanRecord] : []),
      ...root,
      ...others.flat(),
      ...hostName([effect]),
      ...frontRecords(front),
      ...processes.map(processRecord),
    ],
    leftOut: [...possible.leftOut, ...layout.leftOut, ...front.leftOut],
    limits: [...layout.limits, ...staleNames(layout.records, asked.way)],
    seen: shownOf(effect, layout.notShown),
  };
}

/** A frame holds the names that were there when it was made. */
function staleNames(records: readonly PlanRecord[], way: CarriedAsked["way"]): readonly string[] {
  const folders = records.flatMap(([verb, folder]) => (verb === "frame" && typeof folder === "string" ? [folder] : []));
  if (folders.length === 0) return [];
  const until = way === "enter" ? "after the service was started again" : "in new sessions";
  return [`What is made or replaced from outside directly in ${folders.join(", ")} is seen inside only ${until}.`];
}

interface Possible {
  readonly effect: Effect;
  readonly leftOut: readonly string[];
}

function forService(effect: Effect, around: CarriedAround): Possible {
  const { initEnvironment, cgroup, modules, network, cpuid, vmwarePort, ...rest } = effect;
  const port = vmwarePort === undefined || around.tracer === undefined ? {} : { vmwarePort };
  const leaves = cpuid === undefined || around.tracer === undefined || !around.hasCpuidFaulting ? {} : { cpuid };
  return {
    effect: { ...rest, ...port, ...leaves },
    leftOut: [
      ...ofManager(effect, "A service"),
      ...(port.vmwarePort === vmwarePort ? [] : ["The VMware port answers as it is: there is no tracer for this processor."]),
      ...(leaves.cpuid === cpuid ? [] : ["CPUID answers as it is: this processor cannot be made to ask about it, or there is no tracer."]),
    ],
  };
}

function forLogin(effect: Effect): Possible {
  const { files, hostName: name, processes, cpuid, vmwarePort } = effect;
  return {
    effect: files === undefined ? {} : { files },
    leftOut: [
      ...ofManager(effect, "A login"),
      ...(name === undefined ? [] : ["A login keeps the host's name: only files are shown otherwise there."]),
      ...(processes === undefined ? [] : ["A login gets no background processes: they would outlive it."]),
      ...(cpuid === undefined && vmwarePort === undefined ? [] : ["In a login CPUID and the VMware port answer as they are."]),
    ],
  };
}

/** What is not the carried process's own: its process numbers and cgroup are made by who starts it. */
function ofManager({ initEnvironment, cgroup, modules = [], network }: Effect, who: string): readonly string[] {
  return [
    ...(initEnvironment === undefined ? [] : [`${who} sees the host's own process 1, whose environment stays as it is.`]),
    ...(cgroup === undefined ? [] : [`${who} stays in its own cgroup instead of ${cgroup}.`]),
    ...(modules.length > 0 ? [`Modules are loaded for a whole host, not for some processes: ${modules.join(", ")}.`] : []),
    ...(network === undefined ? [] : [`${who} keeps the host's network, addresses and interface names.`]),
  ];
}

/** `front`: what stands before the command (kernel/guard/enter.c). */
function frontRecords({ records, words }: Part & { readonly words: readonly string[] }): readonly PlanRecord[] {
  const [program, ...others] = words;
  return program === undefined ? [] : [...records, ["front", program, "--behind", ...others]];
}

function shownOf(effect: Effect, notShown: readonly string[]): Effect {
  if (effect.files === undefined || notShown.length === 0) return effect;
  return { ...effect, files: Object.fromEntries(Object.entries(effect.files).filter(([path]) => !notShown.includes(path))) };
}

const OWN = { mode: 0o755, uid: 0, gid: 0, modified: 0 } as const;

/** The host as it will be when our own files are there, with the directories right above them. */
function withOwn(host: HostTree, own: readonly string[]): HostTree {
  const look = (path: string): HostEntry | undefined => {
    const there = host.look(path);
    if (there !== undefined) return there;
    if (own.includes(path)) return { kind: "file", ...OWN };
    return own.some((one) => parentOf(one) === path) ? { kind: "directory", ...OWN } : undefined;
  };
  const isComing = (path: string) => host.look(path) === undefined && own.some((one) => isWithin(path, one));
  return { ...host, look, count: (path) => (isComing(path) ? 1 : host.count(path)) };
}
