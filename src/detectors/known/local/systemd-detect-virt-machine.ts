import { type Asked, brief } from "./asked.ts";
import { hypervisorBit, hypervisorName } from "./cpuid.ts";
import { detectDmi } from "./systemd-detect-virt-dmi.ts";
import { type Failure, firstLine, isFailure, linesOf, PERMISSION_DENIED } from "./systemd-lines.ts";

/**
 * systemd's questions about machines. DMI is read first, but only some of its answers are final at once; the others wait until the
 * processor (CPUID) has said nothing better. `vm-other` is a hint, used when nothing else is found; in newer releases CPUID's `Microsoft Hv` is,
 * too.
 */
export function detectMachine(asked: Asked, microsoftIsHint: boolean): string | Failure {
  const dmi = detectDmi(asked);
  if (typeof dmi === "string" && FINAL_DMI.includes(dmi)) return dmi;
  const uml = detectUml(asked);
  if (uml !== "none") return uml;
  const xen = detectXen(asked);
  if (xen === "guest") return "xen";
  if (isFailure(xen)) return xen;
  const processor = detectCpuid(asked);
  const hints = microsoftIsHint ? ["none", "vm-other", "microsoft"] : ["none", "vm-other"];
  if (xen === "dom0" || !hints.includes(processor)) return processor;
  return detectLate(asked, dmi, processor);
}

const FINAL_DMI: readonly string[] = ["oracle", "xen", "amazon", "parallels", "google"];

/** After CPUID: DMI's answer, the hypervisor in /sys, the device tree, z/VM; then the hints. */
function detectLate(asked: Asked, dmi: string | Failure, processor: string): string | Failure {
  let hint = processor;
  for (const ask of [() => dmi, detectHypervisorType, detectDeviceTree, detectMainframe]) {
    const answer = ask(asked);
    if (answer !== "none" && answer !== "vm-other") return answer;
    if (hint === "none") hint = answer;
  }
  return hint;
}

function detectUml(asked: Asked): string | Failure {
  const cpuinfo = asked.read("/proc/cpuinfo");
  if (cpuinfo === "denied") return PERMISSION_DENIED;
  if (typeof cpuinfo === "string") return "none";
  for (const line of linesOf(cpuinfo)) {
    if (isFailure(line)) return line;
    if (!line.startsWith("vendor_id\t: ")) continue;
    if (!line.startsWith("vendor_id\t: User Mode Linux")) return "none";
    asked.because("vendor_id in /proc/cpuinfo is User Mode Linux");
    return "uml";
  }
  return "none";
}

function detectXen(asked: Asked): "none" | "guest" | "dom0" | Failure {
  if (!asked.there("/proc/xen")) return "none";
  const dom0 = isXenDom0(asked);
  if (isFailure(dom0)) return dom0;
  if (!dom0) asked.because("/proc/xen is there, and nothing says that this is dom0");
  return dom0 ? "dom0" : "guest";
}

const DOM0_FEATURE = 1n << 11n;

function isXenDom0(asked: Asked): boolean | Failure {
  const features = firstLine(asked.read("/sys/hypervisor/properties/features"));
  if (isFailure(features)) return features;
  const value = /^\s*(?:0[xX])?([0-9a-fA-F]+)/.exec(features?.text ?? "")?.[1];
  if (value !== undefined) return (BigInt(`0x${value}`) & DOM0_FEATURE) !== 0n;
  const capabilities = firstLine(asked.read("/proc/xen/capabilities"));
  if (isFailure(capabilities)) return capabilities;
  return (capabilities?.text ?? "").split(",").includes("control_d");
}

/** Names in CPUID leaf 0x40000000. */
export const CPUID_VENDORS: Readonly<Record<string, string>> = {
  XenVMMXenVMM: "xen",
  KVMKVMKVM: "kvm",
  "Linux KVM Hv": "kvm",
  TCGTCGTCGTCG: "qemu",
  VMwareVMware: "vmware",
  "Microsoft Hv": "microsoft",
  "bhyve bhyve ": "bhyve",
  QNXQVMBSQG: "qnx",
  ACRNACRNACRN: "acrn",
  SRESRESRESRE: "sre",
  "Apple VZ": "apple",
};

function detectCpuid(asked: Asked): string {
  if (!hypervisorBit(asked)) return "none";
  const name = hypervisorName(asked);
  asked.because(`CPUID names the hypervisor ${brief(name)}`);
  return Object.hasOwn(CPUID_VENDORS, name) ? (CPUID_VENDORS[name] ?? "vm-other") : "vm-other";
}

function detectHypervisorType(asked: Asked): string | Failure {
  const type = firstLine(asked.read("/sys/hypervisor/type"));
  if (type === undefined || isFailure(type)) return type ?? "none";
  asked.because(`/sys/hypervisor/type is ${brief(type.text)}`);
  return type.text === "xen" ? "xen" : "vm-other";
}

const MACHINES_WITH_TREE = /^(arm|aarch64|ppc|riscv)/;

function detectDeviceTree(asked: Asked): string | Failure {
  if (!MACHINES_WITH_TREE.test(asked.view.uname?.machine ?? "")) return "none";
  const compatible = firstLine(asked.read("/proc/device-tree/hypervisor/compatible"));
  if (isFailure(compatible)) return compatible;
  return compatible === undefined ? treeWithoutHypervisor(asked) : hypervisorInTree(asked, compatible.text);
}

function hypervisorInTree(asked: Asked, type: string): string {
  asked.because(`the device tree has a hypervisor ${brief(type)}`);
  if (type === "linux,kvm") return "kvm";
  return ["xen", "vmware"].find((name) => type.includes(name)) ?? "vm-other";
}

function treeWithoutHypervisor(asked: Asked): string | Failure {
  const tree = (name: string) => asked.there(`/proc/device-tree/${name}`);
  if (tree("ibm,partition-name") && tree("hmc-managed?") && !tree("chosen/qemu,graphic-width")) return "powervm";
  if (asked.names("/proc/device-tree").some((name) => name.includes("fw-cfg"))) return "qemu";
  const machine = firstLine(asked.read("/proc/device-tree/compatible"));
  if (isFailure(machine)) return machine;
  return machine?.text === "qemu,pseries" ? "qemu" : "none";
}

function detectMainframe(asked: Asked): string | Failure {
  if (!/^s390/.test(asked.view.uname?.machine ?? "")) return "none";
  const control = /^VM00 Control Program:\s*(\S*)/m.exec(asked.text("/proc/sysinfo") ?? "")?.[1];
  if (control === undefined) return "none";
  asked.because(`/proc/sysinfo names the control program ${brief(control)}`);
  return control === "z/VM" ? "zvm" : "kvm";
}
