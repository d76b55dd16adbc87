import { dword, stringOf, type Walked, word } from "./dmi-walk.ts";
import {
  BIOS_CHARACTERISTICS,
  BIOS_EXTENSIONS,
  BOARD_FEATURES,
  BOARD_TYPES,
  CHASSIS_SECURITY,
  CHASSIS_STATES,
  CHASSIS_TYPES,
  OUT_OF_SPEC,
  STRUCTURE_TYPES,
  WAKE_UP,
  wordOf,
} from "./dmidecode-words.ts";

/**
 * What dmidecode prints for a structure: whole for the types 0 to 3, which detectors read; of the others the lines that name somebody
 * (manufacturers, versions, OEM strings), since a search for `Manufacturer: QEMU` finds these as well. A field that lies beyond a structure's
 * length is not printed, and neither are those after it.
 */
export function structureText(structure: Walked, version: number): string {
  const { type, handle, length } = structure;
  const lines = (WHOLE[type] ?? PARTLY[type])?.(structure, version) ?? [];
  return [`Handle 0x${hex(handle, 4)}, DMI type ${type}, ${length} bytes`, ...lines, ""].join("\n");
}

type Lines = (structure: Walked, version: number) => readonly string[];

/** Fields up to the first that asks for more bytes than there are. */
function fields(
  structure: Walked,
  title: string,
  steps: readonly (readonly [needs: number, lines: () => readonly string[]])[],
): readonly string[] {
  const reached = steps.findIndex(([needs]) => structure.length < needs);
  return [title, ...(reached < 0 ? steps : steps.slice(0, reached)).flatMap(([, lines]) => lines())];
}

export function textAt(structure: Walked, at: number): string {
  const number = structure.bytes[at] ?? 0;
  return number === 0 ? "Not Specified" : (stringOf(structure, number) ?? "<BAD INDEX>");
}

const byteAt = ({ bytes }: Walked, at: number) => bytes[at] ?? 0;
const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, "0");

function named(structure: Walked, first: number, names: readonly string[]): readonly string[] {
  return names.map((name, index) => `\t${name}: ${textAt(structure, first + index)}`);
}

function bits(value: number, words: readonly string[], first = 0): readonly string[] {
  return words.filter((_, index) => ((value >>> (first + index)) & 1) !== 0).map((text) => `\t\t${text}`);
}

const MAKER: readonly string[] = ["Manufacturer", "Product Name", "Version", "Serial Number"];

/** §7.1. */
const biosText: Lines = (one) =>
  fields(one, "BIOS Information", [
    [
      0x12,
      () => [...named(one, 4, ["Vendor", "Version"]), ...named(one, 8, ["Release Date"]), ...biosPlace(one), ...biosCharacteristics(one)],
    ],
    [0x13, () => bits(byteAt(one, 0x12), BIOS_EXTENSIONS[0] ?? [])],
    [0x14, () => bits(byteAt(one, 0x13), BIOS_EXTENSIONS[1] ?? [])],
    [0x18, () => [...release(one, 0x14, "BIOS Revision"), ...release(one, 0x16, "Firmware Revision")]],
  ]);

function biosPlace(one: Walked): readonly string[] {
  const segment = word(one, 6);
  const bytes = (0x10000 - segment) << 4;
  const runtime = bytes % 1024 === 0 ? `${bytes / 1024} kB` : `${bytes} bytes`;
  const place = segment === 0 ? [] : [`\tAddress: 0x${hex(segment, 4)}0`, `\tRuntime Size: ${runtime}`];
  return [...place, `\tROM Size: ${romSize(byteAt(one, 9), one.length < 0x1a ? 16 : word(one, 0x18))}`];
}

function romSize(code: number, extended: number): string {
  if (code === 0xff) return `${extended & 0x3fff} ${["MB", "GB"][extended >> 14] ?? OUT_OF_SPEC}`;
  const kilobytes = (code + 1) * 64;
  return kilobytes % 1024 === 0 ? `${kilobytes / 1024} MB` : `${kilobytes} kB`;
}

function biosCharacteristics(one: Walked): readonly string[] {
  const value = dword(one, 0x0a);
  const none = (value & 8) !== 0;
  return ["\tCharacteristics:", ...(none ? ["\t\tBIOS characteristics not supported"] : bits(value, BIOS_CHARACTERISTICS, 4))];
}

function release(one: Walked, at: number, name: string): readonly string[] {
  const text = releaseOf(one, at);
  return text === undefined ? [] : [`\t${name}: ${text}`];
}

/** A major and a minor number; undefined where the firmware says that there is none. */
export function releaseOf(one: Walked, at: number): string | undefined {
  const [major, minor] = [byteAt(one, at), byteAt(one, at + 1)];
  return major === 0xff || minor === 0xff ? undefined : `${major}.${minor}`;
}

/** §7.2. */
const systemText: Lines = (one, version) =>
  fields(one, "System Information", [
    [0x08, () => named(one, 4, MAKER)],
    [0x19, () => [`\tUUID: ${uuidOf(one, version)}`, `\tWake-up Type: ${wordOf(WAKE_UP, byteAt(one, 0x18))}`]],
    [0x1b, () => named(one, 0x19, ["SKU Number", "Family"])],
  ]);

/** §7.2.1: since version 2.6 the first three fields are little-endian. */
export function uuidOf({ bytes }: Walked, version: number): string {
  const raw = Array.from({ length: 16 }, (_, index) => bytes[8 + index] ?? 0);
  if (raw.every((byte) => byte === 0xff)) return "Not Present";
  if (raw.every((byte) => byte === 0)) return "Not Settable";
  const order = version >= 0x0206 ? [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15] : raw.keys().toArray();
  const digits = order.map((index) => hex(raw[index] ?? 0, 2)).join("");
  return digits.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** §7.3. */
const boardText: Lines = (one) =>
  fields(one, "Base Board Information", [
    [0x08, () => named(one, 4, MAKER)],
    [0x09, () => named(one, 8, ["Asset Tag"])],
    [0x0a, () => boardFeatures(byteAt(one, 9))],
    [0x0e, () => [...named(one, 0x0a, ["Location In Chassis"]), `\tChassis Handle: 0x${hex(word(one, 0x0b), 4)}`]],
    [0x0e, () => [`\tType: ${wordOf(BOARD_TYPES, byteAt(one, 0x0d), 1)}`]],
    [0x0f + 2 * byteAt(one, 0x0e), () => boardHandles(one)],
  ]);

function boardFeatures(code: number): readonly string[] {
  return (code & 0x1f) === 0 ? ["\tFeatures: None"] : ["\tFeatures:", ...bits(code, BOARD_FEATURES)];
}

function boardHandles(one: Walked): readonly string[] {
  const count = byteAt(one, 0x0e);
  const handles = Array.from({ length: count }, (_, index) => `\t\t0x${hex(word(one, 0x0f + 2 * index), 4)}`);
  return [`\tContained Object Handles: ${count}`, ...handles];
}

/** §7.4. */
const chassisText: Lines = (one) => {
  const elements = byteAt(one, 0x13) * byteAt(one, 0x14);
  return fields(one, "Chassis Information", [
    [
      0x09,
      () => [
        ...named(one, 4, ["Manufacturer"]),
        ...chassisKind(byteAt(one, 5)),
        ...named(one, 6, ["Version", "Serial Number", "Asset Tag"]),
      ],
    ],
    [0x0d, () => chassisStates(one)],
    [0x11, () => [`\tOEM Information: 0x${hex(dword(one, 0x0d), 8)}`]],
    [0x13, () => [`\tHeight: ${counted(byteAt(one, 0x11), " U")}`, `\tNumber Of Power Cords: ${counted(byteAt(one, 0x12), "")}`]],
    [0x15, () => []],
    [0x15 + elements, () => chassisElements(one)],
    [0x16 + elements, () => named(one, 0x15 + elements, ["SKU Number"])],
  ]);
};

function chassisKind(code: number): readonly string[] {
  return [`\tType: ${chassisType(code)}`, `\tLock: ${code >> 7 === 1 ? "Present" : "Not Present"}`];
}

export function chassisType(code: number): string {
  return wordOf(CHASSIS_TYPES, code & 0x7f, 1);
}

function chassisStates(one: Walked): readonly string[] {
  const state = (at: number) => wordOf(CHASSIS_STATES, byteAt(one, at), 1);
  return [
    `\tBoot-up State: ${state(9)}`,
    `\tPower Supply State: ${state(0x0a)}`,
    `\tThermal State: ${state(0x0b)}`,
    `\tSecurity Status: ${wordOf(CHASSIS_SECURITY, byteAt(one, 0x0c), 1)}`,
  ];
}

function counted(count: number, unit: string): string {
  return count === 0 ? "Unspecified" : `${count}${unit}`;
}

function chassisElements(one: Walked): readonly string[] {
  const [count, size] = [byteAt(one, 0x13), byteAt(one, 0x14)];
  const element = (at: number) => {
    const [code, least, most] = [byteAt(one, at), byteAt(one, at + 1), byteAt(one, at + 2)];
    const name = code & 0x80 ? wordOf(STRUCTURE_TYPES, code & 0x7f) : wordOf(BOARD_TYPES, code, 1);
    return `\t\t${name} (${least === most ? least : `${least}-${most}`})`;
  };
  const listed = size < 3 ? [] : Array.from({ length: count }, (_, index) => element(0x15 + index * size));
  return [`\tContained Elements: ${count}`, ...listed];
}

const WHOLE: Readonly<Record<number, Lines>> = { 0: biosText, 1: systemText, 2: boardText, 3: chassisText };

/** §7.5, §7.12, §7.18, §7.23, §7.40: the lines with names. */
const PARTLY: Readonly<Record<number, Lines>> = {
  4: (one) => fields(one, "Processor Information", [[0x1a, () => [...named(one, 7, ["Manufacturer"]), ...named(one, 0x10, ["Version"])]]]),
  11: (one) => ["OEM Strings", ...oemStrings(one)],
  17: (one) =>
    fields(one, "Memory Device", [[0x1b, () => [...named(one, 0x17, ["Manufacturer", "Serial Number", "Asset Tag", "Part Number"])]]]),
  22: (one) => fields(one, "Portable Battery", [[0x10, () => named(one, 5, ["Manufacturer"])]]),
  39: (one) => fields(one, "System Power Supply", [[0x10, () => named(one, 7, ["Manufacturer"])]]),
};

function oemStrings(one: Walked): readonly string[] {
  const count = one.length < 5 ? 0 : byteAt(one, 4);
  return Array.from({ length: count }, (_, index) => `\tString ${index + 1}: ${stringOf(one, index + 1) ?? "<BAD INDEX>"}`);
}
