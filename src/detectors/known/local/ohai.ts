import { isAbsence } from "../../views/files.ts";
import type { LocalView } from "../../views/local-view.ts";
import type { KnownDetector, KnownVerdict } from "../known-detector.ts";
import { type Asked, asking, brief } from "./asked.ts";
import { dmidecodeString, readDmi } from "./dmidecode.ts";

/**
 * Chef's ohai, plugin `virtualization`: every sign writes its system and role over what came before, so the last sign decides, and each stays in
 * the list of systems. A question that fails (a file that may not be read, a host name that is not there) ends the plugin with what it has.
 */
export interface OhaiFindings {
  readonly system?: string;
  readonly role?: "guest" | "host";
  readonly systems: Readonly<Record<string, "guest" | "host">>;
  /** Name of the Hyper-V host. */
  readonly hypervisor_host?: string;
}

export interface OhaiAnswer extends KnownVerdict {
  readonly found: OhaiFindings;
}

export function ohaiVirtualization(view: LocalView): OhaiAnswer {
  const search = new Search(view);
  for (const question of QUESTIONS) if (!question(search)) break;
  const { found, asked } = search;
  return { found, says: ohaiSays(found), sees: seen(found), because: asked.reasons.toReversed(), lacking: asked.lacking };
}

/** All that it found, in a line. */
export function ohaiSays({ system, role, systems }: OhaiFindings): string {
  const all = Object.entries(systems).map(([one, as]) => `${one}=${as}`);
  return `system: ${system ?? "-"}, role: ${role ?? "-"}, systems: ${all.join(" ") || "-"}`;
}

const CONTAINERS: readonly string[] = ["docker", "lxc", "lxd", "nspawn", "openvz", "linux-vserver"];

function seen({ system, role }: OhaiFindings): KnownVerdict["sees"] {
  if (system === undefined || role !== "guest") return "nothing";
  return CONTAINERS.includes(system) ? "container" : "virtual-machine";
}

class Search {
  readonly asked: Asked;
  #system: string | undefined;
  #role: "guest" | "host" | undefined;
  #hypervisorHost: string | undefined;
  readonly #systems = new Map<string, "guest" | "host">();

  constructor(view: LocalView) {
    this.asked = asking(view, "root");
  }

  get found(): OhaiFindings {
    return {
      ...(this.#system === undefined ? {} : { system: this.#system }),
      ...(this.#role === undefined ? {} : { role: this.#role }),
      systems: Object.fromEntries(this.#systems),
      ...(this.#hypervisorHost === undefined ? {} : { hypervisor_host: this.#hypervisorHost }),
    };
  }

  get isDecided(): boolean {
    return this.#system !== undefined && this.#role !== undefined;
  }

  is(system: string, role: "guest" | "host", because: string): void {
    this.#system = system;
    this.#role = role;
    this.list(system, role);
    this.asked.because(because);
  }

  list(system: string, role: "guest" | "host"): void {
    this.#systems.set(system, role);
  }

  hostedBy(name: string): void {
    this.#hypervisorHost = name;
  }

  /** A program that may be run, on the PATH or where the system keeps its own. */
  program(...names: readonly string[]): boolean {
    const path = this.asked.view.environment?.["PATH"]?.split(":").filter(Boolean) ?? [];
    const folders = new Set([...path, ..."/usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin".split(" ")]);
    return [...folders].some((folder) => names.some((name) => this.#isProgram(`${folder}/${name}`)));
  }

  #isProgram(path: string): boolean {
    if (!this.asked.there(path)) return false;
    const look = this.asked.view.files.look(path);
    return !isAbsence(look) && look.kind !== "directory" && (look.mode & 0o111) !== 0;
  }
}

/** Says whether the plugin goes on. */
type Question = (search: Search) => boolean;

const going =
  (question: (search: Search) => void): Question =>
  (search) => {
    question(search);
    return true;
  };

const program = (system: string, ...names: readonly string[]): Question =>
  going((search) => {
    if (search.program(...names)) search.is(system, "host", `there is a program ${names[0]}`);
  });

const xen = going((search) => {
  if (!search.asked.there("/proc/xen")) return;
  search.is("xen", "guest", "/proc/xen is there");
  if (/control_d/i.test(search.asked.text("/proc/xen/capabilities") ?? ""))
    search.is("xen", "host", "/proc/xen/capabilities has control_d");
});

const virtualBox = going((search) => {
  const modules = search.asked.text("/proc/modules") ?? "";
  if (/^vboxdrv/m.test(modules)) search.is("vbox", "host", "the module vboxdrv is loaded");
  else if (/^vboxguest/m.test(modules)) search.is("vbox", "guest", "the module vboxguest is loaded");
});

const processor = going((search) => {
  const model = /QEMU Virtual CPU|Common KVM processor|Common 32-bit KVM processor/.exec(search.asked.text("/proc/cpuinfo") ?? "")?.[0];
  if (model !== undefined) search.is("kvm", "guest", `/proc/cpuinfo has ${brief(model)}`);
});

/** A machine that has KVM's device is its host, unless its processor has the hypervisor flag. */
const kvmDevice = going((search) => {
  if (!search.asked.there("/sys/devices/virtual/misc/kvm")) return;
  const isGuest = (search.asked.text("/proc/cpuinfo") ?? "").includes("hypervisor");
  search.is("kvm", isGuest ? "guest" : "host", `KVM's device is there, the hypervisor flag is ${isGuest ? "" : "not "}set`);
});

interface FirmwareRule {
  readonly has: RegExp;
  readonly system: string;
  readonly product?: RegExp;
}

/** The manufacturers come first; the first that matches decides, and Microsoft's only with its product. */
const MANUFACTURERS: readonly FirmwareRule[] = [
  { has: /OpenStack/, system: "openstack" },
  { has: /Xen/, system: "xen" },
  { has: /VMware/, system: "vmware" },
  { has: /Microsoft/, system: "hyperv", product: /Virtual Machine/ },
  { has: /Amazon EC2/, system: "amazonec2" },
  { has: /QEMU/, system: "kvm" },
  { has: /Veertu/, system: "veertu" },
  { has: /Parallels/, system: "parallels" },
];
const PRODUCTS: readonly FirmwareRule[] = [
  { has: /VirtualBox/, system: "vbox" },
  { has: /OpenStack/, system: "openstack" },
  { has: /KVM|RHEV/, system: "kvm" },
  { has: /BHYVE/, system: "bhyve" },
];

const firmware = going((search) => {
  const reading = readDmi(search.asked);
  if (reading === undefined) return;
  const common = (keyword: string) => {
    const all = new Set(dmidecodeString(reading, keyword).map((line) => line.trim()));
    return all.size === 1 ? ([...all][0] ?? "") : "";
  };
  const [manufacturer, product] = [common("system-manufacturer"), common("system-product-name")];
  const maker = MANUFACTURERS.find(({ has, product: wanted }) => has.test(manufacturer) && (wanted?.test(product) ?? true));
  const found = maker ?? PRODUCTS.find(({ has }) => has.test(product));
  if (found !== undefined) search.is(found.system, "guest", `firmware of ${brief(manufacturer)}, ${brief(product)}`);
});

const openVz = going((search) => {
  if (search.asked.there("/proc/bc/0")) search.is("openvz", "host", "/proc/bc/0 is there");
  else if (search.asked.there("/proc/vz")) search.is("openvz", "guest", "/proc/vz is there");
});

const POOL = "/var/lib/hyperv/.kvp_pool_3";

/**
 * The host's name stands between two keys of one line; without them the plugin ends in an error. Its pattern begins with any character that is no
 * hexadecimal digit, a line end too.
 */
function hyperVHost(text: string): string | undefined {
  for (const line of text.split("\n")) {
    const key = /[^0-9a-fA-F]ostName/.exec(`\n${line}`);
    const start = key === null ? -1 : key.index - 1 + key[0].length;
    const end = start < 0 ? -1 : line.indexOf("HostingSystemEditionId", start);
    if (end >= 0) return line.slice(start, end);
  }
  return undefined;
}

function hyperV(search: Search): boolean {
  if (!search.asked.there(POOL)) return true;
  const name = hyperVHost(search.asked.text(POOL) ?? "");
  if (name === undefined) return false;
  search.is("hyperv", "guest", `${POOL} is there`);
  search.hostedBy(name.replace(/[^\x20-\x7e]/g, "").toLowerCase());
  return true;
}

const vserver = going((search) => {
  const context = /^(?:s_context|VxID):\s*(\d+)$/m.exec(search.asked.text("/proc/self/status") ?? "")?.[1];
  if (context !== undefined) search.is("linux-vserver", context === "0" ? "host" : "guest", "/proc/self/status has VxID");
});

const CGROUPS: readonly RegExp[] = [/^\d+:[^:]*:\/(lxc|docker)\/.+$/m, /^\d+:[^:]*:\/[^/]+\/(lxc|docker)-?.+$/m];

/** Process 1's environment is read only where its cgroup says nothing; who may not read it gets no further. */
function cgroup(search: Search): boolean {
  const groups = search.asked.text("/proc/self/cgroup");
  if (groups === undefined) return true;
  const named = CGROUPS.map((pattern) => pattern.exec(groups)?.[1]).find((name) => name !== undefined);
  if (named !== undefined) search.is(named, "guest", `/proc/self/cgroup names ${named}`);
  else return initEnvironment(search, groups);
  return true;
}

function initEnvironment(search: Search, groups: string): boolean {
  const environment = search.asked.text("/proc/1/environ");
  if (environment === undefined) return false;
  if (environment.includes("container=lxc")) search.is("lxc", "guest", "/proc/1/environ has container=lxc");
  else if (environment.includes("container=systemd-nspawn")) search.is("nspawn", "guest", "/proc/1/environ has container=systemd-nspawn");
  else if (search.program("lxc-version", "lxc-start") && /\d:[^:]+:\/$/m.test(groups)) lxcHost(search);
  return true;
}

/** A host of LXC that may be something else as well: it does not decide over what was found. */
function lxcHost(search: Search): void {
  if (search.isDecided) search.list("lxc", "host");
  else search.is("lxc", "host", "LXC's programs are there");
}

const docker = going((search) => {
  for (const mark of ["/.dockerenv", "/.dockerinit"]) if (search.asked.there(mark)) search.is("docker", "guest", `${mark} is there`);
});

const lxd = going((search) => {
  if (search.asked.there("/dev/lxd/sock")) return search.is("lxd", "guest", "/dev/lxd/sock is there");
  const home = ["/var/lib/lxd/devlxd", "/var/snap/lxd/common/lxd/devlxd"].find((path) => search.asked.there(path));
  if (home !== undefined) search.is("lxd", "host", `${home} is there`);
});

const QUESTIONS: readonly Question[] = [
  ...[program("docker", "docker"), xen, virtualBox, program("openstack", "nova"), processor, kvmDevice, firmware],
  ...[openVz, hyperV, vserver, cgroup, docker, lxd],
];

export const ohaiDetector: KnownDetector<LocalView> = {
  id: "ohai",
  title: "Chef's ohai",
  version: "16.13 (Debian 12)",
  source: "ohai, plugins/linux/virtualization.rb and mixin/dmi_decode.rb",
  runAs: "root",
  judge: (view) => {
    const { found: _found, ...verdict } = ohaiVirtualization(view);
    return verdict;
  },
};
