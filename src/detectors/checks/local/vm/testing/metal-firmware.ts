import { type AcpiHeader, encodeAcpiTable } from "../../../../firmware/acpi.ts";
import { encodeSmbios } from "../../../../firmware/smbios.ts";
import { END_OF_TABLE, type Structure } from "../../../../firmware/smbios-structure.ts";
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
} from "../../../../firmware/smbios-types.ts";
import type { Contents } from "../../../../views/memory-files.ts";

/** The firmware of a PowerEdge R640 with two processors and 12 modules of 16 GiB, as Linux shows it. */
const raw = ([type, handle]: readonly [number, number], strings: readonly string[], fields: string): Structure => ({
  type,
  handle,
  formatted: Uint8Array.from(Buffer.from(fields.replaceAll(" ", ""), "hex")),
  strings,
});

/** DSP0134 §7.8: enabled, write back, 8-way, on its level. */
const cache = (level: number) => `01 8${level}01 0004 0004 2000 2000 00 04 05 07 00040000 00040000`;

/** §7.9: connector and port. */
const ports: readonly (readonly [name: string, fields: string])[] = [
  ["USB 1", "01 00 02 12 10"],
  ["USB 2", "01 00 02 12 10"],
  ["VIDEO", "01 00 02 07 1c"],
  ["SERIAL", "01 00 02 08 09"],
  ["NIC1", "01 00 02 0b 1f"],
  ["NIC2", "01 00 02 0b 1f"],
];

export const metalBios = {
  vendor: "Dell Inc.",
  version: "2.19.1",
  startSegment: 0xf000,
  releaseDate: "06/04/2023",
  romSize: 0xff,
  characteristics: 0x1cd3_9880n,
  extension1: 3,
  extension2: 0x0d,
  majorRelease: 2,
  minorRelease: 19,
  controllerMajor: 0xff,
  controllerMinor: 0xff,
  extendedRomSize: 32,
};

export const metalSystem = {
  manufacturer: "Dell Inc.",
  product: "PowerEdge R640",
  version: "",
  serial: "7XK2T13",
  uuid: "4c4c4544-0058-4b10-8032-b7c04f543133",
  wakeUp: 6,
  sku: "SKU=0716;ModelName=PowerEdge R640",
  family: "PowerEdge",
};

const board = {
  manufacturer: "Dell Inc.",
  product: "0W23H8",
  version: "A05",
  serial: ".7XK2T13.CNFCP0087S00D5.",
  assetTag: "",
  features: 9,
  location: "",
  chassisHandle: 0x300,
  boardType: 10,
  contained: [],
};

const enclosure = {
  manufacturer: "Dell Inc.",
  kind: 0x97,
  version: "",
  serial: "7XK2T13",
  assetTag: "",
  bootState: 3,
  powerState: 3,
  thermalState: 3,
  security: 2,
  oem: 0,
  height: 1,
  powerCords: 2,
  elements: [],
  sku: "",
};

export const metalProcessor = {
  socket: "CPU1",
  kind: 3,
  family: 0xb3,
  manufacturer: "Intel",
  id: 0xbfebfbff_00050654n,
  version: "Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz",
  voltage: 0x92,
  clockMhz: 10400,
  maxMhz: 4000,
  currentMhz: 2100,
  status: 0x41,
  upgrade: 0x36,
  cache1: 0x700,
  cache2: 0x701,
  cache3: 0x702,
  serial: "",
  assetTag: "",
  part: "",
  cores: 16,
  coresEnabled: 16,
  threads: 32,
  characteristics: 0xfc,
  family2: 0xb3,
  cores2: 16,
  coresEnabled2: 16,
  threads2: 32,
};

const array = {
  location: 3,
  use: 3,
  errorCorrection: 6,
  capacityKib: 0x8000_0000,
  errorHandle: 0xfffe,
  devices: 24,
  extendedCapacity: 3n << 40n,
};

export const metalModule = {
  arrayHandle: 0x1000,
  errorHandle: 0xfffe,
  totalWidth: 72,
  width: 64,
  size: 16_384,
  formFactor: 9,
  set: 1,
  locator: "A1",
  bank: "",
  kind: 26,
  detail: 0x2080,
  speed: 2666,
  manufacturer: "00AD063200AD",
  serial: "2F4C1B9A",
  assetTag: "01182621",
  part: "HMA82GR7AFR8N-VK",
  attributes: 2,
  extendedSizeMib: 0,
  configuredSpeed: 2666,
  minimumMillivolts: 1200,
  maximumMillivolts: 1200,
  configuredMillivolts: 1200,
};

const locators = ["A1", "A2", "A3", "A4", "A5", "A6", "B1", "B2", "B3", "B4", "B5", "B6"];
const end: Structure = { type: END_OF_TABLE, handle: 0x7f00, formatted: new Uint8Array(0), strings: [] };

export const metalStructures: readonly Structure[] = [
  bios.encode(0, metalBios),
  system.encode(0x100, metalSystem),
  baseboard.encode(0x200, board),
  chassis.encode(0x300, enclosure),
  processor.encode(0x400, metalProcessor),
  processor.encode(0x401, { ...metalProcessor, socket: "CPU2" }),
  ...[0, 1, 2, 3, 4, 5].map((one) => raw([7, 0x700 + one], [`L${(one % 3) + 1} Cache`], cache(one % 3))),
  ...ports.map(([name, fields], at) => raw([8, 0x800 + at], [`Internal ${name}`, `External ${name}`], fields)),
  ...[1, 2, 3].map((slot) => raw([9, 0x900 + slot], [`PCIe Slot ${slot}`], `01 b5 0b 03 04 0${slot}00 0c 01 0000 18 00`)),
  { ...oemStrings.encode(0xb00, { count: 5 }), strings: ["Dell System", "5[0000]", "14[1]", "17[0000000000000000]", "19[1]"] },
  raw([12, 0xc00], ["NVRAM_CLR:  Clear user settable NVRAM areas and set defaults"], "01"),
  memoryArray.encode(0x1000, array),
  ...locators.map((locator, at) =>
    memoryDevice.encode(0x1100 + at, { ...metalModule, locator, serial: `2F4C1B${(0x9a + at).toString(16)}` }),
  ),
  // §7.20: 192 GiB from 0.
  raw([19, 0x1300], [], "00000000 ffffff0b 0010 0c 0000000000000000 0000000000000000"),
  boot.encode(0x2000, { reserved1: 0, reserved2: 0, status: Uint8Array.of(0) }),
  // §7.39: KCS, version 2.0, port CA8h.
  raw([38, 0x2600], [], "01 20 20 ff a90c000000000000 00 00"),
  ...[1, 2, 3, 4].map((nic) => raw([41, 0x2900 + nic], [`Integrated NIC ${nic}`], `01 85 0${nic} 0000 01 00`)),
  raw([208, 0xd000], [], "0100 0000 fe00 1607 0000 0000"),
  raw([218, 0xda00], [], "b200 4e00 0f00 0000 ffff 0000 0000"),
  end,
];

/** The files below /sys/firmware/dmi for a table of these structures. */
export function dmiTables(structures: readonly Structure[]): Contents {
  const { entryPoint, table } = encodeSmbios({ form: "64", major: 3, minor: 2, revision: 0, tableAddress: 0x6a8f_7000n }, structures);
  return { "/sys/firmware/dmi/tables/smbios_entry_point": entryPoint, "/sys/firmware/dmi/tables/DMI": table };
}

const header = (signature: string): AcpiHeader => ({
  signature,
  revision: 1,
  oemId: "DELL  ",
  oemTableId: "PE_SC3  ",
  oemRevision: 0,
  creatorId: "DELL",
  creatorRevision: 1,
});

const tables =
  "APIC BERT BOOT DMAR DSDT EINJ ERST FACP HEST HPET MCEJ MCFG MSCT OEM4 PCCT SLIC SLIT SRAT SSDT1 SSDT2 SSDT3 SSDT4 UEFI WD__ WSMT";

const dsdt = Buffer.from("\x10\x1a\\_SB_PC00 PNP0A08 LPC0 PNP0C31 MSFT0101 COM1 PNP0501 PMI0 IPI0001", "latin1");

export const metalFirmware: Contents = {
  "/sys/class/dmi/id": { link: "../../devices/virtual/dmi/id" },
  ...Object.fromEntries(
    Object.entries({
      bios_date: "06/04/2023",
      bios_release: "2.19",
      bios_vendor: "Dell Inc.",
      bios_version: "2.19.1",
      board_asset_tag: "",
      board_name: "0W23H8",
      board_serial: ".7XK2T13.CNFCP0087S00D5.",
      board_vendor: "Dell Inc.",
      board_version: "A05",
      chassis_asset_tag: "",
      chassis_serial: "7XK2T13",
      chassis_type: "23",
      chassis_vendor: "Dell Inc.",
      chassis_version: "",
      modalias:
        "dmi:bvnDellInc.:bvr2.19.1:bd06/04/2023:br2.19:svnDellInc.:pnPowerEdgeR640:pvr:rvnDellInc.:rn0W23H8:rvrA05:cvnDellInc.:ct23:cvr:skuSKU=0716;ModelName=PowerEdgeR640:",
      product_family: "PowerEdge",
      product_name: "PowerEdge R640",
      product_serial: "7XK2T13",
      product_sku: "SKU=0716;ModelName=PowerEdge R640",
      product_uuid: "4c4c4544-0058-4b10-8032-b7c04f543133",
      product_version: "",
      sys_vendor: "Dell Inc.",
    }).map(([name, value]) => [`/sys/devices/virtual/dmi/id/${name}`, `${value}\n`]),
  ),
  ...dmiTables(metalStructures),
  ...Object.fromEntries(
    tables.split(" ").map((name) => {
      const table = encodeAcpiTable(header(name.slice(0, 4)), name === "DSDT" ? dsdt : new Uint8Array(8));
      return [`/sys/firmware/acpi/tables/${name}`, table];
    }),
  ),
  "/sys/firmware/acpi/tables/FACS": Uint8Array.from({ length: 64 }, (_, at) => (at === 4 ? 64 : ("FACS".charCodeAt(at) || 0) & 0xff)),
};
