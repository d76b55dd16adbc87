import { firmware } from "./firmware.ts";
import { type GeneratedView, UNMARKED, unmarked } from "./generated-view.ts";

const environ = (...variables: readonly string[]) => unmarked({ "/proc/1/environ": variables.map((one) => `${one}\0`).join("") });

/** A real pid namespace, whose process 1 has this environment. */
function withInit(environment: Readonly<Record<string, string>>): GeneratedView {
  const { "/proc/1/environ": _, ...changes } = UNMARKED;
  const told = Object.entries(environment).map(([name, value]) => `${name}=${value}\0`);
  return { changes, options: { initEnvironment: environment }, alsoTrue: { "/proc/1/environ": told.join("") } };
}

/** Containers of every kind, by each of their marks. */
export const containerViews: Readonly<Record<string, GeneratedView>> = {
  "no mark": unmarked(),
  "docker's file": unmarked({ "/.dockerenv": "" }),
  "docker's old file": unmarked({ "/.dockerinit": "" }),
  "docker's name as a directory": unmarked({ "/.dockerenv": { directory: true } }),
  "podman's file": unmarked({ "/run/.containerenv": "" }),
  "podman's and docker's file": unmarked({ "/run/.containerenv": "", "/.dockerenv": "" }),
  "docker's cgroup": unmarked({ "/proc/self/cgroup": "0::/docker/0123456789abcdef\n" }),
  "podman's cgroup": unmarked({ "/proc/self/cgroup": "0::/machine.slice/libpod-0123.scope\n" }),
  "lxc in the environment": environ("container=lxc"),
  "lxc of libvirt": environ("PATH=/bin", "container=lxc-libvirt", "a=b"),
  "podman in the environment": environ("container=podman"),
  "nspawn in the environment": environ("container=systemd-nspawn", "container_uuid=1"),
  "a zone of illumos": environ("container=zone"),
  "an unknown manager": environ("container=acme"),
  "an empty manager": environ("container="),
  "upper case": environ("CONTAINER=lxc", "container=LXC"),
  "oci without files": environ("container=oci"),
  "oci with docker's file": unmarked({ "/proc/1/environ": "container=oci\0", "/.dockerenv": "" }),
  "a real process 1 with lxc": withInit({ container: "lxc" }),
  "a real process 1 with podman": withInit({ PATH: "/usr/bin:/bin:/usr/sbin:/sbin", container: "podman" }),
  "a real process 1 with nothing": withInit({ PATH: "/usr/bin:/bin:/usr/sbin:/sbin" }),
  "systemd's note": unmarked({ "/run/systemd/container": "systemd-nspawn\n" }),
  "systemd's note, empty": unmarked({ "/run/systemd/container": "" }),
  "systemd's note, a line end": unmarked({ "/run/systemd/container": "\n" }),
  "systemd's note wins over the environment": unmarked({ "/run/systemd/container": "docker", "/proc/1/environ": "container=lxc\0" }),
  "the manager's note": unmarked({ "/run/host/container-manager": "rkt\n" }),
  "the manager's note wins": unmarked({
    "/run/host/container-manager": "pouch\n",
    "/run/systemd/container": "docker\n",
    "/.dockerenv": "",
  }),
  "OpenVZ container": unmarked({ "/proc/vz": { directory: true } }),
  "OpenVZ host": unmarked({ "/proc/vz": { directory: true }, "/proc/bc": { directory: true } }),
  "OpenVZ as a file": unmarked({ "/proc/vz": "" }),
  "a cgroup tree without its root": unmarked({ "/sys/fs/cgroup": { absence: "absent" } }),
  "everything at once": unmarked(
    firmware({ vendor: "VMware, Inc.", biosVendor: "Parallels", boardVendor: "Xen" }),
    { "/proc/vz": { directory: true }, "/proc/xen": { directory: true }, "/.dockerenv": "", "/proc/1/environ": "container=lxc\0" },
    { "/proc/sys/kernel/osrelease": "4.4.0-Microsoft\n", "/proc/cpuinfo": "vendor_id\t: User Mode Linux\nmodel name\t: QEMU UML\n" },
  ),
  "docker in VirtualBox": unmarked(firmware({ vendor: "innotek GmbH", product: "VirtualBox" }), { "/.dockerenv": "" }),
};
