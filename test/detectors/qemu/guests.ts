/** Machines to boot: what QEMU can pretend to be under an emulated processor. The strings are those that the products themselves show. */
export interface GuestMachine {
  readonly name: string;
  readonly qemuArguments: readonly string[];
  /** What systemd-detect-virt says of it, so that a rig that shows every guest the same machine does not pass unnoticed. */
  readonly expected: string;
}

const METAL = ["-machine", "pc,vmport=off", "-cpu", "max,-hypervisor"];
const PC = ["-machine", "pc,vmport=off", "-cpu", "max"];

export const guests: readonly GuestMachine[] = [
  { name: "QEMU's own machine", qemuArguments: ["-machine", "pc"], expected: "qemu" },
  {
    name: "metal of Dell",
    qemuArguments: [
      ...METAL,
      ...system("Dell Inc.", "PowerEdge R640", "serial=7QK2XY2"),
      ...board("Dell Inc.", "0W23H8"),
      ...["-smbios", "type=3,manufacturer=Dell Inc."],
      ...["-smbios", "type=4,manufacturer=Intel(R) Corporation,version=Intel(R) Xeon(R) Silver 4110 CPU @ 2.10GHz"],
      ...["-smbios", "type=17,manufacturer=Hynix Semiconductor"],
    ],
    expected: "none",
  },
  {
    name: "metal of Dell whose BIOS says that it is virtual",
    qemuArguments: [...METAL, ...system("Dell Inc.", "PowerEdge R640"), ...bios("Dell Inc.", "2.12.2")],
    expected: "vm-other",
  },
  {
    name: "VMware by SMBIOS and port, without the hypervisor bit",
    qemuArguments: ["-machine", "pc,vmport=on", "-cpu", "max,-hypervisor", ...vmware()],
    expected: "vmware",
  },
  { name: "VMware by SMBIOS and port", qemuArguments: ["-machine", "pc,vmport=on", "-cpu", "max", ...vmware()], expected: "qemu" },
  {
    name: "VMware by SMBIOS alone",
    qemuArguments: [...METAL, ...vmware()],
    expected: "vmware",
  },
  {
    name: "VirtualBox",
    qemuArguments: [
      ...PC,
      ...system("innotek GmbH", "VirtualBox", "version=1.2,family=Virtual Machine"),
      ...board("Oracle Corporation", "VirtualBox"),
      ...bios("innotek GmbH", "VirtualBox"),
    ],
    expected: "oracle",
  },
  {
    name: "Xen's HVM domain by SMBIOS",
    qemuArguments: [...METAL, ...system("Xen", "HVM domU", "version=4.17"), ...bios("Xen", "4.17")],
    expected: "xen",
  },
  {
    name: "Amazon EC2",
    qemuArguments: [...PC, ...system("Amazon EC2", "t3.micro"), ...board("Amazon EC2", ""), ...bios("Amazon EC2", "1.0")],
    expected: "amazon",
  },
  {
    name: "Google Compute Engine",
    qemuArguments: [
      ...PC,
      ...system("Google", "Google Compute Engine"),
      ...board("Google", "Google Compute Engine"),
      ...bios("Google", "Google"),
    ],
    expected: "google",
  },
  {
    name: "Parallels",
    qemuArguments: [
      ...METAL,
      ...system("Parallels Software International Inc.", "Parallels Virtual Platform"),
      ...bios("Parallels Software International Inc.", "18.1.1"),
    ],
    expected: "parallels",
  },
  {
    name: "Hyper-V by SMBIOS",
    qemuArguments: [
      ...METAL,
      ...system("Microsoft Corporation", "Virtual Machine", "version=Hyper-V UEFI Release v4.1"),
      ...bios("Microsoft Corporation", "Hyper-V UEFI Release v4.1"),
    ],
    expected: "microsoft",
  },
  { name: "bhyve by SMBIOS", qemuArguments: [...METAL, ...system("FreeBSD", "BHYVE"), ...bios("BHYVE", "14.0")], expected: "bhyve" },
  {
    name: "oVirt",
    qemuArguments: [...PC, ...system("oVirt", "RHEV Hypervisor"), ...bios("SeaBIOS", "1.16.2")],
    expected: "qemu",
  },
  { name: "q35 whose hypervisor has no name", qemuArguments: ["-machine", "q35", "-cpu", "max,tcg-cpuid=off"], expected: "qemu" },
  {
    name: "hypervisor bit without a vendor on metal's SMBIOS",
    qemuArguments: ["-machine", "pc,vmport=off", "-cpu", "max,tcg-cpuid=off", ...system("LENOVO", "ThinkSystem SR650")],
    expected: "vm-other",
  },
  { name: "no SMBIOS at all", qemuArguments: ["-machine", "microvm,acpi=off,rtc=on", "-cpu", "max"], expected: "qemu" },
];

function system(manufacturer: string, product: string, more = "version=1.0"): readonly string[] {
  return ["-smbios", `type=1,manufacturer=${manufacturer},product=${product},${more}`];
}

function board(manufacturer: string, product: string): readonly string[] {
  return ["-smbios", `type=2,manufacturer=${manufacturer},product=${product}`];
}

/** With a type 0 of its own QEMU sets the bit that says "virtual machine"; without, its BIOS writes one where the bit is clear. */
function bios(vendor: string, version: string): readonly string[] {
  return ["-smbios", `type=0,vendor=${vendor},version=${version},date=11/12/2020`];
}

function vmware(): readonly string[] {
  const serial = "VMware-56 4d 5c 1a 36 21 8a 4e-9d 0f 3b 7c 55 e1 20 9a";
  return [...system("VMware,, Inc.", "VMware Virtual Platform", `version=None,serial=${serial}`)];
}
