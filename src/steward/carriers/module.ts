import { existsSync, readFileSync } from "node:fs";
import { machine, release } from "node:os";
import { join } from "node:path";
import { liveFiles } from "../../detectors/probes/local/live-files.ts";
import type { Files } from "../../detectors/views/files.ts";
import type { Effect } from "../../disguise/effect.ts";
import { type Carried, carriedByModule } from "../../disguise/module/carried-by-module.ts";
import { encodeSettings } from "../../disguise/module/module-settings.ts";
import { moduleState } from "../../disguise/module/module-state.ts";
import type { Carriage, Carrier, CarryAsked } from "../apply/carriage.ts";
import { joined, NOTHING } from "../apply/carriers.ts";
import type { Change, ModuleChange } from "../ledger/change.ts";
import { type Built, buildModule, MODULE } from "./module/build-module.ts";
import { moduleScope } from "./module/module-scope.ts";

/**
 * Carries the VMware port, DMI fields and the hypervisor flag by the kernel module, where it can be loaded; what it carries, no overlay and no
 * tracer need show.
 *
 * What must stay true: a module is code with all rights, and loading it taints the kernel until the next boot. So it is loaded only where the
 * operator wants that: it was installed (DKMS), or a clue that it shows was asked for by name. Whatever is in the way, the rest of the disguise
 * goes on without it, and that is said.
 */
export interface ModuleParts {
  readonly files: Files;
  /** What uname says. */
  readonly release: string;
  readonly machine: string;
  /** For the kernel whose headers these are. */
  readonly build: (headers: string) => Built;
  /** What was built before, in our own folder. */
  readonly built: (path: string) => Uint8Array | undefined;
}

/** What the module shows in a scope, and nothing else. */
export const carryModule: Carrier = (asked) => carryPart(asked, hostParts()).carriage;

/** What it does not show is left to another carrier. */
export function moduleFirst(other: Carrier, parts: () => ModuleParts = hostParts): Carrier {
  return (asked) => {
    const { carriage, rest } = carryPart(asked, parts());
    return joined(carriage, other({ ...asked, plan: { ...asked.plan, effect: rest } }));
  };
}

function hostParts(): ModuleParts {
  const built = (path: string) => (existsSync(path) ? readFileSync(path) : undefined);
  return { files: liveFiles(), release: release(), machine: machine(), build: buildModule, built };
}

interface Part {
  readonly carriage: Carriage;
  readonly rest: Effect;
}

export function carryPart(asked: CarryAsked, parts: ModuleParts): Part {
  const { effect } = asked.plan;
  const without = (why?: string): Part => ({
    carriage: { ...NOTHING, seen: {}, leftOut: why === undefined ? [] : [why] },
    rest: effect,
  });
  const scope = moduleScope(asked.scope, asked.host);
  const carried = carriedByModule(effect, parts.files, typeof scope === "string" ? NOBODY : scope);
  if (isIdle(carried)) return without();
  const { state, cause, isLoaded } = moduleState(parts);
  if (isLoaded)
    return without("The kernel module is loaded already, and not by this disguise: it is left as it is (rmmod utsusemi unloads it).");
  if (typeof scope === "string") return without(`The kernel module shows nothing here: ${scope}`);
  if (state !== "present") return without(`The kernel module shows nothing here: ${cause}`);
  if (!isInstalled(parts) && !isNamed(asked, parts)) return without(UNWANTED);
  const loading = load(carried, asked, parts);
  if (typeof loading === "string") return without(`The kernel module shows nothing here: ${loading}`);
  return {
    carriage: { ...NOTHING, changes: loading, limits: PRICE, seen: seenThrough(effect, carried.rest) },
    rest: carried.rest,
  };
}

const NOBODY = { cgroups: [], cgroupPaths: [], uids: [], host: false } as const;

const UNWANTED =
  "The kernel module would show the VMware port, DMI fields or the hypervisor flag here, and is loaded only where it was installed (kernel/module, DKMS) or one of its clues is asked for by name (--with).";

const PRICE: readonly string[] = [
  "The kernel module runs with all rights, taints the kernel until the next boot, and is seen in lsmod and in the kernel's log.",
  "It is gone after a boot, which status says; applying again brings it back.",
];

function isIdle({ settings }: Carried): boolean {
  return settings.port === "watch" && settings.hypervisor === "keep" && Object.keys(settings.dmi).length === 0;
}

/** dkms(8). */
function isInstalled({ files, release: kernel }: ModuleParts): boolean {
  return ["ko", "ko.xz", "ko.zst"].some((ending) => files.look(`/lib/modules/${kernel}/updates/dkms/${MODULE}.${ending}`) !== "absent");
}

/** A clue that the operator named, and that the module can show. */
function isNamed({ plan, also = [] }: CarryAsked, { files }: ModuleParts): boolean {
  return plan.shown.some(({ clue, effect }) => also.includes(clue.id) && !isIdle(carriedByModule(effect, files, NOBODY)));
}

const CONTROL = `/sys/kernel/security/${MODULE}/control`;

function load({ settings }: Carried, { folder }: CarryAsked, parts: ModuleParts): readonly Change[] | string {
  const encoded = encodeSettings(settings);
  if ("refused" in encoded) return `it does not take its settings (${encoded.refused}).`;
  const change: ModuleChange = { kind: "module", name: MODULE, parameters: [], settings: { path: CONTROL, text: encoded.text } };
  if (isInstalled(parts)) return [change];
  const file = join(folder, `${MODULE}-${parts.release}.ko`);
  const before = parts.built(file);
  const made: Built = before === undefined ? parts.build(`/lib/modules/${parts.release}/build`) : { object: before };
  if ("refused" in made) return `it cannot be built. ${made.refused}`;
  const contents = Buffer.from(made.object).toString("base64");
  return [
    { kind: "file", path: file, contents, mode: 0o600, uid: 0, gid: 0 },
    { ...change, file },
  ];
}

/** What of the effect is not left to others. */
function seenThrough({ files = {}, vmwarePort }: Effect, { files: left = {} }: Effect): Effect {
  const shown = Object.fromEntries(Object.entries(files).filter(([path]) => !(path in left)));
  return {
    ...(Object.keys(shown).length === 0 ? {} : { files: shown }),
    ...(vmwarePort === undefined ? {} : { vmwarePort }),
  };
}
