import { encodeSmbios } from "../../detectors/firmware/smbios.ts";
import { END_OF_TABLE, encodeStructure, type Structure } from "../../detectors/firmware/smbios-structure.ts";
import {
  baseboard,
  bios,
  boot,
  chassis,
  memoryArray,
  memoryDevice,
  oemStrings,
  processor,
  system,
  VIRTUAL_MACHINE_BIT,
} from "../../detectors/firmware/smbios-types.ts";
import type { Contents } from "../../detectors/views/memory-files.ts";
import type { Site } from "../effect.ts";
import type { MachineIdentity } from "./machine-identities.ts";

/**
 * A whole SMBIOS table for a machine of that identity with this host's memory and processors. It is made anew, since no part of another maker's
 * table would fit; what it says is told alike by the files of /sys/class/dmi/id.
 */
export interface Numbered {
  readonly identity: MachineIdentity;
  readonly serial: string;
  readonly uuid: string;
  readonly site: Site;
}

export const TABLE = "/sys/firmware/dmi/tables/DMI";
export const ENTRY_POINT = "/sys/firmware/dmi/tables/smbios_entry_point";
/** The first structure of type 0 alone, its strings included. */
export const FIRST_BIOS = "/sys/firmware/dmi/entries/0-0/raw";

/** What a board holds in one slot at most; the fewest modules that hold all. */
const MODULE_MIB = 32_768;
const NONE = 0xfffe;

export function smbiosFiles(machine: Numbered): Contents {
  const structures = structuresOf(machine);
  const { entryPoint, table } = encodeSmbios({ form: "32", major: 2, minor: 7, revision: 0, tableAddress: 0xe_0010n }, structures);
  const [first] = structures;
  return { [ENTRY_POINT]: entryPoint, [TABLE]: table, ...(first === undefined ? {} : { [FIRST_BIOS]: encodeStructure(first) }) };
}

function structuresOf(machine: Numbered): readonly Structure[] {
  const { identity } = machine;
  const metal = identity.chassisType === 23;
  return [
    biosOf(identity),
    systemOf(machine),
    boardOf(machine),
    chassisOf(machine),
    ...processorsOf(machine),
    ...(metal ? boardDetails : []),
    ...(identity.oemStrings.length === 0
      ? []
      : [{ ...oemStrings.encode(0x0b00, { count: identity.oemStrings.length }), strings: identity.oemStrings }]),
    ...memoryOf(machine),
    boot.encode(0x2000, { reserved1: 0, reserved2: 0, status: Uint8Array.of(0) }),
    { type: END_OF_TABLE, handle: 0x7f00, formatted: new Uint8Array(0), strings: [] },
  ];
}

/** §7.8, §7.9, §7.10: what boards have and guests have not: caches, connectors, slots. */
const boardDetails: readonly Structure[] = [
  ...[1, 2, 3].map((level) =>
    raw([7, 0x700 + level], [`L${level} Cache`], `01 8${level - 1}01 0004 0004 2000 2000 00 04 05 07 00040000 00040000`),
  ),
  ...["USB0/1", "USB2/3", "VGA", "COM1", "LAN1", "LAN2", "IPMI_LAN"].map((name, at) =>
    raw([8, 0x800 + at], [name, name], "01 00 02 12 10"),
  ),
  ...[4, 6, 7].map((slot) => raw([9, 0x900 + slot], [`CPU SLOT${slot} PCI-E 3.0`], `01 b5 0b 03 04 0${slot}00 0c 01 0000 18 00`)),
  raw([38, 0x2600], [], "01 20 20 ff a30c000000000000 00 00"),
  ...[1, 2].map((nic) => raw([41, 0x2900 + nic], [`Intel Ethernet i210AT #${nic}`], `01 85 0${nic} 0000 01 00`)),
];

function raw([type, handle]: readonly [number, number], strings: readonly string[], fields: string): Structure {
  return { type, handle, formatted: Uint8Array.from(Buffer.from(fields.replaceAll(" ", ""), "hex")), strings };
}

export function biosOf({ biosVendor, biosVersion, biosDate, vmBit }: MachineIdentity): Structure {
  const [major = 0, minor = 0] = biosVersion.split(".").map((part) => Number.parseInt(part, 10) || 0);
  const value = {
    vendor: biosVendor,
    version: biosVersion,
    startSegment: 0xe800,
    releaseDate: biosDate,
    romSize: 0,
    characteristics: 0x1cd3_9880n,
    extension1: 3,
    extension2: 0x0c | (vmBit ? VIRTUAL_MACHINE_BIT : 0),
    majorRelease: major & 0xff,
    minorRelease: minor & 0xff,
    controllerMajor: 0xff,
    controllerMinor: 0xff,
    extendedRomSize: 0,
  };
  return bios.encode(0, value, 0x18);
}

function systemOf({ identity, serial, uuid }: Numbered): Structure {
  const { vendor: manufacturer, product, productVersion: version, sku, family } = identity;
  return system.encode(1, { manufacturer, product, version, serial, uuid, wakeUp: 6, sku, family }, 0x1b);
}

function boardOf({ identity, serial }: Numbered): Structure {
  const value = {
    manufacturer: identity.boardVendor,
    product: identity.board,
    version: identity.boardVersion,
    serial: identity.serial === "digits" ? serial : "None",
    assetTag: "",
    features: 9,
    location: "",
    chassisHandle: 3,
    boardType: 10,
    contained: [],
  };
  return baseboard.encode(2, value);
}

function chassisOf({ identity, serial }: Numbered): Structure {
  const value = {
    manufacturer: identity.chassisVendor,
    kind: identity.chassisType,
    version: identity.chassisVersion,
    serial: identity.serial === "digits" ? serial : "None",
    assetTag: "No Asset Tag",
    bootState: 3,
    powerState: 3,
    thermalState: 3,
    security: 3,
    oem: 0,
    height: identity.chassisType === 23 ? 1 : 0,
    powerCords: 1,
    elements: [],
    sku: "",
  };
  return chassis.encode(3, value, 0x15);
}

/** Guests have a socket for every processor; boards one for all. */
function processorsOf({ identity, site }: Numbered): readonly Structure[] {
  const metal = identity.chassisType === 23;
  const sockets = metal ? 1 : Math.max(1, Math.min(site.processors, 64));
  const cores = metal ? Math.min(site.processors, 255) : 1;
  const value = {
    kind: 3,
    family: 0xb3,
    manufacturer: metal ? "Intel(R) Corporation" : identity.processorVendor,
    id: 0x0fab_fbff_000006d8n,
    version: identity.processorVersion,
    voltage: 0x83,
    clockMhz: 100,
    maxMhz: Math.min(site.megahertz, 0xffff),
    currentMhz: Math.min(site.megahertz, 0xffff),
    status: 0x41,
    upgrade: 1,
    cache1: 0xffff,
    cache2: 0xffff,
    cache3: 0xffff,
    serial: "",
    assetTag: "",
    part: "",
    cores,
    coresEnabled: cores,
    threads: cores,
    characteristics: 4,
    family2: 0xb3,
    cores2: cores,
    coresEnabled2: cores,
    threads2: cores,
  };
  return Array.from({ length: sockets }, (_, at) =>
    processor.encode(0x400 + at, { ...value, socket: `CPU${metal ? "" : ` #`}${metal ? 1 : at}` }, 0x2a),
  );
}

function memoryOf({ identity, site }: Numbered): readonly Structure[] {
  const modules = modulesFor(site.memoryMiB);
  const array = {
    location: 3,
    use: 3,
    errorCorrection: identity.chassisType === 23 ? 6 : 3,
    capacityKib: 0x8000_0000,
    errorHandle: NONE,
    devices: modules.length,
    extendedCapacity: BigInt(modules.length) * BigInt(MODULE_MIB) * 1_048_576n,
  };
  return [memoryArray.encode(0x1000, array), ...modules.map((size, at) => moduleOf(identity, size, at))];
}

function modulesFor(memoryMiB: number): readonly number[] {
  const whole = Math.min(64, Math.floor(memoryMiB / MODULE_MIB));
  const rest = memoryMiB - whole * MODULE_MIB;
  return [...Array.from({ length: whole }, () => MODULE_MIB), ...(rest > 0 && whole < 64 ? [rest] : [])];
}

function moduleOf(identity: MachineIdentity, sizeMiB: number, at: number): Structure {
  const extended = sizeMiB >= 0x7fff;
  const value = {
    arrayHandle: 0x1000,
    errorHandle: NONE,
    totalWidth: 64,
    width: 64,
    size: extended ? 0x7fff : sizeMiB,
    formFactor: 9,
    set: 0,
    locator: identity.chassisType === 23 ? `DIMMA${at + 1}` : `RAM slot #${at}`,
    bank: `BANK ${at}`,
    kind: identity.chassisType === 23 ? 26 : 7,
    detail: 0x80,
    speed: identity.chassisType === 23 ? 2666 : 0,
    manufacturer: identity.memoryVendor,
    serial: "",
    assetTag: "",
    part: identity.serial === "vmware" ? `VMW-${sizeMiB}MB` : "",
    attributes: 0,
    extendedSizeMib: extended ? sizeMiB : 0,
    configuredSpeed: 0,
    minimumMillivolts: 0,
    maximumMillivolts: 0,
    configuredMillivolts: 0,
  };
  return memoryDevice.encode(0x1100 + at, value, 0x22);
}
