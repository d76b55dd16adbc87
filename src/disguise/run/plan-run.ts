import type { Contents } from "../../detectors/views/memory-files.ts";
import type { DecoyProcess, Effect } from "../effect.ts";
import { followed } from "../overlay/follow.ts";
import { type HostTree, mountOf } from "../overlay/host-tree.ts";
import { layOut } from "../overlay/layout.ts";
import type { PlanRecord } from "../overlay/plan-record.ts";
import { type PreloadInTree, preloadInTree } from "../preload/preload-in-tree.ts";
import { encodeTracerSpec, type TracerSpec } from "../tracer/tracer-spec.ts";

/**
 * What the guard must do so that one process tree sees a host with these effects: pure, from effects and what is known of the host. What
 * cannot be made for a tree is left out and said; nothing here is ever made outside the tree's namespaces, but for its cgroup.
 */
export interface RunAsked {
  readonly effects: readonly Effect[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where the command begins. */
  readonly folder: string;
  readonly umask: number;
}

/** What of the machine decides what can be done. */
export interface Surroundings {
  readonly host: HostTree;
  /** Whether namespaces can be made without a user namespace. */
  readonly isAdmin: boolean;
  /** Our own programs: the guard and the sleeper; undefined where there is none for this processor. */
  readonly programs: { readonly guard: Uint8Array; readonly sleeper: Uint8Array };
  /** Path of the tracer; undefined: it is not there. */
  readonly tracer?: string;
  /** Bytes of the library that answers where nobody may trace. */
  readonly preload?: Uint8Array;
}

export interface RunPlan {
  readonly records: readonly PlanRecord[];
  readonly leftOut: readonly string[];
  readonly limits: readonly string[];
}

/** The file that the guard keeps open for the command (kernel/guard/plan.h). */
const KEPT_FILE = 202;

export function planRun(asked: RunAsked, around: Surroundings): RunPlan {
  const processes = asked.effects.flatMap((effect) => effect.processes ?? []);
  const inside = preloaded(asked, around);
  const contents: Contents = {
    ...absentPrograms(processes, around),
    ...inside?.contents,
    ...Object.assign({}, ...asked.effects.map((effect) => effect.files ?? {})),
  };
  const layout = layOut(contents, around.host);
  const [root, ...others] = rootFirst(layout.records);
  const cgroup = cgroupRecords(asked.effects, around);
  const front = inside === undefined ? tracerInFront(asked.effects, around) : NO_FRONT;
  const environment = inside?.environment ?? asked.environment;
  return {
    records: [
      ...(around.isAdmin ? [] : [["user"] satisfies PlanRecord]),
      ...cgroup.records,
      ...staged(processes, around),
      ...root,
      ...process1(asked.effects),
      ...others.flat(),
      ...hostName(asked.effects),
      ...processes.map(processRecord),
      ...front.records,
      ...commandRecords({ ...asked, environment, command: [...front.words, ...asked.command] }),
    ],
    leftOut: [...layout.leftOut, ...cgroup.leftOut, ...front.leftOut, ...hostOnly(asked.effects)],
    limits: [...layout.limits, ...process1Limits(asked.effects), ...(inside?.limits ?? [])],
  };
}

function preloaded({ effects, environment }: RunAsked, { tracer, preload, host }: Surroundings): PreloadInTree | undefined {
  const spec = specOf(effects);
  if (spec === undefined || tracer !== undefined || preload === undefined) return undefined;
  return preloadInTree({ library: preload, spec: encodeTracerSpec(spec), environment }, host);
}

/** The root directory's frame comes before everything else: what is mounted later must lie in the new root. */
export function rootFirst(records: readonly PlanRecord[]): readonly [readonly PlanRecord[], readonly PlanRecord[]] {
  const root = records.findIndex(([verb, folder]) => verb === "frame" && folder === "/");
  return [records.slice(0, root + 1), records.slice(root + 1)];
}

/** A program that runs in the background must be there as a file, too. */
export function absentPrograms(
  processes: readonly DecoyProcess[],
  { host, programs }: { readonly host: HostTree; readonly programs: { readonly sleeper: Uint8Array } },
): Contents {
  const text = Buffer.from(programs.sleeper).toString("latin1");
  return Object.fromEntries(
    processes
      .map(({ program }) => program)
      .filter((program) => host.look(followed(program, { contents: {}, host })) === undefined)
      .map((program) => [program, { text, look: { mode: 0o755 } }]),
  );
}

function staged(processes: readonly DecoyProcess[], { programs }: Surroundings): readonly PlanRecord[] {
  const program = (name: string, bytes: Uint8Array): PlanRecord => ["file", name, `${0o755}`, "0", "0", "0", bytes];
  return [program("init", programs.guard), ...(processes.length > 0 ? [program("sleeper", programs.sleeper)] : [])];
}

export function processRecord({ name, program, arguments: words }: DecoyProcess): PlanRecord {
  return ["process", name, program, ...words];
}

function process1(effects: readonly Effect[]): readonly PlanRecord[] {
  const environment = effects.flatMap((effect) => (effect.initEnvironment === undefined ? [] : [effect.initEnvironment]));
  if (environment.length === 0) return [];
  return [
    ["init", ...words(Object.assign({}, ...environment))],
    ["proc", "no /proc of its own can be mounted here, so the tree cannot have a process 1 of its own"],
  ];
}

function process1Limits(effects: readonly Effect[]): readonly string[] {
  const has = effects.some((effect) => effect.initEnvironment !== undefined);
  return has ? ["Inside, only the tree's own processes are seen; processes that outlive the command end with it."] : [];
}

function words(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
}

export function hostName(effects: readonly Effect[]): readonly PlanRecord[] {
  const name = effects.findLast((effect) => effect.hostName !== undefined)?.hostName;
  return name === undefined ? [] : [["host", name]];
}

export interface Part {
  readonly records: readonly PlanRecord[];
  readonly leftOut: readonly string[];
}

/** Real cgroups from the root of the unified tree on, as a container engine without systemd makes them. */
function cgroupRecords(effects: readonly Effect[], { host, isAdmin }: Surroundings): Part {
  const path = effects.findLast((effect) => effect.cgroup !== undefined)?.cgroup;
  if (path === undefined) return { records: [], leftOut: [] };
  const root = host.mounts.findLast((mount) => mount.type === "cgroup2");
  const usable = isAdmin && root !== undefined && mountOf(host, root.path) === root && !root.isReadOnly;
  const names = path.split("/").filter((name) => name !== "" && name !== "." && name !== "..");
  if (!usable || names.length === 0)
    return { records: [], leftOut: [`The tree stays in its cgroup instead of ${path}: no cgroup can be made here.`] };
  return { records: [["cgroup", ...names.map((_, index) => [root.path, ...names.slice(0, index + 1)].join("/"))]], leftOut: [] };
}

/** The tracer stands in front of the command where CPUID or the VMware port is to be forged. */
export function tracerInFront(
  effects: readonly Effect[],
  { tracer }: Pick<Surroundings, "tracer">,
): Part & { readonly words: readonly string[] } {
  const spec = specOf(effects);
  if (spec === undefined) return NO_FRONT;
  if (tracer === undefined)
    return { ...NO_FRONT, leftOut: ["CPUID and the VMware port answer as they are: there is no tracer that can be used here."] };
  return {
    records: [
      ["file", "spec", `${0o600}`, "0", "0", "0", encodeTracerSpec(spec)],
      ["keep", "spec"],
    ],
    leftOut: [],
    words: [tracer, ...(spec.cpuid === undefined ? ["--no-cpuid"] : []), `fd:${KEPT_FILE}`, "--"],
  };
}

const NO_FRONT = { records: [], leftOut: [], words: [] } as const;

/** Undefined: neither CPUID nor the port is forged. */
function specOf(effects: readonly Effect[]): TracerSpec | undefined {
  const cpuid = Object.assign({}, ...effects.map((effect) => effect.cpuid ?? {}));
  const vmwarePort = Object.assign({}, ...effects.map((effect) => effect.vmwarePort ?? {}));
  const asksCpuid = Object.keys(cpuid).length > 0;
  const asksPort = Object.keys(vmwarePort).length > 0;
  return asksCpuid || asksPort ? { ...(asksCpuid ? { cpuid } : {}), ...(asksPort ? { vmwarePort } : {}) } : undefined;
}

function hostOnly(effects: readonly Effect[]): readonly string[] {
  const modules = effects.flatMap((effect) => effect.modules ?? []);
  return [
    ...(modules.length > 0 ? [`Modules are loaded for a whole host, never for a process tree: ${modules.join(", ")}.`] : []),
    ...(effects.some((effect) => effect.network !== undefined)
      ? ["The tree keeps the host's network, addresses and interface names."]
      : []),
  ];
}

function commandRecords({ command, environment, folder, umask }: RunAsked): readonly PlanRecord[] {
  return [
    ["environment", ...words(environment)],
    ["folder", folder],
    ["umask", `${umask}`],
    ["command", ...command],
  ];
}
