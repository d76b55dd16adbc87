import { type Asked, brief } from "./asked.ts";
import { type Failure, firstLine, isFailure } from "./systemd-lines.ts";

/** Read in this order: QEMU's product name says KVM. */
const DMI_FILES: readonly string[] = ["product_name", "sys_vendor", "board_vendor", "bios_vendor", "product_version"].map(
  (name) => `/sys/class/dmi/id/${name}`,
);

/** Beginnings of DMI strings, tried in this order on each file. */
export const DMI_VENDORS: readonly (readonly [beginning: string, id: string])[] = [
  ["KVM", "kvm"],
  ["OpenStack", "kvm"],
  ["KubeVirt", "kvm"],
  ["Amazon EC2", "amazon"],
  ["QEMU", "qemu"],
  ["VMware", "vmware"],
  ["VMW", "vmware"],
  ["innotek GmbH", "oracle"],
  ["VirtualBox", "oracle"],
  ["Oracle Corporation", "oracle"],
  ["Xen", "xen"],
  ["Bochs", "bochs"],
  ["Parallels", "parallels"],
  ["BHYVE", "bhyve"],
  ["Hyper-V", "microsoft"],
  ["Apple Virtualization", "apple"],
  ["Google Compute Engine", "google"],
];

const MACHINES_WITH_DMI = /^(x86_64|amd64|i[3-6]86|arm|aarch64|loongarch64)/;

/** What the firmware's strings say; an unreadable one fails the step. */
export function detectDmi(asked: Asked): string | Failure {
  if (!MACHINES_WITH_DMI.test(asked.view.uname?.machine ?? "x86_64")) return "none";
  const vendor = dmiVendor(asked);
  if (vendor === "amazon") return amazonOrMetal(asked);
  if (vendor !== "none" || machineBit(asked) !== "set") return vendor;
  asked.because("SMBIOS type 0 says that this is a virtual machine");
  return "vm-other";
}

function dmiVendor(asked: Asked): string | Failure {
  for (const path of DMI_FILES) {
    const line = firstLine(asked.read(path));
    if (isFailure(line)) return line;
    const found = DMI_VENDORS.find(([beginning]) => line?.text.startsWith(beginning));
    if (found === undefined) continue;
    asked.because(`${path} is ${brief(line?.text ?? "")}`);
    return found[1];
  }
  return "none";
}

/** Amazon's bare machines have the same strings: the firmware tells, or where only root may read that, the product name. */
function amazonOrMetal(asked: Asked): string {
  const bit = machineBit(asked);
  if (bit !== "unknown") return bit === "set" ? "amazon" : "none";
  const [product = ""] = (asked.text("/sys/class/dmi/id/product_name") ?? "").split(/[\0\r\n]/, 1);
  const at = product.indexOf(".metal");
  return at >= 0 && /^(-|$)/.test(product.slice(at + ".metal".length)) ? "none" : "amazon";
}

/**
 * DSP0134 §7.1.2.2: bit 4 of byte 13h of structure type 0. Both the file and the length in byte 1 must reach so far; the latter is read as
 * a signed number, so that lengths above 7Fh count as too short.
 */
function machineBit(asked: Asked): "set" | "unset" | "unknown" {
  const raw = asked.read("/sys/firmware/dmi/entries/0-0/raw");
  if (typeof raw === "string") return "unknown";
  const [length = 0, bits = 0] = [raw[1], raw[0x13]];
  if (raw.length < 20 || length < 20 || length > 0x7f) return "unknown";
  return (bits & 0x10) === 0 ? "unset" : "set";
}
