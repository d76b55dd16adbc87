import { DMI_VENDORS } from "../../../src/detectors/known/local/systemd-detect-virt-dmi.ts";
import { type Firmware, firmware } from "./firmware.ts";
import { type GeneratedView, unmarked } from "./generated-view.ts";

/** Firmware of machines, virtual and real, as their makers fill it in. */
const MACHINES: Readonly<Record<string, Firmware>> = {
  "Dell server": {},
  VMware: {
    biosVendor: "Phoenix Technologies LTD",
    vendor: "VMware, Inc.",
    product: "VMware Virtual Platform",
    version: "None",
    boardVendor: "Intel Corporation",
    chassisVendor: "No Enclosure",
  },
  "VMware with EFI": {
    biosVendor: "VMware, Inc.",
    biosVersion: "VMW71.00V.16707776.B64",
    vendor: "VMware, Inc.",
    product: "VMware7,1",
    form: "64",
  },
  "VirtualBox, innotek's early exit": {
    biosVendor: "innotek GmbH",
    biosVersion: "VirtualBox",
    vendor: "innotek GmbH",
    product: "VirtualBox",
    version: "1.2",
    boardVendor: "Oracle Corporation",
  },
  QEMU: {
    biosVendor: "SeaBIOS",
    vendor: "QEMU",
    product: "Standard PC (i440FX + PIIX, 1996)",
    version: "pc-i440fx-7.2",
    boardVendor: "",
    memoryVendor: "QEMU",
    chassisVendor: "QEMU",
  },
  "QEMU memory below a real name": { memoryVendor: "QEMU" },
  "KVM as product": { vendor: "Red Hat", product: "KVM", biosVendor: "Seabios" },
  RHEV: { vendor: "Red Hat", product: "RHEV Hypervisor", version: "6.2" },
  oVirt: { vendor: "oVirt", product: "RHEL" },
  OpenStack: { vendor: "OpenStack Foundation", product: "OpenStack Nova", version: "25.0.0" },
  KubeVirt: { vendor: "KubeVirt", product: "None" },
  Nutanix: { vendor: "Nutanix", product: "AHV" },
  "Hyper-V by version": {
    biosVendor: "American Megatrends Inc.",
    vendor: "Microsoft Corporation",
    product: "Virtual Machine",
    version: "Hyper-V UEFI Release v4.1",
  },
  "Virtual PC": { vendor: "Microsoft Corporation", product: "Virtual Machine", version: "7.0" },
  "Surface, Microsoft's metal": { vendor: "Microsoft Corporation", product: "Surface Laptop 3" },
  "Xen guest": { biosVendor: "Xen", biosVersion: "4.2.amazon", vendor: "Xen", product: "HVM domU", version: "4.2.amazon", boardVendor: "" },
  "Amazon Nitro with the bit": { biosVendor: "Amazon EC2", vendor: "Amazon EC2", product: "t3.micro", virtualMachine: true },
  "Amazon metal": { biosVendor: "Amazon EC2", vendor: "Amazon EC2", product: "m5.metal" },
  Google: { biosVendor: "Google", vendor: "Google", product: "Google Compute Engine", boardVendor: "Google" },
  Parallels: { biosVendor: "Parallels", vendor: "Parallels International GmbH.", product: "Parallels ARM Virtual Machine" },
  Bochs: { biosVendor: "Bochs", vendor: "Bochs", product: "Bochs" },
  bhyve: { biosVendor: "BHYVE", vendor: "FreeBSD", product: "BHYVE" },
  Apple: { vendor: "Apple Inc.", product: "Apple Virtualization Generic Platform" },
  Alibaba: { vendor: "Alibaba Cloud", product: "Alibaba Cloud ECS" },
  "Hitachi LPAR": { vendor: "HITACHI", product: "BladeSymphony LPAR" },
  "virtual machine bit alone": { virtualMachine: true },
  "virtual machine bit, 64-bit entry point": { virtualMachine: true, form: "64" },
  "VMware's maker, VirtualBox's board": { vendor: "VMware, Inc.", product: "VMware Virtual Platform", boardVendor: "Oracle Corporation" },
  "QEMU and Parallels at once": { biosVendor: "Parallels", vendor: "QEMU", product: "KVM" },
  "name within a name": { vendor: "Not VMware", product: "A VirtualBox", boardVendor: " Xen" },
  "a backslash that ends what the shell prints": { vendor: "Acme \\c", memoryVendor: "VMware" },
  "two backslashes, which do not": { vendor: "Acme \\\\c", memoryVendor: "VMware" },
  "a name in octal": { vendor: "\\0126Mware", product: "\\0", version: "\\07777 \\8 \\x41 \\" },
  backslashes: { vendor: "VMware\\c, Inc.", product: "\\tKVM\\n\\0101\\\\x", biosVendor: "Parallels" },
};

/** Each beginning that systemd knows, in the file where it is read last. */
const BEGINNINGS = DMI_VENDORS.map(([beginning]): [string, Firmware] => [
  `version begins with ${beginning}`,
  { version: `${beginning} 1.0` },
]);

export const machineViews: Readonly<Record<string, GeneratedView>> = Object.fromEntries(
  [...Object.entries(MACHINES), ...BEGINNINGS].map(([name, said]) => [name, unmarked(firmware(said))]),
);
