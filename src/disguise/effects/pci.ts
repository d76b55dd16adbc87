import { exists } from "../../detectors/views/files.ts";
import type { Contents } from "../../detectors/views/memory-files.ts";
import { realPath } from "../real-path.ts";
import { type EffectOf, type Effects, edits, type Host, unavailable } from "./effect-of.ts";

/** PCI functions that a hypervisor would show, in the kernel's old list and below /sys. */
interface Card {
  /** Of bus 0: device and function. */
  readonly at: readonly [device: number, part: number];
  readonly vendor: number;
  readonly device: number;
  readonly class: number;
  readonly subsystem: readonly [vendor: number, device: number];
}

const VMWARE: readonly Card[] = [
  { at: [0x0f, 0], vendor: 0x15ad, device: 0x0405, class: 0x03_0000, subsystem: [0x15ad, 0x0405] },
  { at: [0x07, 7], vendor: 0x15ad, device: 0x0740, class: 0x08_8000, subsystem: [0x15ad, 0x0740] },
  { at: [0x15, 0], vendor: 0x15ad, device: 0x07a0, class: 0x06_0400, subsystem: [0, 0] },
];
const VIRTUALBOX: readonly Card[] = [
  { at: [0x02, 0], vendor: 0x80ee, device: 0xbeef, class: 0x03_0000, subsystem: [0, 0] },
  { at: [0x04, 0], vendor: 0x80ee, device: 0xcafe, class: 0x08_8000, subsystem: [0, 0] },
];
/** The card that lscpu looks for. */
const OLD_VMWARE: Card = { at: [0x0f, 0], vendor: 0x15ad, device: 0x0710, class: 0x03_0000, subsystem: [0x15ad, 0x0710] };
const OLD_VIRTUALBOX: Card = { at: [0x02, 0], vendor: 0x80ee, device: 0xbeef, class: 0x03_0000, subsystem: [0, 0] };

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");

/**
 * drivers/pci/proc.c, show_device: bus and function, ids, interrupt, starts of seven regions in 16 columns, sizes of seven regions in 16
 * columns, driver.
 */
function line({ at: [device, part], vendor, device: id }: Card): string {
  const regions = "\t               0".repeat(14);
  return `${hex((device << 3) | part, 4)}\t${hex(vendor, 4)}${hex(id, 4)}\t0${regions}\t\n`;
}

/** Lines are in the order of their addresses; one that is taken moves to the next free device of bus 0. */
function listed(card: Card): EffectOf {
  return edits("/proc/bus/pci/devices", (text) => {
    const lines = text.split("\n").filter((one) => one !== "");
    const taken = new Set(lines.map((one) => one.slice(0, 4)));
    const free = [card.at[0], ...Array.from({ length: 31 }, (_, at) => at + 1)].find((device) => !taken.has(hex(device << 3, 4)));
    if (free === undefined) return undefined;
    const added = line({ ...card, at: [free, 0] }).trimEnd();
    return `${[...lines, `${added}\t`].sort((one, other) => (one.slice(0, 4) < other.slice(0, 4) ? -1 : 1)).join("\n")}\n`;
  });
}

const SYS_PCI = "/sys/bus/pci/devices";

function cards(all: readonly Card[]): EffectOf {
  return ({ view: { files } }: Host) => {
    if (exists(files, SYS_PCI) !== true) return unavailable("this host shows no PCI bus");
    const folder = realPath(files, SYS_PCI);
    return { files: Object.assign({}, ...all.map((card) => filesOf(folder, card))) };
  };
}

/** drivers/pci/pci-sysfs.c; `config` is the first 64 bytes, which lspci reads. */
function filesOf(folder: string, card: Card): Contents {
  const at = `${folder}/0000:00:${hex(card.at[0], 2)}.${card.at[1]}`;
  return {
    [`${at}/vendor`]: `0x${hex(card.vendor, 4)}\n`,
    [`${at}/device`]: `0x${hex(card.device, 4)}\n`,
    [`${at}/subsystem_vendor`]: `0x${hex(card.subsystem[0], 4)}\n`,
    [`${at}/subsystem_device`]: `0x${hex(card.subsystem[1], 4)}\n`,
    [`${at}/class`]: `0x${hex(card.class, 6)}\n`,
    [`${at}/revision`]: "0x00\n",
    [`${at}/irq`]: "0\n",
    [`${at}/enable`]: "0\n",
    [`${at}/resource`]: `${"0x0000000000000000 0x0000000000000000 0x0000000000000000\n".repeat(13)}`,
    [`${at}/config`]: configOf(card),
  };
}

/** PCI Local Bus 3.0 §6.1: ids at 00h, class at 09h, subsystem at 2Ch; little-endian. */
function configOf({ vendor, device, class: kind, subsystem }: Card): Uint8Array {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt16LE(vendor, 0);
  bytes.writeUInt16LE(device, 2);
  bytes.writeUIntLE(kind, 9, 3);
  bytes.writeUInt16LE(subsystem[0], 0x2c);
  bytes.writeUInt16LE(subsystem[1], 0x2e);
  return Uint8Array.from(bytes);
}

export const pciEffects: Effects = {
  "devices.pci-list.vmware": listed(OLD_VMWARE),
  "devices.pci-list.virtualbox": listed(OLD_VIRTUALBOX),
  "devices.pci.vmware": cards(VMWARE),
  "devices.pci.virtualbox": cards(VIRTUALBOX),
};
