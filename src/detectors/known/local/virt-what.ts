import type { LocalView } from "../../views/local-view.ts";
import type { KnownDetector, KnownVerdict } from "../known-detector.ts";
import { type Asked, asking, brief } from "./asked.ts";
import { hypervisorName } from "./cpuid.ts";
import { dmidecodeText, readDmi } from "./dmidecode.ts";

/**
 * virt-what 1.25: prints every fact that it finds, a line each, so contradictions stand side by side. The rules are a table in the order in
 * which facts are printed; a few facts switch later questions off. It searches dmidecode's text line by line, and runs as root only.
 */
interface Facts {
  readonly asked: Asked;
  /** The name that the processor gives; the first known one from leaf 0x4000ff00 down. */
  readonly cpuid: string;
  readonly dmi: readonly string[];
  readonly arch: string;
  readonly printed: string[];
  /** Later questions that are switched off. */
  readonly off: Set<"kvm" | "lkvm">;
}

export interface VirtWhatAnswer extends KnownVerdict {
  readonly facts: readonly string[];
}

export function virtWhat(view: LocalView): VirtWhatAnswer {
  if (view.seenBy !== undefined && view.seenBy.viewer.uid !== 0) return REFUSAL;
  const asked = asking(view, "root");
  const facts: Facts = { asked, cpuid: cpuidName(asked), dmi: dmiLines(asked), arch: archOf(view), printed: [], off: new Set() };
  for (const rule of RULES) rule(facts);
  const { printed } = facts;
  return { facts: printed, says: printed.join("\n") || "nothing", sees: seenIn(printed), because: asked.reasons, lacking: asked.lacking };
}

/** It leaves with status 1, and looks at nothing. */
const REFUSAL: VirtWhatAnswer = {
  facts: [],
  says: "virt-what: this script must be run as root",
  sees: "nothing",
  because: ["it is run by an ordinary user"],
  lacking: [],
};

const KNOWN_NAMES: readonly string[] = [
  ...["bhyve bhyve ", "KVMKVMKVM", "LKVMLKVMLKVM", "Microsoft Hv", "OpenBSDVMM58", "TCGTCGTCGTCG", "VMwareVMware", "XenVMMXenVMM"],
];

/** Hypervisors that pose as another one keep their own name in a higher leaf: the highest with a known name counts. */
function cpuidName(asked: Asked): string {
  const leaves = Object.keys(asked.view.instructions?.cpuid ?? {}).flatMap((key) => /^(4000[0-9a-f]{2}00)\.0$/.exec(key)?.[1] ?? []);
  const names = [...new Set([...leaves, "40000000"])]
    .sort()
    .reverse()
    .map((leaf) => hypervisorName(asked, leaf));
  return names.map((name) => name.split("\0")[0] ?? "").find((name) => KNOWN_NAMES.includes(name)) ?? "";
}

const NO_TABLE = "# No SMBIOS nor DMI entry point found, sorry.";

/** Without a table dmidecode scans /dev/mem, finds nothing and says so; without that as well it says something else. */
function dmiLines(asked: Asked): readonly string[] {
  const reading = readDmi(asked);
  if (reading === undefined) return asked.there("/dev/mem") ? [NO_TABLE] : ["/dev/mem: No such file or directory"];
  return echoed(dmidecodeText(reading)).split("\n");
}

/** The script prints the text with its shell's `echo`, to which a backslash is special; `\c` ends the output. */
function echoed(text: string): string {
  const end = text.search(/(?<!\\)(?:\\\\)*\\c/);
  const kept = end < 0 ? text : text.slice(0, end);
  return kept.replace(/\\(0[0-7]{0,3}|[abfnrtv\\])/g, (_, code: string) =>
    code.startsWith("0") ? String.fromCharCode(Number.parseInt(code, 8) & 0xff) : (ESCAPES[code] ?? ""),
  );
}

const ESCAPES: Readonly<Record<string, string>> = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", "\\": "\\" };

function archOf({ uname }: LocalView): string {
  return (uname?.machine ?? "x86_64").replace(/i.86/, "i386").replace(/arm.*/, "arm");
}

type Rule = (facts: Facts) => void;

function print({ printed, asked }: Facts, because: string, ...facts: readonly string[]): void {
  printed.push(...facts);
  asked.because(`${facts.join(", ")}: ${because}`);
}

const hasDmi = ({ dmi }: Facts, ...patterns: readonly RegExp[]) => patterns.every((pattern) => dmi.some((line) => pattern.test(line)));

/** Prints a fact when all patterns stand in dmidecode's text. */
function dmiRule(fact: string, ...patterns: readonly RegExp[]): Rule {
  return (facts) => {
    if (hasDmi(facts, ...patterns)) print(facts, `dmidecode prints ${patterns.map((pattern) => pattern.source).join(" and ")}`, fact);
  };
}

function linesAt(asked: Asked, path: string): readonly string[] {
  return asked.text(path)?.split("\n") ?? [];
}

const hasLine = (asked: Asked, path: string, pattern: RegExp) => linesAt(asked, path).some((line) => pattern.test(line));
const isFolder = (asked: Asked, path: string) => typeof asked.view.files.list(path) !== "string";

function isFile(asked: Asked, path: string): boolean {
  return asked.there(path) && !isFolder(asked, path);
}

/** A rule for one file's lines. */
function lineRule(fact: string, path: string, pattern: RegExp): Rule {
  return (facts) => {
    if (hasLine(facts.asked, path, pattern)) print(facts, `${path} has a line like ${pattern.source}`, fact);
  };
}

const environment = (asked: Asked) => asked.text("/proc/1/environ")?.split(/[\0\n]/) ?? [];

const vmware: Rule = (facts) => {
  if (facts.cpuid === "VMwareVMware") print(facts, `CPUID says ${facts.cpuid}`, "vmware");
  else dmiRule("vmware", /Manufacturer: VMware/)(facts);
};

const hyperv: Rule = (facts) => {
  if (facts.cpuid === "Microsoft Hv") print(facts, `CPUID says ${facts.cpuid}`, "hyperv");
  else dmiRule("virtualpc", /Manufacturer: Microsoft Corporation/, /Product Name: Virtual Machine/)(facts);
};

const bhyve: Rule = (facts) => {
  if (facts.cpuid === "bhyve bhyve ") print(facts, `CPUID says ${facts.cpuid}`, "bhyve");
  else dmiRule("bhyve", /Vendor: BHYVE/)(facts);
};

const openvz: Rule = (facts) => {
  if (isFolder(facts.asked, "/proc/vz") && !isFolder(facts.asked, "/proc/bc")) print(facts, "/proc/vz is there, /proc/bc is not", "openvz");
};

const lxc: Rule = (facts) => {
  const named = environment(facts.asked).find((variable) => /^container=lxc/i.test(variable));
  if (named !== undefined) print(facts, `process 1 has ${brief(named)} in its environment`, "lxc");
};

const illumos: Rule = (facts) => {
  if (environment(facts.asked).includes("container=zone") && hasLine(facts.asked, "/proc/version", /BrandZ virtual linux/))
    print(facts, "process 1 is in a zone, /proc/version says BrandZ", "illumos-lx");
};

const vserver: Rule = (facts) => {
  if (!hasLine(facts.asked, "/proc/self/status", /VxID: /)) return;
  const host = hasLine(facts.asked, "/proc/self/status", /VxID: 0$/);
  print(facts, "/proc/self/status has a VxID", "linux_vserver", host ? "linux_vserver-host" : "linux_vserver-guest");
};

const mainframe: Rule = (facts) => {
  if (!hasLine(facts.asked, "/proc/cpuinfo", /^vendor_id.*IBM\/S390/)) return;
  print(facts, "vendor_id in /proc/cpuinfo is IBM/S390", "ibm_systemz");
  if (!isFile(facts.asked, "/proc/sysinfo")) return;
  const control = CONTROL_PROGRAMS.find(([pattern]) => hasLine(facts.asked, "/proc/sysinfo", pattern))?.[1];
  print(facts, "/proc/sysinfo names what runs it", control ?? "ibm_systemz-direct");
};

const CONTROL_PROGRAMS: readonly (readonly [RegExp, string])[] = [
  [/VM.*Control Program.*KVM\/Linux/, "ibm_systemz-kvm"],
  [/VM.*Control Program.*z\/VM/, "ibm_systemz-zvm"],
  [/^LPAR/, "ibm_systemz-lpar"],
];

const parallels: Rule = (facts) => {
  dmiRule("parallels", /Vendor: Parallels/)(facts);
  if (facts.printed.at(-1) === "parallels") facts.off.add("kvm");
};

/** The first of these that holds; only some of them rule KVM out. */
const xen: Rule = (facts) => {
  const { asked, cpuid, off } = facts;
  if (cpuid === "XenVMMXenVMM" && !hasDmi(facts, /No SMBIOS nor DMI entry point found, sorry/)) {
    print(facts, "CPUID says XenVMMXenVMM", "xen", "xen-hvm");
    off.add("kvm");
  } else if (isFolder(asked, "/proc/xen")) {
    const control = hasLine(asked, "/proc/xen/capabilities", /control_d/);
    print(facts, "/proc/xen is there", "xen", control ? "xen-dom0" : "xen-domU");
    off.add("kvm").add("lkvm");
  } else if (isFile(asked, "/sys/hypervisor/type") && hasLine(asked, "/sys/hypervisor/type", /xen/)) {
    print(facts, "/sys/hypervisor/type says xen", "xen");
  } else if (isArm(facts)) xenInTree(facts);
};

const isArm = ({ arch }: Facts) => arch === "arm" || arch === "aarch64";

function xenInTree(facts: Facts): void {
  const compatible = facts.asked.text("/proc/device-tree/hypervisor/compatible") ?? "";
  const found = ["xen", "vmware"].find((name) => compatible.includes(name));
  if (found === undefined) return;
  print(facts, `the device tree has a hypervisor ${brief(compatible)}`, found);
  facts.off.add("lkvm");
  if (found === "xen") facts.off.add("kvm");
}

/** The first of these that holds; what is known for sure ends the search for kvmtool. */
const qemuOrKvm: Rule = (facts) => {
  const { asked, cpuid, off } = facts;
  if (off.has("kvm")) return;
  if (cpuid === "KVMKVMKVM") return print(facts, `CPUID says ${cpuid}`, "kvm");
  if (cpuid === "TCGTCGTCGTCG") return certain(facts, `CPUID says ${cpuid}`, "qemu");
  const found = MACHINES_BY_DMI.find(([, ...patterns]) => hasDmi(facts, ...patterns));
  if (found !== undefined) return certain(facts, `dmidecode prints ${found[1].source}`, found[0]);
  if (isArm(facts)) {
    if (asked.names("/proc/device-tree").some((name) => name.includes("fw-cfg"))) certain(facts, "the device tree has fw-cfg", "qemu");
  } else if (isFolder(asked, "/proc/device-tree/hypervisor") && hasLine(asked, "/proc/device-tree/hypervisor/compatible", /linux,kvm/))
    certain(facts, "the device tree has a hypervisor linux,kvm", "kvm");
  else lineRule("qemu", "/proc/cpuinfo", /QEMU/)(facts);
};

const MACHINES_BY_DMI: readonly (readonly [fact: string, pattern: RegExp, ...more: RegExp[]])[] = [
  ["kvm", /Product Name: KVM/],
  ["kvm", /Manufacturer: KVM/],
  ["kvm", /Manufacturer: Amazon EC2/, /System is a virtual machine/],
  ["qemu", /Manufacturer: QEMU/],
];

function certain(facts: Facts, because: string, fact: string): void {
  print(facts, because, fact);
  facts.off.add("lkvm");
}

const kvmtool: Rule = (facts) => {
  if (facts.off.has("lkvm")) return;
  if (facts.cpuid === "LKVMLKVMLKVM") print(facts, `CPUID says ${facts.cpuid}`, "lkvm");
  else if (isArm(facts) && (facts.asked.text("/proc/device-tree/compatible") ?? "").includes("dummy-virt"))
    print(facts, "the device tree is a dummy-virt", "lkvm");
};

const docker: Rule = (facts) => {
  const marker = ["/.dockerenv", "/.dockerinit"].find((path) => isFile(facts.asked, path));
  if (marker !== undefined) print(facts, `${marker} is there`, "docker");
  else lineRule("docker", "/proc/self/cgroup", /\/docker\//)(facts);
};

const podman: Rule = (facts) => {
  const named = environment(facts.asked).some((variable) => /^container=podman/i.test(variable));
  if (named) print(facts, "process 1 has container=podman in its environment", "podman");
  else lineRule("podman", "/proc/self/cgroup", /\/libpod-/)(facts);
};

const openbsd: Rule = (facts) => {
  if (facts.cpuid === "OpenBSDVMM58") print(facts, `CPUID says ${facts.cpuid}`, "vmm");
};

const aws: Rule = (facts) => {
  const onXen = hasDmi(facts, /Version: [0-9]+\.[0-9]+\.amazon/);
  if (onXen) print(facts, "dmidecode prints a version of Amazon's", "aws");
  else dmiRule("aws", /Vendor: Amazon EC2/)(facts);
};

const RULES: readonly Rule[] = [
  dmiRule("alibaba_cloud", /Manufacturer: Alibaba/),
  vmware,
  hyperv,
  dmiRule("virtualbox", /Manufacturer: innotek GmbH/),
  bhyve,
  openvz,
  lxc,
  illumos,
  vserver,
  lineRule("uml", "/proc/cpuinfo", /UML/),
  lineRule("powervm_lx86", "/proc/cpuinfo", /^vendor_id.*PowerVM Lx86/),
  dmiRule("virtage", /Manufacturer.*HITACHI/, /Product.* LPAR/),
  mainframe,
  parallels,
  dmiRule("nutanix_ahv", /Manufacturer: Nutanix/),
  dmiRule("ovirt", /Manufacturer: oVirt/),
  dmiRule("rhev", /Product Name: RHEV Hypervisor/),
  dmiRule("google_cloud", /Product Name: Google Compute Engine/),
  dmiRule("redhat", /Manufacturer: Red Hat/),
  xen,
  qemuOrKvm,
  kvmtool,
  docker,
  podman,
  openbsd,
  aws,
];

/** Facts that speak of a container, and those that speak of the host of guests. */
const CONTAINER_FACTS = new Set(["openvz", "lxc", "illumos-lx", "linux_vserver", "linux_vserver-guest", "docker", "podman"]);
const HOST_FACTS = new Set(["xen-dom0", "linux_vserver-host", "alibaba_cloud-ebm"]);

function seenIn(printed: readonly string[]): KnownVerdict["sees"] {
  const telling = printed.filter((fact) => !HOST_FACTS.has(fact));
  if (telling.length === 0) return "nothing";
  return telling.some((fact) => !CONTAINER_FACTS.has(fact)) ? "virtual-machine" : "container";
}

export const virtWhatDetector: KnownDetector<LocalView> = {
  id: "virt-what",
  title: "virt-what",
  version: "1.25 (Debian 12)",
  source: "virt-what(1)",
  runAs: "root",
  judge: (view) => {
    const { facts: _facts, ...verdict } = virtWhat(view);
    return verdict;
  },
};
