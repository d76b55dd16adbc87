import type { Execution, Process, Program } from "../../program.ts";
import { humanSize } from "../sizes.ts";
import { optionsOr, tryHelp, usageBlock } from "../usage.ts";

interface Partition {
  readonly major: number;
  readonly minor: number;
  readonly kib: number;
  readonly name: string;
}

/** /proc/partitions: `major minor blocks name`. */
function partitions(process: Process): readonly Partition[] {
  const text = process.fs.readFile("/proc/partitions");
  const lines = typeof text === "string" ? text.split("\n").slice(2) : [];
  return lines.flatMap((line) => {
    const [, major, minor, kib, name] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)/.exec(line) ?? [];
    return name === undefined ? [] : [{ major: Number(major), minor: Number(minor), kib: Number(kib), name }];
  });
}

function mountOf(process: Process, name: string): string {
  return process.system.machine.disks.find(({ device }) => device === `/dev/${name}`)?.mount ?? "";
}

function isPart(one: Partition, all: readonly Partition[]): boolean {
  return all.some((other) => other.name !== one.name && one.name.startsWith(other.name));
}

export const lsblk: Program = {
  name: "lsblk",
  *run(process) {
    const options = yield* optionsOr(
      process,
      { short: "abdDe:fhI:Jlmno:OpPrsStx:V", long: { all: "a", fs: "f", list: "l", output: "o", noheadings: "n" } },
      usageBlock("lsblk", 8),
    );
    if (typeof options === "number") return options;
    const all = partitions(process);
    const marks = ["|-", "`-"] as const;
    const names = all.map((one, at) =>
      isPart(one, all) ? `${at === all.length - 1 || !isPart(all[at + 1] ?? one, all) ? marks[1] : marks[0]}${one.name}` : one.name,
    );
    const width = names.reduce((most, name) => Math.max(most, name.length), 4);
    if (options.has("f")) return yield* fileSystems(process, { all, names, width });
    const head = options.has("n") ? "" : `${"NAME".padEnd(width)} MAJ:MIN RM  SIZE RO TYPE MOUNTPOINTS\n`;
    const rows = all.map((one, at) => {
      const place = `${String(one.major).padStart(3)}:${String(one.minor).padEnd(3)}`;
      return `${(names[at] ?? "").padEnd(width)} ${place}  0 ${humanSize(one.kib * 1024).padStart(5)}  0 ${isPart(one, all) ? "part" : "disk"} ${mountOf(process, one.name)}\n`;
    });
    yield* process.print(head + rows.join(""));
    return 0;
  },
};

function* fileSystems(process: Process, table: { all: readonly Partition[]; names: readonly string[]; width: number }): Execution {
  const rows = table.all.map((one, at) => {
    const disk = process.system.machine.disks.find(({ device }) => device === `/dev/${one.name}`);
    const facts =
      disk === undefined
        ? ""
        : `${disk.type.padEnd(6)} 1.0         ${uuidOf(process)} ${humanSize((disk.sizeKib - disk.usedKib) * 1024).padStart(7)} ${`${Math.floor((disk.usedKib * 100) / disk.sizeKib)}%`.padStart(6)} ${disk.mount}`;
    return `${(table.names[at] ?? "").padEnd(table.width)} ${facts}`.trimEnd();
  });
  yield* process.print(
    `${"NAME".padEnd(table.width)} FSTYPE FSVER LABEL UUID                                 FSAVAIL FSUSE% MOUNTPOINTS\n${rows.map((row) => `${row}\n`).join("")}`,
  );
  return 0;
}

/** The root file system's, as /etc/fstab names it. */
function uuidOf(process: Process): string {
  const table = process.fs.readFile("/etc/fstab");
  const [, uuid] = typeof table === "string" ? (/UUID=([0-9a-f-]{36})/.exec(table) ?? []) : [];
  return uuid ?? "";
}

export const blkid: Program = {
  name: "blkid",
  *run(process) {
    if (process.credentials.uid !== 0) return 2;
    const disks = process.system.machine.disks.filter(({ device }) => device.startsWith("/dev/") && !device.includes("by-uuid"));
    if (disks.length === 0) return 2;
    const line = (device: string, type: string) =>
      `${device}: UUID="${uuidOf(process)}" BLOCK_SIZE="4096" TYPE="${type}" PARTUUID="${(process.system.seeded("partition") >>> 0).toString(16).padStart(8, "0")}-01"\n`;
    yield* process.print(disks.map(({ device, type }) => line(device, type)).join(""));
    return 0;
  },
};

/** fdisk: -l only; nobody edits these tables. */
export const fdisk: Program = {
  name: "fdisk",
  *run(process) {
    const options = yield* optionsOr(process, { short: "b:Bc::C:hH:lLo:s:S:t:uVwWx", long: { list: "l" } }, usageBlock("fdisk", 8));
    if (typeof options === "number") return options;
    if (!options.has("l") && options.operands.length === 0) {
      yield* process.write(2, "fdisk: bad usage\n" + tryHelp("fdisk"));
      return 1;
    }
    const [device] = options.operands;
    if (process.credentials.uid !== 0) return device === undefined ? 0 : yield* process.fail(`cannot open ${device}: Permission denied`);
    const all = partitions(process);
    const disks = all.filter((one) => !isPart(one, all) && (device === undefined || device === `/dev/${one.name}`));
    if (disks.length === 0 && device !== undefined) return yield* process.fail(`cannot open ${device}: No such file or directory`);
    for (const disk of disks)
      yield* process.print(
        diskText(
          process,
          disk,
          all.filter((one) => one.name !== disk.name && one.name.startsWith(disk.name)),
        ),
      );
    return 0;
  },
};

function diskText(process: Process, disk: Partition, parts: readonly Partition[]): string {
  const bytes = disk.kib * 1024;
  const gib = bytes / 1_073_741_824;
  const head = `Disk /dev/${disk.name}: ${gib < 10 ? gib.toFixed(2) : gib.toFixed(gib % 1 === 0 ? 0 : 2)} GiB, ${bytes} bytes, ${bytes / 512} sectors\nUnits: sectors of 1 * 512 = 512 bytes\nSector size (logical/physical): 512 bytes / 512 bytes\nI/O size (minimum/optimal): 512 bytes / 512 bytes\nDisklabel type: dos\nDisk identifier: 0x${(process.system.seeded("partition") >>> 0).toString(16).padStart(8, "0")}\n`;
  const rows = parts.map((part, at) => {
    const sectors = part.kib * 2;
    return `/dev/${part.name}  ${at === 0 ? "*   " : "    "} ${String(2048).padStart(8)} ${String(2048 + sectors - 1).padStart(8)} ${String(sectors).padStart(8)} ${humanSize(part.kib * 1024).padStart(5)} 83 Linux\n`;
  });
  return `${head}\nDevice     Boot Start      End  Sectors  Size Id Type\n${rows.join("")}\n`;
}

/** PCI devices of QEMU's i440FX machine, as the persona's board says; none on a router. */
const PCI: readonly (readonly [slot: string, kind: string, device: string])[] = [
  ["00:00.0", "Host bridge", "Intel Corporation 440FX - 82441FX PMC [Natoma] (rev 02)"],
  ["00:01.0", "ISA bridge", "Intel Corporation 82371SB PIIX3 ISA [Natoma/Triton II]"],
  ["00:01.1", "IDE interface", "Intel Corporation 82371SB PIIX3 IDE [Natoma/Triton II]"],
  ["00:01.3", "Bridge", "Intel Corporation 82371AB/EB/MB PIIX4 ACPI (rev 03)"],
  ["00:02.0", "VGA compatible controller", "Device 1234:1111 (rev 02)"],
  ["00:03.0", "Ethernet controller", "Red Hat, Inc. Virtio network device"],
  ["00:04.0", "SCSI storage controller", "Red Hat, Inc. Virtio block device"],
  ["00:05.0", "Unclassified device [00ff]", "Red Hat, Inc. Virtio memory balloon"],
];

export const lspci: Program = {
  name: "lspci",
  *run(process) {
    const virtual = hasBoard(process);
    if (!virtual) {
      yield* process.write(2, "pcilib: Cannot open /proc/bus/pci\nlspci: Cannot find any working access method.\n");
      return 1;
    }
    yield* process.print(PCI.map(([slot, kind, device]) => `${slot} ${kind}: ${device}\n`).join(""));
    return 0;
  },
};

function hasBoard(process: Process): boolean {
  const vendor = process.fs.readFile("/sys/class/dmi/id/sys_vendor");
  return typeof vendor === "string" && vendor.trim() === "QEMU";
}

export const lsusb: Program = {
  name: "lsusb",
  *run(process) {
    if (!hasBoard(process)) return 1;
    yield* process.print(
      "Bus 001 Device 002: ID 0627:0001 Adomax Technology Co., Ltd QEMU USB Tablet\nBus 001 Device 001: ID 1d6b:0001 Linux Foundation 1.1 root hub\n",
    );
    return 0;
  },
};

export const dmidecode: Program = {
  name: "dmidecode",
  *run(process) {
    if (process.credentials.uid !== 0) {
      yield* process.print("# dmidecode 3.4\n");
      yield* process.write(
        2,
        "/sys/firmware/dmi/tables/smbios_entry_point: Permission denied\nScanning /dev/mem for entry point.\n/dev/mem: Permission denied\n",
      );
      return 1;
    }
    const keyword = process.args[process.args.indexOf("-s") + 1];
    if (process.args.includes("-s")) {
      yield* process.print(`${dmi(process, KEYWORDS[keyword ?? ""] ?? "")}\n`);
      return 0;
    }
    yield* process.print(dmiText(process));
    return 0;
  },
};

const KEYWORDS: Readonly<Record<string, string>> = {
  "bios-vendor": "bios_vendor",
  "bios-version": "bios_version",
  "bios-release-date": "bios_date",
  "system-manufacturer": "sys_vendor",
  "system-product-name": "product_name",
  "system-version": "product_version",
  "system-uuid": "product_uuid",
  "chassis-manufacturer": "chassis_vendor",
};

function dmi(process: Process, name: string): string {
  const text = process.fs.readFile(`/sys/class/dmi/id/${name}`);
  return typeof text === "string" ? text.trim() : "Not Specified";
}

function dmiText(process: Process): string {
  const of = (name: string) => dmi(process, name);
  return `# dmidecode 3.4
Getting SMBIOS data from sysfs.
SMBIOS 2.8 present.
9 structures totaling 461 bytes.
Table at 0x000F5870.

Handle 0x0000, DMI type 0, 24 bytes
BIOS Information
\tVendor: ${of("bios_vendor")}
\tVersion: ${of("bios_version")}
\tRelease Date: ${of("bios_date")}

Handle 0x0100, DMI type 1, 27 bytes
System Information
\tManufacturer: ${of("sys_vendor")}
\tProduct Name: ${of("product_name")}
\tVersion: ${of("product_version")}
\tSerial Number: Not Specified
\tUUID: ${of("product_uuid")}
\tWake-up Type: Power Switch
\tSKU Number: Not Specified
\tFamily: Not Specified

Handle 0x0300, DMI type 3, 22 bytes
Chassis Information
\tManufacturer: ${of("chassis_vendor")}
\tType: Other

`;
}
