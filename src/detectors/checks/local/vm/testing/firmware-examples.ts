import { encodeAcpiTable } from "../../../../firmware/acpi.ts";
import { bios, memoryDevice, processor } from "../../../../firmware/smbios-types.ts";
import type { LocalView } from "../../../../views/local-view.ts";
import { goneBelow, withFile, withFiles, withName, without, withStructures } from "./changed-metal.ts";
import { metalFiles } from "./metal.ts";
import { metalBios, metalModule, metalProcessor, metalStructures } from "./metal-firmware.ts";

/** Views that show the checks of the firmware's names and tables. */
const names: Readonly<Record<string, string>> = {
  "sys-vendor": "VMware, Inc.",
  "product-name": "VirtualBox",
  "product-version": "pc-q35-7.2",
  "product-family": "Virtual Machine",
  "board-vendor": "QEMU",
  "board-name": "440BX Desktop Reference Platform",
  "bios-vendor": "SeaBIOS",
  "bios-version": "VMW71.00V.18227214.B64.2106252220",
  "bios-date": "04/01/2014",
  "chassis-vendor": "No Enclosure",
  "chassis-type": "1",
  "product-serial": "VMware-56 4d 1c 0a 6e 2d 8f 11-a0 b4 51 2e 0c 77 19 e3",
  "product-uuid": "564d1c0a-6e2d-8f11-a0b4-512e0c7719e3",
  "chassis-asset-tag": "7783-7084-3265-9085-8269-3286-77",
  "board-asset-tag": "i-0a1b2c3d4e5f60718",
  modalias: "dmi:bvnSeaBIOS:bvr1.16.2:svnQEMU:pnStandardPC(Q35+ICH9,2009):cvnQEMU:ct1:",
};

export const nameExamples: Readonly<Record<string, LocalView>> = {
  ...Object.fromEntries(Object.entries(names).map(([name, value]) => [`vm.dmi.${name}`, withName(name.replaceAll("-", "_"), value)])),
  "vm.dmi.absent": without("/sys/class/dmi/id"),
  "vm.forged.firmware-without-hypervisor": withName("sys_vendor", "VMware, Inc."),
  "vm.forged.firmware-names": withName("sys_vendor", "innotek GmbH"),
};

const kept = (...types: readonly number[]) => metalStructures.filter(({ type }) => types.includes(type));
const replaced = (type: number, by: (typeof metalStructures)[number]) => metalStructures.map((one) => (one.type === type ? by : one));

export const smbiosExamples: Readonly<Record<string, LocalView>> = {
  "vm.smbios.vm-bit": withStructures(replaced(0, bios.encode(0, { ...metalBios, extension2: 0x1c }))),
  "vm.smbios.few-structures": withStructures(kept(0, 1, 3, 4, 16, 19, 32, 127)),
  "vm.smbios.no-board-details": withStructures(metalStructures.filter(({ type }) => type < 7 || type > 9)),
  "vm.smbios.oem-strings": withStructures(
    metalStructures.map((one) => (one.type === 11 ? { ...one, strings: ["vboxVer_6.1.38", "vboxRev_153438"] } : one)),
  ),
  "vm.smbios.processor": withStructures(
    replaced(4, processor.encode(0x400, { ...metalProcessor, manufacturer: "QEMU", version: "pc-q35-7.2" })),
  ),
  "vm.smbios.memory": withStructures(replaced(17, memoryDevice.encode(0x1100, { ...metalModule, manufacturer: "VMware Virtual RAM" }))),
  "vm.forged.memory": withStructures(replaced(17, memoryDevice.encode(0x1100, { ...metalModule, size: 512 }))),
};

const TABLES = "/sys/firmware/acpi/tables";
const bochs = {
  signature: "DSDT",
  revision: 1,
  oemId: "BOCHS ",
  oemTableId: "BXPC    ",
  oemRevision: 1,
  creatorId: "BXPC",
  creatorRevision: 1,
};
const dell = { ...bochs, oemId: "DELL  ", oemTableId: "PE_SC3  ", creatorId: "DELL" };
const secondary = Object.keys(metalFiles).filter((path) => path.startsWith(`${TABLES}/`) && !/\/(?:APIC|DSDT|FACP|FACS)$/.test(path));

export const acpiExamples: Readonly<Record<string, LocalView>> = {
  "vm.acpi.oem": withFile(`${TABLES}/DSDT`, encodeAcpiTable(bochs)),
  "vm.acpi.waet": withFile(`${TABLES}/WAET`, { absence: "denied" }),
  "vm.acpi.few-tables": withFiles(Object.fromEntries(secondary.map((path) => [path, { absence: "absent" }]))),
  "vm.acpi.incomplete": withFiles(goneBelow(`${TABLES}/DSDT`)),
  "vm.acpi.devices": withFile(`${TABLES}/DSDT`, encodeAcpiTable(dell, Buffer.from("\x08_HIDQEMU0002", "latin1"))),
};
