import { drafts, type Machine, type Row } from "./draft.ts";

/** What the firmware says: the kernel's files of DMI strings, the SMBIOS table, ACPI tables. */
interface Named {
  readonly machine: Machine;
  readonly title: string;
  /** What reacts to each file of /sys/class/dmi/id, where it is not only people and malware. */
  readonly vendor: string;
  readonly product: string;
  readonly bios: string;
  readonly board: string;
  readonly table: string;
}

/** Those by which programs that destroy what they take for a trap decide. */
const DECIDING: ReadonlySet<string> = new Set(["vendor", "product", "table"]);

const NAMED: readonly Named[] = [
  {
    machine: "vmware",
    title: "VMware",
    vendor: "systemd-detect-virt",
    product: "systemd-detect-virt ansible",
    bios: "human",
    board: "human",
    table: "virt-what ansible ohai metasploit-checkvm",
  },
  {
    machine: "virtualbox",
    title: "VirtualBox",
    vendor: "systemd-detect-virt",
    product: "systemd-detect-virt",
    bios: "systemd-detect-virt ansible",
    board: "systemd-detect-virt",
    table: "virt-what lscpu ohai metasploit-checkvm",
  },
  {
    machine: "qemu",
    title: "QEMU",
    vendor: "systemd-detect-virt ansible",
    product: "human",
    bios: "human",
    board: "human",
    table: "systemd-detect-virt virt-what ohai metasploit-checkvm",
  },
  {
    machine: "hyper-v",
    title: "Hyper-V",
    vendor: "ansible",
    product: "human",
    bios: "human",
    board: "human",
    table: "systemd-detect-virt virt-what ohai metasploit-checkvm",
  },
  {
    machine: "xen",
    title: "Xen",
    vendor: "systemd-detect-virt",
    product: "human",
    bios: "systemd-detect-virt ansible",
    board: "human",
    table: "ohai metasploit-checkvm",
  },
];

function rowsOf({ machine, title, ...reacts }: Named): readonly Row[] {
  const row = (name: string, shows: string, who: string): Row => [
    `${name}.${machine}`,
    shows,
    `${who} malware`,
    { machine, risk: DECIDING.has(name) ? 2 : 1, slot: `firmware-${name}` },
  ];
  return [
    row("vendor", `The machine's maker is that of ${title}: sys_vendor.`, reacts.vendor),
    row("product", `The machine's name is that of ${title}'s guests: product_name and its version and family.`, reacts.product),
    row("board", `The main board is that of ${title}'s guests: board_vendor and board_name.`, reacts.board),
    row("bios", `The firmware is that of ${title}'s guests: bios_vendor, bios_version and bios_date.`, reacts.bios),
    row("chassis", `The case is that of ${title}'s guests: chassis_vendor and chassis_type.`, "human"),
    row("serial", `Serial number and UUID are as ${title} makes them up.`, "human"),
    row("modalias", `The line by which drivers find the machine is that of ${title}'s guests.`, "human"),
    row(
      "table",
      `The SMBIOS table is that of a guest of ${title}, with the memory and processors of this host.`,
      `${reacts.table} dmidecode`,
    ),
  ];
}

export const firmware = drafts(
  "firmware",
  {
    mechanisms: ["overlay", "module"],
    scope: ["tree"],
    needs: ["root", "mount-namespaces"],
    cost: 1,
    risk: 1,
    noticed: false,
    source: "systemd src/basic/virt.c; Ansible facts; DMTF DSP0134; the products' own firmware",
  },
  [
    ...NAMED.flatMap(rowsOf),
    [
      "product.kvm",
      "The machine's name is KVM.",
      "systemd-detect-virt ansible malware",
      { machine: "kvm", risk: 2, slot: "firmware-product" },
    ],
    [
      "vm-bit",
      "The firmware says that it describes a virtual machine: SMBIOS type 0, second extension byte, bit 4.",
      "systemd-detect-virt",
      { source: "DSP0134 §7.1.2.2" },
    ],
    [
      "metal",
      "Maker, board, case, numbers and SMBIOS table are those of an ordinary server.",
      "dmidecode ansible ohai",
      { machine: "metal", risk: 0 },
    ],
    [
      "acpi.vmware",
      "ACPI tables are signed by VMware.",
      "human malware",
      { machine: "vmware", slot: "acpi", mechanisms: ["overlay"], source: "ACPI 6.5 §5.2.6; al-khaser" },
    ],
    [
      "acpi.virtualbox",
      "ACPI tables are signed VBOX.",
      "human malware",
      { machine: "virtualbox", slot: "acpi", mechanisms: ["overlay"], source: "ACPI 6.5 §5.2.6; al-khaser" },
    ],
    [
      "acpi.bochs",
      "ACPI tables are signed BOCHS and BXPC, as QEMU's are.",
      "human malware",
      { machine: "qemu", slot: "acpi", mechanisms: ["overlay"], source: "ACPI 6.5 §5.2.6; QEMU hw/acpi" },
    ],
    [
      "acpi.metal",
      "ACPI tables are signed by a maker of boards.",
      "human malware",
      { machine: "metal", risk: 0, slot: "acpi", mechanisms: ["overlay"], source: "ACPI 6.5 §5.2.6" },
    ],
    [
      "acpi.waet",
      "There is a table of VMware that only tells Windows how to behave on emulated devices.",
      "human malware",
      { machine: "vmware", mechanisms: ["overlay"], source: "Microsoft, Windows ACPI emulated devices table" },
    ],
    [
      "boot-logo",
      "The picture that the firmware showed at boot is a hypervisor's.",
      "malware",
      { mechanisms: ["overlay"], cost: 0, source: "ACPI 6.5 §5.2.23, BGRT; the picture has to be the site's own" },
    ],
    [
      "device-tree",
      "The device tree has QEMU's fw-cfg (ARM).",
      "systemd-detect-virt virt-what",
      { mechanisms: ["overlay"], cost: 0, machine: "qemu", source: "systemd src/basic/virt.c" },
    ],
  ],
);
