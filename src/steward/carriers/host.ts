import type { Effect } from "../../disguise/effect.ts";
import type { Plan } from "../../disguise/plan.ts";
import { mergedEffects } from "../../disguise/under-effects.ts";
import type { Carriage, Carrier, CarrierHost } from "../apply/carriage.ts";
import { carryFiles } from "./host/host-files.ts";
import { carryHostName, carryModules, carryNetwork, type KernelCarried } from "./host/host-kernel.ts";
import { carryAccounts, PASSWD, type PeopleCarried } from "./host/host-people.ts";
import { carryProcesses } from "./host/host-processes.ts";

/**
 * A story for a whole host: real files, accounts without a login, the host's name, processes; modules and the network card only where their clue
 * was asked for by name. There are no mounts at all, nothing of /sys, and of /proc the settings only: what process 1 sees stays true.
 */
export const carryHost: Carrier = ({ plan, folder, mark, host, also = [] }) => {
  const { effect } = plan;
  const folders = new Set<string>();
  const { [PASSWD]: passwd, ...files } = effect.files ?? {};
  const people = carryAccounts(passwd, host);
  const processes = carryProcesses(effect.processes ?? [], { host, folders, folder, mark });
  const programs = new Set(processes.programs);
  const made = carryFiles(Object.fromEntries(Object.entries(files).filter(([path]) => !programs.has(path))), { host, folders });
  const kernel = carryKernel(plan, also, host);
  const seen: Effect = {
    files: { ...made.seen, ...(people.text === undefined ? {} : { [PASSWD]: people.text }) },
    ...(processes.seen.length === 0 ? {} : { processes: processes.seen }),
  };
  return {
    // What processes need comes first: directories on the way to their programs are made once.
    changes: [...processes.changes, ...made.changes, ...people.changes, ...kernel.changes],
    reloads: [],
    restarts: [],
    leftOut: [...made.leftOut, ...processes.leftOut, ...kernel.leftOut, ...neverCarried(effect)],
    limits: [...PRICE, ...peopleLimits(people), ...processLimits(processes.programs, processes.seen.length), ...kernel.limits],
    seen: mergedEffects([seen, kernel.seen]),
  } satisfies Carriage;
};

const PRICE: readonly string[] = [
  "The whole host shows this to everybody: backups, inventory, monitoring and your own tools see it as well.",
  "Folders in which files were made get their old times back; change times and inode numbers are never the same again.",
];

/** A clue of these families that the operator named. */
function isNamed(also: readonly string[], prefix: string): boolean {
  return also.some((id) => id.startsWith(prefix));
}

function carryKernel({ effect, shown }: Plan, also: readonly string[], host: CarrierHost): KernelCarried {
  const ofNamed = shown.filter(({ clue }) => also.includes(clue.id)).map((one) => one.effect);
  const named = mergedEffects(ofNamed);
  const parts = [
    carryHostName(effect.hostName, host),
    isNamed(also, "kernel.loaded.") ? carryModules(named.modules ?? [], true, host) : carryModules(effect.modules ?? [], false, host),
    isNamed(also, "network.")
      ? carryNetwork(named.network, true, firstCardOf(host))
      : carryNetwork(effect.network, false, firstCardOf(host)),
  ];
  return {
    changes: parts.flatMap(({ changes }) => changes),
    seen: mergedEffects(parts.map(({ seen }) => seen)),
    leftOut: parts.flatMap(({ leftOut }) => leftOut),
    limits: parts.flatMap(({ limits }) => limits),
  };
}

/** The first that has a device behind it, as effects choose it. */
function firstCardOf(host: CarrierHost): string | undefined {
  return [...host.list("/sys/class/net")].sort().find((name) => host.list(`/sys/class/net/${name}`).includes("device"));
}

/** What no file and no process can show. */
function neverCarried({ files = {}, cpuid, vmwarePort, initEnvironment, cgroup }: Effect): readonly string[] {
  const overlays = Object.keys(files).filter((path) => /^\/(proc|sys)\//.test(path)).length;
  return [
    ...(overlays > 0
      ? [`${overlays} files of /proc and /sys read as they are, but for what the kernel module shows: nothing is mounted for a whole host.`]
      : []),
    ...(cpuid === undefined && vmwarePort === undefined
      ? []
      : [
          "CPUID and the VMware port answer as they are, but for what the kernel module answers: no tracer stands in front of a whole host.",
        ]),
    ...(initEnvironment === undefined ? [] : ["Process 1 keeps its environment."]),
    ...(cgroup === undefined ? [] : [`Nobody is put into the cgroup ${cgroup}.`]),
  ];
}

function peopleLimits({ names }: PeopleCarried): readonly string[] {
  if (names.length === 0) return [];
  return [
    `Accounts that nobody can use stand in /etc/passwd: ${names.join(", ")}. Where somebody edits that file meanwhile, reverting leaves it as it is, and says so.`,
  ];
}

function processLimits(programs: readonly string[], count: number): readonly string[] {
  return [
    ...(count === 0 ? [] : ["Background processes are gone after a boot, which status says; applying again brings them back."]),
    ...(programs.length === 0 ? [] : [`Programs that do nothing are installed: ${programs.join(", ")}.`]),
  ];
}
