import { type Check, clean, shown, unknown } from "../../../check.ts";
import { exists, lineOf } from "../../../views/files.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { excerpt, family, type Mark } from "./families.ts";
import { machineMarks } from "./vendors.ts";

/** What the firmware calls the machine, a file a name: /sys/class/dmi/id. */
const { judged, texts } = family("dmi");
export const DMI = "/sys/class/dmi/id";
const SYSTEMD = "systemd src/basic/virt.c";

interface Name {
  readonly file: string;
  readonly reason: string;
  readonly ratio: number;
  readonly source: string;
  readonly marks: readonly Mark[];
}

const names: readonly Name[] = [
  { file: "sys_vendor", reason: "The machine was made by a maker of hypervisors.", ratio: 1.5, source: SYSTEMD, marks: machineMarks },
  {
    file: "product_name",
    reason: "The machine's product name is that of a virtual one.",
    ratio: 1.5,
    source: SYSTEMD,
    marks: machineMarks,
  },
  {
    file: "product_version",
    reason: "The product's version is a machine type of QEMU, or a hypervisor's name.",
    ratio: 1.4,
    source: SYSTEMD,
    marks: [[/^pc-(?:i440fx|q35)-|^virt-\d/, "QEMU"], [/^Hyper-V/, "Hyper-V"], ...machineMarks],
  },
  {
    file: "product_family",
    reason: "The product family is that of virtual machines.",
    ratio: 1.3,
    source: "own collection",
    marks: [[/^Virtual Machine|^Red Hat Enterprise Linux|^Parallels VM/, "a hypervisor"]],
  },
  { file: "board_vendor", reason: "The main board was made by a maker of hypervisors.", ratio: 1.4, source: SYSTEMD, marks: machineMarks },
  {
    file: "board_name",
    reason: "The main board is one that only exists in software.",
    ratio: 1.5,
    source: "own collection",
    marks: [[/^440BX Desktop Reference Platform/, "VMware"], ...machineMarks],
  },
  {
    file: "bios_vendor",
    reason: "The firmware is one that hypervisors bring with them.",
    ratio: 1.4,
    source: "Ansible facts; systemd",
    marks: [[/^SeaBIOS|^Bochs|^EFI Development Kit II|^EDK II/, "QEMU"], ...machineMarks],
  },
  {
    file: "bios_version",
    reason: "The firmware's version is one of a virtual machine's builds.",
    ratio: 1.4,
    source: "own collection",
    marks: [
      [/^VMW\d/, "VMware"],
      [/^rel-\d|-prebuilt\.qemu\.org|^edk2-\d|^\d\.\d+\.\d+-debian-/, "QEMU"],
      [/^Hyper-V UEFI|^09000[0-9]\s*$/, "Hyper-V"],
      [/^VirtualBox/, "VirtualBox"],
      [/^\d\.\d+\.amazon/, "Amazon"],
    ],
  },
  {
    file: "bios_date",
    reason: "The firmware's date is one that a hypervisor's builds never change.",
    ratio: 1.3,
    source: "SeaBIOS, VirtualBox, Bochs, OVMF sources",
    marks: [
      [/^04\/01\/2014/, "SeaBIOS"],
      [/^12\/01\/2006/, "VirtualBox"],
      [/^01\/01\/(?:2007|2011)/, "Bochs or SeaBIOS"],
      [/^02\/06\/2015/, "OVMF"],
    ],
  },
  {
    file: "chassis_vendor",
    reason: "The case was made by software, or there is none.",
    ratio: 1.4,
    source: "own collection",
    marks: [[/^No Enclosure/, "VMware"], ...machineMarks],
  },
  {
    file: "chassis_type",
    reason: "The case is of the kind Other, as virtual machines have it.",
    ratio: 1.2,
    source: "DSP0134 §7.4.1; QEMU, VMware, VirtualBox",
    marks: [[/^1$/m, "Other"]],
  },
  {
    file: "product_serial",
    reason: "The serial number is one that a hypervisor generates.",
    ratio: 1.5,
    source: "Linux, arch/x86/kernel/cpu/vmware.c; cloud-init",
    marks: [
      [/VMware-|^VMW/, "VMware"],
      [/^Parallels-/, "Parallels"],
      [/^GoogleCloud-/, "Google"],
      [/^ec2/i, "Amazon"],
      [/^ds=nocloud|^ds=/, "cloud-init"],
    ],
  },
  {
    file: "product_uuid",
    reason: "The machine's UUID begins with letters that a hypervisor puts there.",
    ratio: 1.4,
    source: "VMware (564D, VM); Amazon EC2 documentation",
    marks: [
      [/^564d/i, "VMware"],
      [/^ec2/i, "Amazon"],
    ],
  },
  {
    file: "chassis_asset_tag",
    reason: "The case carries the asset tag by which a cloud marks its guests.",
    ratio: 1.4,
    source: "cloud-init, ds-identify",
    marks: [
      [/^7783-7084-3265-9085-8269-3286-77/, "Azure"],
      [/^OracleCloud\.com/, "Oracle cloud"],
      [/^Amazon EC2/, "Amazon"],
      [/^HUAWEICLOUD|^Tencent|^SCW-|^SAP-CCloud|^OpenStack|^Nova/i, "a cloud"],
    ],
  },
  {
    file: "board_asset_tag",
    reason: "The board carries an instance number of a cloud as its asset tag.",
    ratio: 1.3,
    source: "Amazon EC2, Nitro",
    marks: [[/^i-[0-9a-f]{8,17}\s*$/, "Amazon"]],
  },
  {
    file: "modalias",
    reason: "The line by which drivers find the machine names a hypervisor.",
    ratio: 1.4,
    source: "systemd, hwdb.d and rules.d",
    marks: [
      [/:svnVMware|:bvnVMW/, "VMware"],
      [/:svninnotek|:pnVirtualBox/, "VirtualBox"],
      [/:svnQEMU|:cvnQEMU|:bvnSeaBIOS/, "QEMU"],
      [/:svnXen|:svnParallels|:bvnBochs|:pnKVM|:svnBHYVE|:pnVirtualMachine/, "a hypervisor"],
    ],
  },
];

const x86 = ({ uname }: LocalView) => uname !== undefined && /^(?:x86_64|i[3-6]86)$/.test(uname.machine);

export const firmwareNameChecks: readonly Check<LocalView>[] = [
  ...names.map(({ file, marks, ...rest }) =>
    texts({ id: `vm.dmi.${file.replaceAll("_", "-")}`, looksAt: `${DMI}/${file}`, ...rest }, [`${DMI}/${file}`], marks),
  ),
  judged(
    {
      id: "vm.dmi.absent",
      looksAt: DMI,
      reason: "A machine with a PC's processor has no description by its firmware at all: a microVM.",
      ratio: 1.3,
      source: "Firecracker and other microVMs, no SMBIOS",
    },
    (view) => {
      const there = exists(view.files, DMI);
      if (there === undefined || view.uname === undefined) return unknown("not looked at");
      if (!x86(view)) return clean(`a machine of kind ${excerpt(view.uname.machine)}`);
      return there ? clean(`"${excerpt(lineOf(view.files, `${DMI}/sys_vendor`) ?? "")}"`) : shown("absent");
    },
  ),
];
