import { sum } from "../../firmware/smbios.ts";
import { isAbsence } from "../../views/files.ts";
import type { LocalView } from "../../views/local-view.ts";
import { mayOpen } from "../../views/viewer.ts";
import type { KnownDetector, KnownVerdict } from "../known-detector.ts";
import { type Asked, asking, brief, latin1 } from "./asked.ts";
import { type Walked, walkTable, word } from "./dmi-walk.ts";
import { chassisType, releaseOf, structureText, textAt, uuidOf } from "./dmidecode-text.ts";
import { processorFamily } from "./dmidecode-words.ts";

/**
 * dmidecode 3.4: `-s KEYWORD` and its text, from `/sys/firmware/dmi/tables`. It shows no opinion of its own; readers search its text for
 * names of virtual machines. Without those files it scans /dev/mem, which no view holds: it is then taken to find nothing.
 */
export interface DmiReading {
  /** Of SMBIOS, as 0x0208 is 2.8. */
  readonly version: number;
  readonly structures: readonly Walked[];
}

const ENTRY_POINT = "/sys/firmware/dmi/tables/smbios_entry_point";
const TABLE = "/sys/firmware/dmi/tables/DMI";

const PROGRAM = "/usr/sbin/dmidecode";

/** What the tool finds in the two files; undefined: nothing that it can read. */
export function readDmi(asked: Asked): DmiReading | undefined {
  const entryPoint = asked.readBy(PROGRAM, ENTRY_POINT);
  if (typeof entryPoint === "string") return undefined;
  const found = entryPoint32(entryPoint) ?? entryPoint64(entryPoint);
  const table = found === undefined ? "absent" : asked.readBy(PROGRAM, TABLE);
  if (found === undefined || typeof table === "string") return undefined;
  const walked = [...walkTable(table.subarray(0, found.bytes), found.count)];
  const broken = walked.findIndex(({ whole, type }) => !whole || (found.endsAtMark && type === END_OF_TABLE));
  return { version: found.version, structures: broken < 0 ? walked : walked.slice(0, broken + 1) };
}

const END_OF_TABLE = 127;

interface Promised {
  readonly version: number;
  readonly bytes: number;
  readonly count: number;
  readonly endsAtMark: boolean;
}

/** Versions that firmware is known to give wrongly. */
const MISTAKEN_VERSIONS: Readonly<Record<number, number>> = { 543: 0x0203, 545: 0x0203, 563: 0x0206 };

/** DSP0134 §5.2.1; the length is trusted only up to 20h, and both checksums must be right. */
function entryPoint32(bytes: Uint8Array): Promised | undefined {
  const length = bytes[5] ?? 0;
  if (bytes.length < 0x1f || !begins(bytes, "_SM_") || length > 0x20 || sum(bytes.subarray(0, length)) !== 0) return undefined;
  if (!begins(bytes.subarray(0x10), "_DMI_") || sum(bytes.subarray(0x10, 0x1f)) !== 0) return undefined;
  const version = ((bytes[6] ?? 0) << 8) | (bytes[7] ?? 0);
  const at = { bytes };
  return {
    version: MISTAKEN_VERSIONS[version] ?? version,
    bytes: wordAt(at, 0x16),
    count: wordAt(at, 0x1c) || Number.MAX_SAFE_INTEGER,
    endsAtMark: false,
  };
}

/** DSP0134 §5.2.2. */
function entryPoint64(bytes: Uint8Array): Promised | undefined {
  const length = bytes[6] ?? 0;
  if (bytes.length < 0x18 || !begins(bytes, "_SM3_") || length > 0x20 || sum(bytes.subarray(0, length)) !== 0) return undefined;
  const version = ((bytes[7] ?? 0) << 8) | (bytes[8] ?? 0);
  const size = wordAt({ bytes }, 0x0c) + wordAt({ bytes }, 0x0e) * 0x10000;
  return { version, bytes: size, count: Number.MAX_SAFE_INTEGER, endsAtMark: true };
}

function wordAt({ bytes }: { readonly bytes: Uint8Array }, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

function begins(bytes: Uint8Array, anchor: string): boolean {
  return latin1(bytes.subarray(0, anchor.length)) === anchor;
}

/** All that is printed for the structures of some types (undefined: all), without what comes before the first. */
export function dmidecodeText({ version, structures }: DmiReading, types?: readonly number[]): string {
  return structures
    .filter(({ type }) => types === undefined || types.includes(type))
    .map((one) => (one.whole ? structureText(one, version) : truncatedText(one)))
    .join("\n");
}

function truncatedText({ handle, type, length }: Walked): string {
  return `Handle 0x${handle.toString(16).toUpperCase().padStart(4, "0")}, DMI type ${type}, ${length} bytes\n\t<TRUNCATED>\n`;
}

interface Keyword {
  readonly type: number;
  readonly at: number;
  /** Undefined: nothing is printed. */
  readonly show?: (structure: Walked, version: number) => string | undefined;
}

/** Keywords of `-s`, with the structure's type and the offset of the field. */
export const KEYWORDS: Readonly<Record<string, Keyword>> = {
  "bios-vendor": { type: 0, at: 4 },
  "bios-version": { type: 0, at: 5 },
  "bios-release-date": { type: 0, at: 8 },
  "bios-revision": { type: 0, at: 0x15, show: (one) => releaseOf(one, 0x14) },
  "firmware-revision": { type: 0, at: 0x17, show: (one) => releaseOf(one, 0x16) },
  "system-manufacturer": { type: 1, at: 4 },
  "system-product-name": { type: 1, at: 5 },
  "system-version": { type: 1, at: 6 },
  "system-serial-number": { type: 1, at: 7 },
  "system-uuid": { type: 1, at: 8, show: uuidOf },
  "system-sku-number": { type: 1, at: 0x19 },
  "system-family": { type: 1, at: 0x1a },
  "baseboard-manufacturer": { type: 2, at: 4 },
  "baseboard-product-name": { type: 2, at: 5 },
  "baseboard-version": { type: 2, at: 6 },
  "baseboard-serial-number": { type: 2, at: 7 },
  "baseboard-asset-tag": { type: 2, at: 8 },
  "chassis-manufacturer": { type: 3, at: 4 },
  "chassis-type": { type: 3, at: 5, show: ({ bytes }) => chassisType(bytes[5] ?? 0) },
  "chassis-version": { type: 3, at: 6 },
  "chassis-serial-number": { type: 3, at: 7 },
  "chassis-asset-tag": { type: 3, at: 8 },
  "processor-family": { type: 4, at: 6, show: family },
  "processor-manufacturer": { type: 4, at: 7 },
  "processor-version": { type: 4, at: 0x10 },
  "processor-frequency": { type: 4, at: 0x16, show: (one) => (word(one, 0x16) === 0 ? "Unknown" : `${word(one, 0x16)} MHz`) },
};

/** §7.5.2: FEh, the second field has it; 30h meant two families in version 2.0. */
function family(one: Walked, version: number): string {
  const code = one.bytes[6] ?? 0;
  if (code === 0x30 && version === 0x0200) return /^Intel/.test(textAt(one, 7)) ? "Pentium Pro" : processorFamily(code);
  return processorFamily(code === 0xfe && one.length >= 0x2a ? word(one, 0x28) : code);
}

/** What `dmidecode -s KEYWORD` prints, a line for each structure that has the field; an empty line where the table is cut. */
export function dmidecodeString({ version, structures }: DmiReading, keyword: string): readonly string[] {
  const asked = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
  if (asked === undefined) return [];
  const { type, at, show = (one: Walked) => textAt(one, at) } = asked;
  const having = structures.filter((one) => one.whole && one.type === type && at < one.length);
  const cut = structures.some((one) => !one.whole) ? [""] : [];
  return [...having.map((one) => show(one, version)).filter((line) => line !== undefined), ...cut];
}

/** Names of virtual machines that readers of the text search for. */
const MACHINE_NAMES =
  /VMware|VirtualBox|innotek|QEMU|Bochs|KVM|Xen|HVM domU|Hyper-V|Virtual Machine|Parallels|BHYVE|oVirt|RHEV|OpenStack|KubeVirt|Amazon EC2|Google Compute Engine|System is a virtual machine/;

function judge(view: LocalView): KnownVerdict {
  const asked = asking(view, "root");
  const reading = readDmi(asked);
  const { lacking } = asked;
  if (reading === undefined) return { says: refusals(asked) || NO_TABLE, sees: "nothing", because: [], lacking };
  const says = ["system-manufacturer", "system-product-name", "bios-vendor"].map(
    (keyword) => `${keyword}: ${dmidecodeString(reading, keyword)[0] ?? ""}`,
  );
  const because = dmidecodeText(reading, [0, 1, 2, 3])
    .split("\n")
    .filter((line) => MACHINE_NAMES.test(line))
    .map((line) => `it prints ${brief(line.trim())}`);
  return { says: says.join(", "), sees: because.length > 0 ? "virtual-machine" : "nothing", because, lacking };
}

const NO_TABLE = "no SMBIOS table";

/** What it complains of to an account that may read neither the table nor the memory. */
function refusals({ view, readBy }: Asked): string {
  if (view.seenBy === undefined) return "";
  const memory = view.files.look(MEMORY);
  const refused = [
    ...(readBy(PROGRAM, ENTRY_POINT) === "denied" ? [ENTRY_POINT] : []),
    ...(!isAbsence(memory) && !mayOpen(view.seenBy.viewer, memory, "read") ? [MEMORY] : []),
  ];
  return refused.map((path) => `${path}: Permission denied`).join("\n");
}

const MEMORY = "/dev/mem";

export const dmidecode: KnownDetector<LocalView> = {
  id: "dmidecode",
  title: "dmidecode, as its readers search it",
  version: "3.4 (Debian 12)",
  source: "dmidecode(8); DMTF DSP0134",
  runAs: "root",
  judge,
};
