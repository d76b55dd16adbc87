import type { Effect } from "../../disguise/effect.ts";
import type { ShownClue } from "../../disguise/plan.ts";

/**
 * Whether anything of a clue is seen where only a part of a plan can be shown. Of a file that several clues change it is enough that the file is
 * among what is seen: the plan has made one text of them.
 */
export function isSeen({ effect }: ShownClue, seen: Effect): boolean {
  const { files = {}, cpuid = {}, vmwarePort = {}, hostName, initEnvironment, processes = [], cgroup, modules = [], network } = effect;
  return (
    isAmong(Object.keys(files), Object.keys(seen.files ?? {})) ||
    isAmong(Object.keys(cpuid), Object.keys(seen.cpuid ?? {})) ||
    isAmong(Object.keys(vmwarePort), Object.keys(seen.vmwarePort ?? {})) ||
    isAmong(modules, seen.modules ?? []) ||
    isAmong(
      processes.map(({ name }) => name),
      (seen.processes ?? []).map(({ name }) => name),
    ) ||
    [
      [hostName, seen.hostName],
      [initEnvironment, seen.initEnvironment],
      [cgroup, seen.cgroup],
      [network, seen.network],
    ].some(([wanted, shown]) => wanted !== undefined && shown !== undefined)
  );
}

function isAmong(wanted: readonly string[], shown: readonly string[]): boolean {
  return wanted.some((one) => shown.includes(one));
}
