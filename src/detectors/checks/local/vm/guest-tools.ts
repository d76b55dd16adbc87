import { type Check, clean, shown, unknown } from "../../../check.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { processesOf, programOf } from "../processes.ts";
import { family, MAX_NAMES, type Mark, markIn, namesIn } from "./families.ts";

/** The programs by which a guest serves its hypervisor or its cloud. */
const { judged, present } = family("guest-tools");

/** Whole names, as the kernel cuts them (15 characters) and as they are. */
const toolMarks: readonly Mark[] = [
  [/^(?:vmtoolsd|VGAuthService|vmware-guestd|vmware-vmblock-fuse|vmware-vmblock-|vmware-user)$/, "VMware"],
  [/^(?:VBoxService|VBoxClient|VBoxDRMClient)$/, "VirtualBox"],
  [/^(?:qemu-ga|spice-vdagentd?)$/, "QEMU"],
  [/^(?:xe-daemon|xe-linux-distribution|xen-guest-agent)$/, "Xen"],
  [/^(?:prltoolsd|prlcc|prlshprof)$/, "Parallels"],
  [/^(?:hv_kvp_daemon|hv_vss_daemon|hv_fcopy_daemon|hypervkvpd|hypervvssd|waagent)$/, "Hyper-V"],
  [/^(?:google_guest_ag|google_guest_agent|google_osconfig_agent|google_osconfig_)$/, "Google"],
  [/^(?:amazon-ssm-agent|amazon-ssm-agen)$/, "Amazon"],
  [/^(?:aliyun-service|AliYunDun|qcloud-agent|oracle-cloud-ag)$/, "a cloud"],
];

const toolFiles: readonly string[] = [
  "/etc/vmware-tools",
  "/usr/bin/vmtoolsd",
  "/usr/sbin/VBoxService",
  "/usr/bin/VBoxService",
  "/usr/sbin/qemu-ga",
  "/usr/bin/qemu-ga",
  "/usr/sbin/xe-daemon",
  "/usr/lib/parallels-tools",
  "/usr/sbin/hv_kvp_daemon",
  "/usr/sbin/waagent",
  "/usr/bin/google_guest_agent",
  "/var/lib/hyperv/.kvp_pool_0",
];

export const guestToolChecks: readonly Check<LocalView>[] = [
  judged(
    {
      id: "vm.tools.process",
      looksAt: "names of processes",
      reason: "A service for guests of a hypervisor is running.",
      ratio: 1.4,
      source: "open-vm-tools; VirtualBox additions; qemu-guest-agent; clouds' agents",
    },
    ({ files }) => {
      const processes = processesOf(files);
      if (typeof processes === "string" || processes.length === 0) return unknown("no process could be looked at");
      const found = processes
        .map((one) => markIn(one.name, toolMarks) ?? markIn(programOf(one), toolMarks))
        .find((one) => one !== undefined);
      return found === undefined ? clean(`${processes.length} others`) : shown(found);
    },
  ),
  present(
    {
      id: "vm.tools.file",
      looksAt: "programs and settings of guest tools",
      reason: "Tools for guests of a hypervisor are installed.",
      ratio: 1.3,
      source: "packages open-vm-tools, qemu-guest-agent, virtualbox-guest-utils, spice-vdagent, hyperv-daemons",
    },
    toolFiles,
  ),
  judged(
    {
      id: "vm.tools.additions",
      looksAt: "/opt",
      reason: "VirtualBox' additions were installed by their own installer.",
      ratio: 1.4,
      source: "VirtualBox manual §4.2",
    },
    ({ files }) => {
      const names = files.list("/opt");
      if (typeof names === "string") return names === "absent" ? clean("no /opt") : unknown(`/opt: ${names}`);
      const found = names.slice(0, MAX_NAMES).find((name) => /^VBoxGuestAdditions-[\d.]{1,12}$/.test(name));
      return found === undefined ? clean(`${names.length} others`) : shown(found);
    },
  ),
  judged(
    {
      id: "vm.tools.unit",
      looksAt: "/etc/systemd/system/*.wants",
      reason: "The system is set up to start a service for guests at boot.",
      ratio: 1.3,
      source: "Debian's units of guest tools",
    },
    ({ files }) => {
      const wants = ["multi-user.target.wants", "graphical.target.wants", "open-vm-tools.service.requires", "cloud-init.target.wants"];
      const top = files.list("/etc/systemd/system");
      if (typeof top === "string") return top === "absent" ? clean("no such directory") : unknown(`/etc/systemd/system: ${top}`);
      const units = wants.flatMap((name) => namesIn(files, `/etc/systemd/system/${name}`));
      const found = units.map((unit) => markIn(unit, unitMarks)).find((one) => one !== undefined);
      return found === undefined ? clean(`${units.length} others`) : shown(found);
    },
  ),
  present(
    {
      id: "vm.tools.cloud-init",
      looksAt: "/var/lib/cloud/instance",
      reason: "The system was set up by a cloud at its first boot.",
      ratio: 1.2,
      source: "cloud-init documentation, instance data",
    },
    ["/var/lib/cloud/instance"],
  ),
];

const unitMarks: readonly Mark[] = [
  [/^(?:open-vm-tools|vgauth|vmtoolsd)\.service$/, "VMware"],
  [/^(?:vboxadd|vboxadd-service|virtualbox-guest-utils)\.service$/, "VirtualBox"],
  [/^(?:qemu-guest-agent)\.service$/, "QEMU"],
  [/^(?:hv-kvp-daemon|hv-vss-daemon|walinuxagent)\.service$/, "Hyper-V"],
  [/^(?:xe-daemon|xe-linux-distribution|xen-guest-agent)\.service$/, "Xen"],
  [/^(?:google-guest-agent|amazon-ssm-agent|cloud-init|cloud-init-local)\.service$/, "a cloud"],
];
