import { encodeSmbios } from "../../../src/detectors/firmware/smbios.ts";
import type { Structure } from "../../../src/detectors/firmware/smbios-structure.ts";
import { END_OF_TABLE, encodeStructure } from "../../../src/detectors/firmware/smbios-structure.ts";
import {
  baseboard,
  bios,
  chassis,
  memoryDevice,
  processor,
  system,
  VIRTUAL_MACHINE_BIT,
} from "../../../src/detectors/firmware/smbios-types.ts";
import type { Contents } from "../../../src/detectors/views/memory-files.ts";

/** What a machine's firmware says, told alike by the files of /sys/class/dmi/id and by the SMBIOS tables. */
export interface Firmware {
  readonly biosVendor?: string;
  readonly biosVersion?: string;
  readonly vendor?: string;
  readonly product?: string;
  readonly version?: string;
  readonly boardVendor?: string;
  readonly chassisVendor?: string;
  readonly memoryVendor?: string;
  readonly virtualMachine?: boolean;
  readonly form?: "32" | "64";
}

const DELL = {
  biosVendor: "Dell Inc.",
  biosVersion: "2.19.1",
  vendor: "Dell Inc.",
  product: "PowerEdge R640",
  version: "",
  boardVendor: "Dell Inc.",
  chassisVendor: "Dell Inc.",
  memoryVendor: "Samsung",
  virtualMachine: false,
  form: "32",
} satisfies Firmware;

type Filled = Required<Firmware>;

/** Files and tables of a machine; what is not named is a Dell server's. */
export function firmware(parts: Firmware = {}): Contents {
  const said: Filled = { ...DELL, ...parts };
  return { ...idFiles(said), ...tables(structures(said), said.form) };
}

/** Only the files of /sys/class/dmi/id, as text with their line ends. */
export function idFilesOf(files: Readonly<Record<string, string | Uint8Array>>): Contents {
  const named = Object.entries(files).map(([name, text]) => [`/sys/devices/virtual/dmi/id/${name}`, text]);
  return { ...NO_ID_FILES, ...Object.fromEntries(named), "/sys/class/dmi/id": { link: "../../devices/virtual/dmi/id" } };
}

const NO_ID_FILES: Contents = Object.fromEntries(
  ["product_name", "sys_vendor", "board_vendor", "bios_vendor", "product_version"].map((name) => [
    `/sys/devices/virtual/dmi/id/${name}`,
    { absence: "absent" },
  ]),
);

function idFiles({ biosVendor, biosVersion, vendor, product, version, boardVendor, chassisVendor }: Filled): Contents {
  const texts = { bios_vendor: biosVendor, bios_version: biosVersion, sys_vendor: vendor, product_name: product, product_version: version };
  const all = { ...texts, board_vendor: boardVendor, chassis_vendor: chassisVendor };
  return idFilesOf(Object.fromEntries(Object.entries(all).map(([name, text]) => [name, `${text}\n`])));
}

/** The files of the tables. */
export function tables(all: readonly Structure[], form: "32" | "64" = "32"): Contents {
  const { entryPoint, table } = encodeSmbios({ form, major: form === "32" ? 2 : 3, minor: 8, revision: 0, tableAddress: 0xf5a30n }, all);
  const first = all.find(({ type }) => type === 0);
  return {
    "/sys/firmware/dmi/tables/smbios_entry_point": entryPoint,
    "/sys/firmware/dmi/tables/DMI": table,
    "/sys/firmware/dmi/entries/0-0/raw": first === undefined ? { absence: "absent" } : encodeStructure(first),
  };
}

export function structures(said: Firmware = {}): readonly Structure[] {
  const all: Filled = { ...DELL, ...said };
  return [biosOf(all), systemOf(all), boardOf(all), chassisOf(all), processorOf(), memoryOf(all), END];
}

export const END: Structure = { type: END_OF_TABLE, handle: 0x7f00, formatted: new Uint8Array(), strings: [] };

function biosOf({ biosVendor, biosVersion, virtualMachine }: Filled): Structure {
  return bios.encode(0, {
    vendor: biosVendor,
    version: biosVersion,
    startSegment: 0xe800,
    releaseDate: "04/01/2014",
    romSize: 0,
    characteristics: 0x1_0003_dc80n,
    extension1: 0x03,
    extension2: virtualMachine ? VIRTUAL_MACHINE_BIT | 0x04 : 0x04,
    majorRelease: 2,
    minorRelease: 19,
    controllerMajor: 0xff,
    controllerMinor: 0xff,
    extendedRomSize: 0,
  });
}

function systemOf({ vendor, product, version }: Filled): Structure {
  const uuid = "4c4c4544-0042-3510-8054-b7c04f4e5132";
  return system.encode(0x100, { manufacturer: vendor, product, version, serial: "7B5TNQ2", uuid, wakeUp: 6, sku: "SKU=0716", family: "" });
}

function boardOf({ boardVendor }: Filled): Structure {
  return baseboard.encode(0x200, {
    manufacturer: boardVendor,
    product: "0W23H8",
    version: "A03",
    serial: ".7B5TNQ2.",
    assetTag: "",
    features: 9,
    location: "Slot 0",
    chassisHandle: 0x300,
    boardType: 10,
    contained: [0x400, 0x1100],
  });
}

function chassisOf({ chassisVendor }: Filled): Structure {
  return chassis.encode(0x300, {
    manufacturer: chassisVendor,
    kind: 0x97,
    version: "",
    serial: "7B5TNQ2",
    assetTag: "",
    bootState: 3,
    powerState: 3,
    thermalState: 3,
    security: 2,
    oem: 0xdead_beef,
    height: 1,
    powerCords: 2,
    elements: [Uint8Array.of(0x84, 1, 2), Uint8Array.of(10, 1, 1)],
    sku: "SKU",
  });
}

function processorOf(): Structure {
  const texts = { socket: "CPU1", manufacturer: "Intel", version: "Intel(R) Xeon(R) Gold 6130", serial: "", assetTag: "", part: "" };
  const numbers = { kind: 3, family: 0xb3, voltage: 0x92, clockMhz: 0x2800, maxMhz: 4000, currentMhz: 2100, status: 0x41, upgrade: 0x36 };
  const caches = { cache1: 0x700, cache2: 0x701, cache3: 0x702, cores: 16, coresEnabled: 16, threads: 32, characteristics: 0xfc };
  const wide = { family2: 0xb3, cores2: 16, coresEnabled2: 16, threads2: 32 };
  return processor.encode(0x400, { id: 0xbfeb_fbff_0005_0654n, ...texts, ...numbers, ...caches, ...wide });
}

function memoryOf({ memoryVendor }: Filled): Structure {
  const texts = { locator: "A1", bank: "", manufacturer: memoryVendor, serial: "36A1", assetTag: "", part: "M393A2K43CB2" };
  const numbers = { totalWidth: 72, width: 64, size: 16384, formFactor: 9, set: 1, kind: 26, detail: 0x2080, speed: 2666, attributes: 2 };
  const volts = { extendedSizeMib: 0, configuredSpeed: 2666, minimumMillivolts: 1200, maximumMillivolts: 1200, configuredMillivolts: 1200 };
  return memoryDevice.encode(0x1100, { arrayHandle: 0x1000, errorHandle: 0xfffe, ...texts, ...numbers, ...volts });
}
