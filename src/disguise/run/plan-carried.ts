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
  /** Whether it runs on while files are replaced on the host: then names stay free where daemons and packages make them. */
  readonly isLasting?: boolean;
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
  const host = withOwn(around.host, asked);
  const programs = { sleeper: around.sleeper };
  const hides: Contents = Object.fromEntries(asked.hidden.map((path) => [path, { absence: "absent" }]));
  const wanted = possible.effect.processes ?? [];
  const layout = layOut({ ...absentPrograms(wanted, { host, programs }), ...possible.effect.files, ...hides }, host);
  const effect = shownOf(possible.effect, layout.notShown);
  const processes = effect.processes ?? [];
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
    limits: [...layout.limits, ...staleNames(layout.records, host, asked.way)],
    seen: effect,
  };
}

/** A frame holds the names that were there when it was made. */
function staleNames(records: readonly PlanRecord[], host: HostTree, way: CarriedAsked["way"]): readonly string[] {
  const folders = records.flatMap(([verb, folder]) =>
    verb === "frame" && typeof folder === "string" && host.isOwn?.(folder) !== true ? [folder] : [],
  );
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

/** A process goes with its program. */
function shownOf(effect: Effect, notShown: readonly string[]): Effect {
  const { files, processes, ...rest } = effect;
  const isShown = (path: string) => !notShown.includes(path);
  const running = processes?.filter(({ program }) => isShown(program)) ?? [];
  return {
    ...rest,
    ...(files === undefined ? {} : { files: Object.fromEntries(Object.entries(files).filter(([path]) => isShown(path))) }),
    ...(running.length > 0 ? { processes: running } : {}),
  };
}

/**
 * A frame holds files as they were when it was made. A daemon would go on with accounts, logs and programs that were replaced long ago, and
 * could not make its own pid file; who installs packages inside could not.
 */
const LASTING =
  /^\/(?:(?:etc|usr(?!\/local)|bin|sbin|lib\w*|boot|var\/(?:log|lib|cache|spool|mail))(?:\/|$)|(?:run|run\/lock|var\/run|dev)$)/;

const OWN = { mode: 0o755, uid: 0, gid: 0, modified: 0 } as const;

/** The host as it will be when our own files are there, with the directories right above them. */
function withOwn(host: HostTree, { hidden: own, isLasting = false }: CarriedAsked): HostTree {
  const look = (path: string): HostEntry | undefined => {
    const there = host.look(path);
    if (there !== undefined) return there;
    if (own.includes(path)) return { kind: "file", ...OWN };
    return own.some((one) => parentOf(one) === path) ? { kind: "directory", ...OWN } : undefined;
  };
  const isComing = (path: string) => host.look(path) === undefined && own.some((one) => isWithin(path, one));
  const isWorkedIn = (folder: string) => isLasting && LASTING.test(folder) && !own.some((one) => parentOf(one) === folder);
  return { ...host, look, isWorkedIn, isOwn: isComing, count: (path) => (isComing(path) ? 1 : host.count(path)) };
}
