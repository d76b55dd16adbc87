import type { ModuleScope } from "../../../disguise/module/carried-by-module.ts";
import type { CarrierHost } from "../../apply/carriage.ts";
import type { Scope } from "../../apply/scope.ts";
import { loadedUnits } from "../systemd/loaded-units.ts";

/**
 * Whom the module answers: services and slices by their cgroups' paths, which hold however often they are started again; a user by the real user id
 * and by the slice of the user's logins, so that what is started by sudo there is in scope, too. Who verifies joins a slice that is in scope as well.
 */
export const VERIFY_SLICE = "utsusemi-verify";

const NOBODY: ModuleScope = { cgroups: [], cgroupPaths: [], uids: [], host: false };

/** Text: why nobody can be named, a sentence. */
export function moduleScope(scope: Scope, host: CarrierHost): ModuleScope | string {
  switch (scope.kind) {
    case "host":
      return { ...NOBODY, host: true };
    case "user":
      return ofUser(scope.name, host);
    case "slice":
      return scope.name === "-" ? "The root slice is the whole host: that is its own scope." : inUnified([slicePath(scope.name)], host);
    case "service":
      return inUnified(
        loadedUnits(`${scope.name}.service`, host).map(({ id, slice }) => unitPath(id, slice, host)),
        host,
      );
  }
}

/** passwd(5). Root is never in scope: whoever puts things right must see the host as it is. */
function ofUser(name: string, host: CarrierHost): ModuleScope | string {
  const [, , uid = ""] = host.ask("getent", "passwd", name)?.trimEnd().split(":") ?? [];
  if (!/^\d{1,10}$/.test(uid)) return `There is no user ${name}.`;
  if (Number(uid) === 0) return "Root's own programs are never shown anything.";
  const scope = inUnified([`/user.slice/user-${uid}.slice`], host);
  return typeof scope === "string" ? scope : { ...scope, uids: [Number(uid)] };
}

function inUnified(cgroupPaths: readonly string[], host: CarrierHost): ModuleScope | string {
  if (!isUnified(host)) return "Services and logins here have no cgroups of version 2, by which the module knows them.";
  return cgroupPaths.length === 0
    ? "systemd does not know the service."
    : { ...NOBODY, cgroupPaths: [...cgroupPaths, slicePath(VERIFY_SLICE)] };
}

/** cgroups(7): systemd itself is in /init.scope of the hierarchy that it puts services into. */
function isUnified(host: CarrierHost): boolean {
  return /^0::\/init\.scope$/m.test(host.read("/proc/1/cgroup") ?? "");
}

/** systemd.slice(5): `a-b.slice` lies in `a.slice`. */
export function slicePath(name: string): string {
  const parts = name.split("-");
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join("-")}.slice`).join("");
}

/** Where it runs; of one that does not, where it would. */
function unitPath(id: string, slice: string, host: CarrierHost): string {
  const running = host.ask("systemctl", "show", "--property=ControlGroup", "--value", "--", id)?.trim() ?? "";
  if (running.startsWith("/")) return running;
  const parent = /^-\.slice$|^$/.test(slice) ? "" : slicePath(slice.replace(/\.slice$/, ""));
  return `${parent}/${cgroupName(id)}`;
}

/** What the kernel could take for a file of its own is escaped (CGROUP_DELEGATION of systemd, "escaping"). */
const OF_THE_KERNEL =
  /^([_.]|(notify_on_release|release_agent|tasks)$|(cgroup|cpu|cpuacct|cpuset|io|blkio|memory|devices|pids|misc|rdma|hugetlb)\.)/;

export function cgroupName(id: string): string {
  return OF_THE_KERNEL.test(id) ? `_${id}` : id;
}
