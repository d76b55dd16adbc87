/**
 * Which part of an effect the kernel module can carry, and what is left for other mechanisms. What it carries it shows exactly as the effect says, so a
 * prediction for the effect is one for the module; what would be shown nearly right is left.
 */
import { type Files, textOf } from "../../detectors/views/files.ts";
import type { Entry } from "../../detectors/views/memory-files.ts";
import type { Effect } from "../effect.ts";
import { encodeSettings, idleSettings, type ModuleSettings, products } from "./module-settings.ts";

export interface Carried {
  readonly settings: ModuleSettings;
  readonly rest: Effect;
}

export type ModuleScope = Pick<ModuleSettings, "cgroups" | "cgroupPaths" | "uids" | "host">;

const DMI = /^\/sys\/devices\/virtual\/dmi\/id\/([a-z_]+)$/;
const CPUINFO = "/proc/cpuinfo";

/** @param own the host's files without the effect */
export function carriedByModule(effect: Effect, own: Files, scope: ModuleScope): Carried {
  const { files = {}, vmwarePort, ...others } = effect;
  const dmi = Object.entries(files).flatMap(([path, entry]) => dmiValue(path, entry, own));
  const flag = hypervisorFlag(files[CPUINFO], own);
  const carried = new Set([...dmi.map(([path]) => path), ...(flag === undefined ? [] : [CPUINFO])]);
  const left = Object.entries(files).filter(([path]) => !carried.has(path));
  return {
    settings: {
      ...idleSettings,
      ...scope,
      ...portSettings(vmwarePort),
      hypervisor: flag ?? "keep",
      dmi: Object.fromEntries(dmi.map(([, name, value]) => [name, value])),
    },
    rest: { ...others, ...(left.length === 0 ? {} : { files: Object.fromEntries(left) }) },
  };
}

/** The module writes over what the host's own file shows: where there is none, there is nothing to hook. */
function dmiValue(path: string, entry: Entry, own: Files): readonly (readonly [path: string, name: string, value: string])[] {
  const name = DMI.exec(path)?.[1];
  const text = typeof entry === "string" ? entry : undefined;
  if (name === undefined || text === undefined || !text.endsWith("\n") || own.look(path) === "absent") return [];
  const value = text.slice(0, -1);
  return "refused" in encodeSettings({ ...idleSettings, dmi: { [name]: value } }) ? [] : [[path, name, value]];
}

/** Only where the flag is all that the effect changes in that file. */
function hypervisorFlag(entry: Entry | undefined, own: Files): "add" | "remove" | undefined {
  const before = textOf(own, CPUINFO);
  if (typeof entry !== "string" || before === undefined || entry === before) return undefined;
  const without = (text: string) => text.replaceAll(/^(flags\s*:.*?) hypervisor\b/gm, "$1");
  if (without(entry) !== without(before)) return undefined;
  return entry === without(entry) ? "remove" : "add";
}

/** Answers that the module computes itself (time) or never varies (refusals) need no setting. */
function portSettings(answers: Effect["vmwarePort"]): Partial<ModuleSettings> {
  if (answers === undefined) return { port: "watch" };
  const memoryMiB = answers["20"]?.eax;
  const megahertz = answers["1"]?.eax;
  return {
    port: "answer",
    product: products[(answers["10"]?.ecx ?? 2) - 1] ?? idleSettings.product,
    hardwareVersion: answers["17"]?.eax ?? idleSettings.hardwareVersion,
    ...(memoryMiB === undefined ? {} : { memoryMiB }),
    ...(megahertz === undefined ? {} : { megahertz }),
  };
}
