import { firmware, idFilesOf, structures, tables } from "./firmware.ts";
import { absent, type GeneratedView, unmarked } from "./generated-view.ts";

const KIB = 1024;
const noTables = absent("/sys/firmware/dmi");
const noTableFiles = absent("/sys/firmware/dmi/tables/smbios_entry_point", "/sys/firmware/dmi/tables/DMI", "/sys/class/dmi/id");
const ids = (files: Readonly<Record<string, string | Uint8Array>>) => unmarked(noTables, idFilesOf(files));
const raw = (...bytes: readonly number[]) =>
  unmarked(noTableFiles, { "/sys/firmware/dmi/entries/0-0/raw": Uint8Array.of(...bytes, 0, 0, 0, 0) });

/** Here the bit decides, even below KVM. */
function amazonMetal(length: number, bits: number): GeneratedView {
  const bytes = new Uint8Array(24).with(1, length).with(0x13, bits);
  return unmarked(noTableFiles, idFilesOf({ sys_vendor: "Amazon EC2\n", product_name: "c5.metal\n" }), {
    "/sys/firmware/dmi/entries/0-0/raw": bytes,
  });
}

/** Bytes that look like noise and are the same each time. */
function garbage(size: number): Uint8Array {
  let state = 0x2545_f491;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff;
  };
  return Uint8Array.from({ length: size }, next);
}

const table = tables(structures({ vendor: "VMware, Inc." }));
const DMI = "/sys/firmware/dmi/tables/DMI";
const ENTRY_POINT = "/sys/firmware/dmi/tables/smbios_entry_point";

function bytesAt(path: string): Uint8Array {
  const bytes = table[path];
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${path} is no bytes`);
  return bytes;
}

const changed = (path: string, at: number, byte: number) =>
  unmarked(firmware({ vendor: "VMware, Inc." }), table, { [path]: bytesAt(path).with(at, byte) });

/** Files that nobody's firmware or kernel would write. */
export const hostileViews: Readonly<Record<string, GeneratedView>> = {
  "empty files": ids({ product_name: "", sys_vendor: "", board_vendor: "", bios_vendor: "", product_version: "" }),
  "an empty file, then a name": ids({ product_name: "", sys_vendor: "QEMU" }),
  "an empty line, then a name": ids({ product_name: "\nKVM\n", sys_vendor: "VMware" }),
  "spaces behind": ids({ sys_vendor: "innotek GmbH      \n" }),
  "a space before": ids({ sys_vendor: " innotek GmbH\n" }),
  "lower case": ids({ sys_vendor: "INNOTEK GMBH\n", product_name: "xen\n" }),
  "a zero byte before": ids({ sys_vendor: "\0innotek GmbH\n" }),
  "a carriage return within": ids({ sys_vendor: "Xen\rVMware\n" }),
  "garbage bytes": ids({ sys_vendor: garbage(4096), product_name: garbage(64) }),
  "a line of almost 1 MiB": ids({ product_name: "a".repeat(KIB * KIB - 1), sys_vendor: "Xen\n" }),
  "a line of 1 MiB": ids({ product_name: "a".repeat(KIB * KIB), sys_vendor: "Xen\n" }),
  "a name with 2 MiB behind": ids({ product_name: `Xen${"a".repeat(2 * KIB * KIB)}` }),
  "1 MiB of lines": ids({ product_name: "a\n".repeat(KIB * KIB), sys_vendor: "Parallels\n" }),
  "a huge manager": unmarked({ "/run/systemd/container": "x".repeat(KIB * KIB) }),
  "a huge release": unmarked({ "/proc/sys/kernel/osrelease": `${"x".repeat(KIB * KIB)}WSL` }),
  "a huge environment": unmarked({ "/proc/1/environ": `${"A=b\0".repeat(100 * KIB)}container=docker\0` }),
  "a processor list with a long line": unmarked({ "/proc/cpuinfo": `flags\t: ${"x ".repeat(600 * KIB)}\nvendor_id\t: User Mode Linux\n` }),
  "an empty processor list": unmarked({ "/proc/cpuinfo": "vendor_id\t: User Mode Linu" }),
  "the virtual machine bit": raw(0, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10),
  "the virtual machine bit beyond the length": raw(0, 19, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10),
  "the virtual machine bit with a length above 127": raw(0, 200, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10),
  "Amazon metal by name, a machine by the bit": amazonMetal(24, 0x10),
  "Amazon metal by name, no machine by the bit": amazonMetal(24, 0),
  "Amazon metal by name, a bit beyond the length": amazonMetal(19, 0x10),
  "Amazon metal by name, a length of 127": amazonMetal(127, 0x10),
  "Amazon metal by name, a length above 127": amazonMetal(128, 0x10),
  "a type 0 cut short": unmarked(noTableFiles, { "/sys/firmware/dmi/entries/0-0/raw": Uint8Array.of(0, 24, 0, 0, 0, 0) }),
  "a wrong checksum": changed(ENTRY_POINT, 4, 0),
  "an entry point that is too long": changed(ENTRY_POINT, 5, 0xff),
  "a structure of length 3": changed(DMI, 1, 3),
  "a structure that is longer than the table": changed(DMI, 1, 0xff),
  "a table of garbage": unmarked(firmware(), { [DMI]: garbage(512) }),
  "an empty table": unmarked(firmware(), { [DMI]: "" }),
  "a cut table": unmarked(firmware(), { [DMI]: bytesAt(DMI).subarray(0, 150) }),
  "a table without its entry point": unmarked(firmware(), { [ENTRY_POINT]: { absence: "absent" } }),
  "an empty entry point": unmarked(firmware(), { [ENTRY_POINT]: "" }),
  "strings that are no text": unmarked(firmware({ vendor: "VM\x01ware\xff\x1b[31m", product: "K\x7fVM", biosVendor: "\xe9" })),
  "the same type twice": unmarked(
    firmware(),
    tables([...structures({ vendor: "QEMU" }).slice(0, 2), ...structures({ vendor: "innotek GmbH" })]),
  ),
};
