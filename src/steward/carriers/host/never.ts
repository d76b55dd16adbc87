/**
 * What is never made for a whole host, whatever a story says: on the real root, process 1 and the package manager would believe it.
 */

/** Container managers' marks: systemd, at the next boot, would take the host for a container and start without devices, clock and file systems. */
export const CONTAINER_MARKS: readonly string[] = [
  "/.dockerenv",
  "/.dockerinit",
  "/.containerenv",
  "/run/.containerenv",
  "/run/systemd/container",
  "/run/host/container-manager",
  "/run/host/container-uuid",
  "/dev/lxd",
  "/dev/.lxc",
  "/dev/.lxd-mounts",
  "/proc/vz",
  "/proc/bc",
  "/proc/xen",
  "/var/run/secrets/kubernetes.io",
  "/run/secrets/kubernetes.io",
  "/var/run/.containerenv",
];

/** The kernel's own, what is gone after a boot, and where people or their programs make and remove names. */
const NOT_OURS: readonly string[] = [
  "/proc",
  "/sys",
  "/dev",
  "/run",
  "/var/run",
  "/tmp",
  "/var/tmp",
  "/boot",
  "/mnt",
  "/media",
  "/lost+found",
];

/** What is in there is acted upon by somebody, however harmless it looks. */
const ACTED_ON: readonly string[] = [
  "/etc/apt",
  "/etc/cron.d",
  "/etc/cron.daily",
  "/etc/cron.hourly",
  "/etc/cron.monthly",
  "/etc/cron.weekly",
  "/etc/dpkg",
  "/etc/init.d",
  "/etc/ld.so.conf.d",
  "/etc/ld.so.preload",
  "/etc/modprobe.d",
  "/etc/pam.d",
  "/etc/profile.d",
  "/etc/security",
  "/etc/ssh",
  "/etc/sudoers.d",
  "/etc/systemd",
  "/etc/udev",
  "/lib/systemd",
  "/usr/lib/systemd",
  "/usr/lib/udev",
  "/var/spool",
];

/** Why nothing may be made at a path for a whole host, the rest of a sentence; undefined: it may. */
export function whyNever(path: string): string | undefined {
  if (isIn(CONTAINER_MARKS, path)) return "it would make process 1 believe in a container at the next boot";
  if (isIn(NOT_OURS, path)) return "what lies there is the kernel's, or gone after a boot, or anybody's";
  if (isIn(ACTED_ON, path)) return "programs of the host act on what lies there";
  return undefined;
}

function isIn(folders: readonly string[], path: string): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}
