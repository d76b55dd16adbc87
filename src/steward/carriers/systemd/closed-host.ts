import { isWithin } from "../../../disguise/overlay/host-tree.ts";
import type { CarrierHost } from "../../apply/carriage.ts";

/** What of a host lets no service at all be carried, as a sentence; undefined: nothing. */
export function closedHost(host: CarrierHost, folder: string): string | undefined {
  if (host.ask("systemctl", "show", "--property=Version") === undefined)
    return "systemd does not answer here, so no service can be disguised.";
  if (host.read("/sys/fs/selinux/enforce")?.trim() === "1")
    return "SELinux is enforcing here: services would start without their own domain, so none is disguised.";
  if (isNoExec(host.read("/proc/self/mountinfo") ?? "", folder))
    return `Nothing may be run from ${folder} (it is mounted noexec), so services could not start the guard.`;
  return undefined;
}

/** proc(5), mountinfo: the mount that a folder lies in is the last of those with the longest mount point. */
function isNoExec(mountinfo: string, folder: string): boolean {
  const mounts = mountinfo.split("\n").flatMap((line) => {
    const [, , , , path, options = ""] = line.split(" ");
    return path !== undefined && isWithin(path, folder) ? [{ path, options }] : [];
  });
  const longest = Math.max(...mounts.map(({ path }) => path.length));
  const options = mounts.findLast(({ path }) => path.length === longest)?.options ?? "";
  return options.split(",").includes("noexec");
}
