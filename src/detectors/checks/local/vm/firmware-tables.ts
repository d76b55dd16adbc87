import { type Check, clean, type Judgement, shown, unknown } from "../../../check.ts";
import { readAcpiTables, type ShownAcpiTable } from "../../../firmware/acpi.ts";
import { contentsOf, readStructures, type SmbiosContents } from "../../../firmware/smbios.ts";
import { parseStructure, type Structure } from "../../../firmware/smbios-structure.ts";
import { bios, VIRTUAL_MACHINE_BIT } from "../../../firmware/smbios-types.ts";
import { type Files, isAbsence } from "../../../views/files.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { family, judgeNames, type Mark, markIn } from "./families.ts";
import { acpiMarks } from "./vendors.ts";

/** The tables of the firmware themselves: SMBIOS structures and ACPI tables, which mostly root alone may read. */
const smbios = family("smbios");
const acpi = family("acpi");
const TABLE = "/sys/firmware/dmi/tables/DMI";
const ACPI = "/sys/firmware/acpi/tables";

/** Real machines have dozens of structures: slots, connectors, caches, sensors, the maker's own. */
const FEW_STRUCTURES = 20;
/** Types 7 caches, 8 connectors, 9 slots. */
const CACHE = 7;
const SLOT = 9;

function withTable(files: Files, judge: (structures: readonly Structure[], contents: SmbiosContents) => Judgement): Judgement {
  const table = readStructures(files);
  if (isAbsenceOf(table)) return table === "absent" ? clean(`no ${TABLE}`) : unknown(`${TABLE}: ${table}`);
  return table.structures.length === 0 ? unknown("the table cannot be read") : judge(table.structures, contentsOf(table.structures));
}

function isAbsenceOf<T extends object>(value: T | string): value is string {
  return typeof value === "string";
}

/** The BIOS structure from the table, or from where the kernel shows it alone. */
function biosStructure(files: Files): Structure | undefined {
  const table = readStructures(files);
  const inTable = isAbsenceOf(table) ? undefined : table.structures.find(({ type }) => type === bios.type);
  if (inTable !== undefined) return inTable;
  const raw = files.read("/sys/firmware/dmi/entries/0-0/raw");
  const parsed = isAbsence(raw) ? undefined : parseStructure(raw);
  return parsed?.status === "done" ? parsed.value : undefined;
}

function judgeTexts(texts: readonly string[], marks: readonly Mark[]): Judgement {
  const found = texts.map((text) => markIn(text, marks)).find((one) => one !== undefined);
  return found === undefined ? clean(`${texts.length} other texts`) : shown(found);
}

const oemMarks: readonly Mark[] = [
  [/^vbox(?:Ver|Rev)_/, "VirtualBox"],
  [/^Welcome to the Virtual Machine|^\[MS_VM_CERT\//, "VMware or Virtual PC"],
  [/^Virtual Machine|^This is the .*Hypervisor/i, "a hypervisor"],
];
const processorMarks: readonly Mark[] = [
  [/^QEMU|^pc-(?:i440fx|q35)|^Bochs/, "QEMU"],
  [/^Google/, "Google"],
  [/^Amazon EC2/, "Amazon"],
  [/^bhyve/i, "bhyve"],
  [/^Virtual CPU|^Hyper-V/, "a hypervisor"],
];
const memoryMarks: readonly Mark[] = [
  [/^QEMU|^Bochs/, "QEMU"],
  [/^VMware Virtual RAM|^VMW-/, "VMware"],
  [/^Google/, "Google"],
  [/^Amazon EC2/, "Amazon"],
  [/^innotek/, "VirtualBox"],
  [/^bhyve/i, "bhyve"],
];

export const smbiosChecks: readonly Check<LocalView>[] = [
  smbios.judged(
    {
      id: "vm.smbios.vm-bit",
      looksAt: "SMBIOS type 0, second extension byte, bit 4",
      reason: "The firmware says itself that it describes a virtual machine.",
      ratio: 1.6,
      source: "DSP0134 §7.1.2.2; systemd-detect-virt's vm-other",
    },
    ({ files }) => {
      const structure = biosStructure(files);
      if (structure === undefined) return unknown("no BIOS structure could be read");
      const { extension2 } = bios.decode(structure);
      return extension2 & VIRTUAL_MACHINE_BIT ? shown("the bit is set") : clean("the bit is clear");
    },
  ),
  smbios.judged(
    {
      id: "vm.smbios.few-structures",
      looksAt: `${TABLE}, number of structures`,
      reason: "The firmware describes hardly anything: a real board has dozens of slots, connectors and sensors to tell of.",
      ratio: 1.4,
      source: "al-khaser, number of SMBIOS tables",
    },
    ({ files }) =>
      withTable(files, ({ length }) => (length < FEW_STRUCTURES ? shown(`${length} structures`) : clean(`${length} structures`))),
  ),
  smbios.judged(
    {
      id: "vm.smbios.no-board-details",
      looksAt: "SMBIOS types 7, 8 and 9",
      reason: "The firmware knows no cache, no connector and no slot, which every board has.",
      ratio: 1.4,
      source: "DSP0134 §6.2, required structures; QEMU hw/smbios",
    },
    ({ files }) =>
      withTable(files, (structures) => {
        const count = structures.filter(({ type }) => type >= CACHE && type <= SLOT).length;
        return count === 0 ? shown("none of the three") : clean(`${count} structures`);
      }),
  ),
  smbios.judged(
    {
      id: "vm.smbios.oem-strings",
      looksAt: "SMBIOS type 11",
      reason: "Among the maker's strings stands a hypervisor's version or greeting.",
      ratio: 1.5,
      source: "VirtualBox and VMware firmware",
    },
    ({ files }) => withTable(files, (_, contents) => judgeTexts(contents.oemStrings, oemMarks)),
  ),
  smbios.judged(
    {
      id: "vm.smbios.processor",
      looksAt: "SMBIOS type 4, maker and version",
      reason: "The firmware names a hypervisor as the maker of the processor.",
      ratio: 1.5,
      source: "QEMU hw/smbios; dmidecode",
    },
    ({ files }) =>
      withTable(files, (_, { processors }) =>
        judgeTexts(
          processors.flatMap(({ manufacturer, version }) => [manufacturer, version]),
          processorMarks,
        ),
      ),
  ),
  smbios.judged(
    {
      id: "vm.smbios.memory",
      looksAt: "SMBIOS type 17, maker and part",
      reason: "The memory modules were made by a hypervisor.",
      ratio: 1.5,
      source: "QEMU hw/smbios; VMware firmware; dmidecode",
    },
    ({ files }) =>
      withTable(files, (_, { memoryDevices }) =>
        judgeTexts(
          memoryDevices.flatMap(({ manufacturer, part }) => [manufacturer, part]),
          memoryMarks,
        ),
      ),
  ),
];

function withAcpi(files: Files, judge: (tables: readonly ShownAcpiTable[]) => Judgement): Judgement {
  const tables = readAcpiTables(files);
  if (typeof tables === "string") return tables === "absent" ? clean(`no ${ACPI}`) : unknown(`${ACPI}: ${tables}`);
  return judge(tables);
}

const readable = (tables: readonly ShownAcpiTable[]) =>
  tables
    .map(({ table }) => (typeof table === "object" && table.status === "done" ? table.value : undefined))
    .filter((one) => one !== undefined);

const dsdtMarks: readonly Mark[] = [
  [/QEMU0002|QEMUVGID|_SB_.FWCF|PRESRESERVEDQEMU/, "QEMU"],
  [/VMW000\d|VMWARE/, "VMware"],
  [/VBOX|VBE ROM/, "VirtualBox"],
  [/VMBus|MSFT1000|Hyper_V_Gen_Counter/, "Hyper-V"],
  [/XEN0000|PVPANIC/, "a hypervisor"],
  [/LNRO0005/, "virtio"],
];

export const acpiChecks: readonly Check<LocalView>[] = [
  acpi.judged(
    {
      id: "vm.acpi.oem",
      looksAt: `${ACPI}, OEM ids in the headers`,
      reason: "ACPI tables are signed by a hypervisor.",
      ratio: 1.5,
      source: "ACPI 6.5 §5.2.6; al-khaser",
    },
    ({ files }) =>
      withAcpi(files, (tables) => {
        const headers = readable(tables);
        if (headers.length === 0) return unknown("no table could be read");
        return judgeTexts(
          headers.flatMap(({ oemId, oemTableId }) => [oemId, oemTableId]),
          acpiMarks,
        );
      }),
  ),
  acpi.judged(
    {
      id: "vm.acpi.waet",
      looksAt: `${ACPI}, the table WAET`,
      reason: "There is a table that only tells Windows how to behave on emulated devices.",
      ratio: 1.5,
      source: "Microsoft, Windows ACPI emulated devices table",
    },
    ({ files }) => judgeNames(files, ACPI, [[/^WAET$/, "emulated devices"]]),
  ),
  acpi.judged(
    {
      id: "vm.acpi.few-tables",
      looksAt: `${ACPI}, names`,
      reason: "There are hardly any ACPI tables, and no secondary description table as real boards have.",
      ratio: 1.3,
      source: "QEMU, Firecracker; own collection",
    },
    ({ files }) =>
      withAcpi(files, (tables) => {
        const secondary = tables.some(({ name }) => name.startsWith("SSDT"));
        return tables.length > 0 && tables.length < 10 && !secondary ? shown(`${tables.length} tables`) : clean(`${tables.length} tables`);
      }),
  ),
  acpi.judged(
    {
      id: "vm.acpi.incomplete",
      looksAt: `${ACPI}, DSDT and FACP`,
      reason: "A table without which no machine starts is missing: somebody shows an invented set, or hides one.",
      ratio: 2,
      source: "ACPI 6.5 §5.2.9, §5.2.11.1",
    },
    ({ files }) =>
      withAcpi(files, (tables) => {
        const missing = ["DSDT", "FACP"].filter((name) => !tables.some((table) => table.name === name));
        return tables.length === 0 || missing.length === 0 ? clean(`${tables.length} tables`) : shown(`without ${missing.join(" and ")}`);
      }),
  ),
  acpi.judged(
    {
      id: "vm.acpi.devices",
      looksAt: `${ACPI}/DSDT, device names`,
      reason: "The machine's own description lists devices that only hypervisors have.",
      ratio: 1.5,
      source: "QEMU docs/specs/fw_cfg; Linux virtio-mmio",
    },
    ({ files }) =>
      withAcpi(files, (tables) => {
        const dsdt = readable(tables.filter(({ name }) => name === "DSDT"))[0];
        return dsdt === undefined
          ? unknown("the table could not be read")
          : judgeTexts([Buffer.from(dsdt.body).toString("latin1")], dsdtMarks);
      }),
  ),
];
