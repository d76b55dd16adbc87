import { quoted } from "../../quoted.ts";
import type { LocalView } from "../../views/local-view.ts";
import type { KnownDetector, KnownVerdict } from "../known-detector.ts";
import { type AnsibleFindings, AnsibleSearch } from "./ansible-search.ts";
import { dmidecodeString, readDmi } from "./dmidecode.ts";

/**
 * The virtual facts of ansible-core: a type and a role, which the first sign decides, and two sets of every technique that any sign names. The order
 * of the questions is the rule: containers, Xen, firmware strings (whole strings, but for the last), processor, modules, dmidecode, /dev/kvm.
 */
export interface AnsibleFacts extends KnownVerdict {
  readonly facts: AnsibleFindings;
}

export function ansibleFacts(view: LocalView): AnsibleFacts {
  const search = new AnsibleSearch(view);
  for (const question of QUESTIONS) question(search);
  const { facts } = search;
  const { reasons: because, lacking } = search.asked;
  return { facts, says: ansibleSays(facts), sees: seen(facts), because, lacking };
}

/** All that it found, in a line. */
export function ansibleSays({ type, role, guest, host }: AnsibleFindings): string {
  return `type: ${type.slice(0, MOST_OF_A_TYPE)}, role: ${role}, guest: ${listed(guest)}, host: ${listed(host)}`;
}

/** /run/systemd/container may say anything, at any length. */
const MOST_OF_A_TYPE = 60;

function listed(techniques: readonly string[]): string {
  return techniques.map((one) => one.slice(0, MOST_OF_A_TYPE)).join(" ") || "-";
}

/** Words of ansible-core for what shares its host's kernel; anything else that is a guest is a machine. */
const CONTAINERS: readonly string[] = ["docker", "lxc", "containerd", "podman", "container", "openvz", "linux_vserver", "systemd-nspawn"];

function seen({ type, role }: AnsibleFindings): KnownVerdict["sees"] {
  if (role === "host" || role === "NA") return "nothing";
  return CONTAINERS.includes(type) ? "container" : "virtual-machine";
}

type Question = (search: AnsibleSearch) => void;

const CGROUPS: readonly (readonly [RegExp, string])[] = [
  [/\/docker(\/|-[0-9a-f]+\.scope)/, "docker"],
  [/\/lxc\/|\/machine.slice\/machine-lxc/, "lxc"],
  [/\/system.slice\/containerd.service/, "containerd"],
];

const INIT_ENVIRONMENT: readonly (readonly [RegExp, string])[] = [
  [/container=lxc/, "lxc"],
  [/container=podman/, "podman"],
  [/^container=./, "container"],
];

function containers(search: AnsibleSearch): void {
  search.eachLine("/proc/1/cgroup", "\n", CGROUPS);
  search.eachLine("/proc/1/environ", "\0", INIT_ENVIRONMENT);
  openVz(search);
  const named = search.content("/run/systemd/container");
  if (named !== undefined) search.guest(named, "/run/systemd/container names it");
  for (const mark of ["/.dockerenv", "/.dockerinit"]) if (search.asked.there(mark)) search.guest("docker", `${mark} is there`);
  if (named !== undefined || ["docker", "lxc", "podman", "openvz", "containerd"].some((one) => search.isGuestOf(one)))
    search.alsoGuest("container");
}

/** The one sign that puts its type above one that was found before, and leaves the role. */
function openVz(search: AnsibleSearch): void {
  const { asked } = search;
  if (!asked.there("/proc/vz") || asked.there("/proc/lve")) return;
  const role = asked.there("/proc/bc") ? "host" : "guest";
  search.sign("openvz", role, "/proc/vz is there");
  search.retype("openvz");
}

/** A guest of Xen found by /proc/xen is not put into the set. */
function xen(search: AnsibleSearch): void {
  if (!search.asked.there("/proc/xen")) return;
  const isHost = search.content("/proc/xen/capabilities")?.includes("control_d") === true;
  if (isHost) search.sign("xen", "host", "/proc/xen/capabilities has control_d");
  else search.decide("xen", "guest", "/proc/xen is there");
}

const DMI = "/sys/devices/virtual/dmi/id";

interface FirmwareRule {
  readonly file: "product_name" | "sys_vendor" | "bios_vendor";
  readonly strings: readonly string[];
  readonly is: string;
  /** Another file that must hold this. */
  readonly and?: readonly [file: "product_name" | "product_family", text: string];
  /** And one that must not. */
  readonly not?: readonly [file: "product_family", text: string];
}

const FIRMWARE: readonly FirmwareRule[] = [
  { file: "product_name", strings: ["KVM", "KVM Server", "Bochs", "AHV"], is: "kvm" },
  { file: "sys_vendor", strings: ["oVirt"], is: "oVirt" },
  { file: "sys_vendor", strings: ["Red Hat"], and: ["product_family", "RHV"], is: "RHV" },
  { file: "sys_vendor", strings: ["Red Hat"], and: ["product_name", "RHEV Hypervisor"], not: ["product_family", "RHV"], is: "RHEV" },
  { file: "product_name", strings: ["VMware Virtual Platform", "VMware7,1"], is: "VMware" },
  { file: "product_name", strings: ["OpenStack Compute", "OpenStack Nova"], is: "openstack" },
  { file: "bios_vendor", strings: ["Xen"], is: "xen" },
  { file: "bios_vendor", strings: ["innotek GmbH"], is: "virtualbox" },
  { file: "bios_vendor", strings: ["Amazon EC2", "DigitalOcean", "Hetzner"], is: "kvm" },
  { file: "sys_vendor", strings: ["QEMU", "Amazon EC2", "DigitalOcean", "Google", "Scaleway", "Nutanix"], is: "kvm" },
  { file: "sys_vendor", strings: ["KubeVirt"], is: "KubeVirt" },
  { file: "sys_vendor", strings: ["Microsoft Corporation"], is: "VirtualPC" },
  { file: "sys_vendor", strings: ["Parallels Software International Inc."], is: "parallels" },
  { file: "sys_vendor", strings: ["OpenStack Foundation"], is: "openstack" },
];

function firmware(search: AnsibleSearch): void {
  const has = ([file, text]: readonly [string, string]) => search.content(`${DMI}/${file}`) === text;
  for (const { file, strings, is, and, not } of FIRMWARE) {
    const text = search.content(`${DMI}/${file}`);
    if (text === undefined || !strings.includes(text) || (and !== undefined && !has(and)) || (not !== undefined && has(not))) continue;
    search.guest(is, `${file} is ${quoted(text)}`);
  }
}

function vserver(search: AnsibleSearch): void {
  for (const line of search.lines("/proc/self/status", "\n")) {
    if (/^VxID:\s+\d+/.test(line)) search.sign("linux_vserver", /^VxID:\s+0/.test(line) ? "host" : "guest", "/proc/self/status has VxID");
  }
}

const PROCESSORS: readonly (readonly [RegExp, string])[] = [
  [/^model name.*QEMU Virtual CPU/, "kvm"],
  [/^vendor_id.*User Mode Linux/, "uml"],
  [/^model name.*UML/, "uml"],
  [/^machine.*CHRP IBM pSeries .emulated by qemu./, "kvm"],
  [/^vendor_id.*PowerVM Lx86/, "powervm_lx86"],
];

/** Each line counts for the first that it matches. On the mainframe lscpu is asked as well. */
function processor(search: AnsibleSearch): void {
  for (const line of search.lines("/proc/cpuinfo", "\n")) {
    const is = PROCESSORS.find(([pattern]) => pattern.test(line))?.[1];
    if (is !== undefined) search.guest(is, "/proc/cpuinfo names it");
    else if (/^vendor_id.*IBM\/S390/.test(line)) mainframe(search);
  }
}

function mainframe(search: AnsibleSearch): void {
  search.alsoGuest("PR/SM");
  search.decide("PR/SM", "LPAR", "/proc/cpuinfo is of IBM/S390");
  search.asked.lacks("lscpu on a mainframe");
}

function modules(search: AnsibleSearch): void {
  const loaded = new Set(search.lines("/proc/modules", "\n").map((line) => line.split(" ", 1)[0] ?? ""));
  if (loaded.has("kvm")) kvmModule(search);
  if (loaded.has("vboxdrv")) search.sign("virtualbox", "host", "the module vboxdrv is loaded");
  if (!loaded.has("virtio")) return;
  search.alsoHost("kvm");
  search.decide("kvm", "guest", "the module virtio is loaded");
}

function kvmModule(search: AnsibleSearch): void {
  const isRhev = search.isFolder("/rhev") && search.processNames().some((name) => name === "vdsm" || name === "vdsmd");
  if (isRhev) search.alsoHost("RHEV");
  search.alsoHost("kvm");
  search.decide(isRhev ? "RHEV" : "kvm", "host", "the module kvm is loaded");
}

/** The only question that looks at the beginning of a name, and one that only root gets answered. */
function dmidecode(search: AnsibleSearch): void {
  const reading = readDmi(search.asked);
  if (reading === undefined) return;
  const lines = dmidecodeString(reading, "system-product-name");
  const name = lines.filter((line) => !line.startsWith("#")).map((line) => line.trim());
  if (name.join("").startsWith("VMware")) search.guest("VMware", "dmidecode's product name begins with VMware");
  if (lines.some((line) => line.includes("BHYVE"))) search.guest("bhyve", "dmidecode's product name has BHYVE");
}

function device(search: AnsibleSearch): void {
  if (search.asked.there("/dev/kvm")) search.sign("kvm", "host", "/dev/kvm is there");
}

const QUESTIONS: readonly Question[] = [containers, xen, firmware, vserver, processor, modules, dmidecode, device];

export const ansibleDetector: KnownDetector<LocalView> = {
  id: "ansible",
  title: "Ansible's virtual facts",
  version: "ansible-core 2.14 (Debian 12)",
  source: "ansible-core, module_utils/facts/virtual/linux.py",
  runAs: "root",
  judge: (view) => {
    const { facts: _facts, ...verdict } = ansibleFacts(view);
    return verdict;
  },
};
