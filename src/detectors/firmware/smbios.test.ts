import assert from "node:assert/strict";
import test from "node:test";
import { memoryFiles } from "../views/memory-files.ts";
import { contentsOf, encodeSmbios, parseEntryPoint, parseSmbios, readStructures, sum } from "./smbios.ts";
import { encodeStructure, parseStructure, parseStructureTable } from "./smbios-structure.ts";
import {
  baseboard,
  bios,
  boot,
  chassis,
  type Layout,
  memoryArray,
  memoryBytes,
  memoryDevice,
  oemStrings,
  processor,
  system,
} from "./smbios-types.ts";

const aBios = {
  vendor: "Dell Inc.",
  version: "2.19.1",
  startSegment: 0xf000,
  releaseDate: "06/04/2023",
  romSize: 0xff,
  characteristics: 0x0000_0008_1cd3_9880n,
  extension1: 3,
  extension2: 0x0d,
  majorRelease: 2,
  minorRelease: 19,
  controllerMajor: 0xff,
  controllerMinor: 0xff,
  extendedRomSize: 32,
};
const aSystem = {
  manufacturer: "Dell Inc.",
  product: "PowerEdge R640",
  version: "",
  serial: "7XK2T13",
  uuid: "4c4c4544-0058-4b10-8032-b7c04f543133",
  wakeUp: 6,
  sku: "SKU=0716",
  family: "PowerEdge",
};
const aBoard = {
  manufacturer: "Dell Inc.",
  product: "0W23H8",
  version: "A05",
  serial: ".7XK2T13.",
  assetTag: "",
  features: 9,
  location: "",
  chassisHandle: 0x300,
  boardType: 10,
  contained: [0x400, 0x401],
};
const aChassis = {
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
  elements: [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)],
  sku: "rack",
};
const aProcessor = {
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
const anArray = {
  location: 3,
  use: 3,
  errorCorrection: 6,
  capacityKib: 0x8000_0000,
  errorHandle: 0xfffe,
  devices: 24,
  extendedCapacity: 3n << 40n,
};
const aDevice = {
  arrayHandle: 0x1000,
  errorHandle: 0xfffe,
  totalWidth: 72,
  width: 64,
  size: 0x7fff,
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
  extendedSizeMib: 32768,
  configuredSpeed: 2666,
  minimumMillivolts: 1200,
  maximumMillivolts: 1200,
  configuredMillivolts: 1200,
};
const aBoot = { reserved1: 0, reserved2: 0, status: Uint8Array.of(0) };

const structures = [
  bios.encode(0, aBios),
  system.encode(0x100, aSystem),
  baseboard.encode(0x200, aBoard),
  chassis.encode(0x300, aChassis),
  processor.encode(0x400, aProcessor),
  { ...oemStrings.encode(0x0b00, { count: 2 }), strings: ["Dell System", "5[0000]"] },
  memoryArray.encode(0x1000, anArray),
  memoryDevice.encode(0x1100, aDevice),
  boot.encode(0x2000, aBoot),
  { type: 221, handle: 0x2100, formatted: Uint8Array.of(1, 2, 3), strings: [] },
  { type: 127, handle: 0x7f00, formatted: new Uint8Array(0), strings: [] },
];

function roundTrip<V>(layout: Layout<V>, value: V, length: number): void {
  const structure = layout.encode(7, value);
  assert.equal(structure.formatted.length + 4, length);
  assert.deepEqual(layout.decode(structure), value);
  const bytes = encodeStructure(structure);
  assert.equal(bytes[1], length);
  assert.deepEqual(parseStructure(bytes), { status: "done", value: structure, size: bytes.length });
}

test("DSP0134 §7: every known structure is read as it was written, and has the length of its version", () => {
  roundTrip(bios, aBios, 0x1a);
  roundTrip(system, aSystem, 0x1b);
  roundTrip(baseboard, aBoard, 0x0f + 4);
  roundTrip(chassis, aChassis, 0x16 + 6);
  roundTrip(processor, aProcessor, 0x30);
  roundTrip(memoryArray, anArray, 0x17);
  roundTrip(memoryDevice, aDevice, 0x28);
  roundTrip(boot, aBoot, 0x0b);
});

test("§7.1: a BIOS structure, byte for byte", () => {
  const bytes = encodeStructure(bios.encode(0, { ...aBios, version: "" }, 0x18));
  const formatted = "0018000001000 0f002ff8098d31c08000000030d0213ffff".replace(" ", "");
  assert.equal(Buffer.from(bytes).toString("hex"), `${formatted}${Buffer.from("Dell Inc.\x0006/04/2023\0\0").toString("hex")}`);
});

test("§7.2.1: the first fields of a UUID are little-endian", () => {
  const { formatted } = system.encode(1, { ...aSystem, uuid: "00112233-4455-6677-8899-aabbccddeeff" });
  assert.equal(Buffer.from(formatted.subarray(4, 20)).toString("hex"), "33221100554477668899aabbccddeeff");
});

test("§6.1.3: a set without strings is two zero bytes, others end with one more", () => {
  const bare = { type: 1, handle: 2, formatted: new Uint8Array(0), strings: [] };
  assert.deepEqual([...encodeStructure(bare)], [1, 4, 2, 0, 0, 0]);
  assert.deepEqual([...encodeStructure({ ...bare, strings: ["ab"] })], [1, 4, 2, 0, 0x61, 0x62, 0, 0]);
  assert.deepEqual([...encodeStructure({ ...bare, strings: ["\0", "☃"] })], [1, 4, 2, 0, 0, 0]);
});

test("§5.2: both entry points are read as they were written, with right checksums, and the table agrees", () => {
  for (const form of ["32", "64"] as const) {
    const entryPoint = { form, major: 3, minor: 2, revision: form === "64" ? 1 : 0, tableAddress: 0x6a8f_7000n };
    const { entryPoint: bytes, table } = encodeSmbios(entryPoint, structures);
    assert.equal(bytes.length, form === "32" ? 0x1f : 0x18);
    const parsed = parseSmbios(bytes, table);
    assert.ok(parsed.status === "done");
    assert.ok(parsed.value.entryPoint.checksumsRight);
    assert.equal(parsed.value.entryPoint.tableBytes, table.length);
    assert.deepEqual(parsed.value.table, { structures, stopped: "end", size: table.length });
    assert.deepEqual(parsed.value.entryPoint, { ...parsed.value.entryPoint, ...entryPoint });
    for (let at = 0; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes, (one, index) => (index === at ? one ^ 0x20 : one));
      const read = parseEntryPoint(changed);
      assert.ok(read.status !== "done" || !read.value.checksumsRight, `byte ${at}`);
    }
  }
});

test("§5.2.1: counts and lengths of a 32-bit entry point", () => {
  const { entryPoint, table } = encodeSmbios({ form: "32", major: 2, minor: 7, revision: 0, tableAddress: 0xe0010n }, structures);
  const read = parseEntryPoint(entryPoint);
  assert.ok(read.status === "done");
  assert.equal(read.value.structureCount, structures.length);
  assert.equal(read.value.largestStructure, Math.max(...structures.map((one) => encodeStructure(one).length)));
  assert.equal(entryPoint[0x1e], 0x27);
  assert.equal(sum(entryPoint.subarray(0x10)), 0);
  assert.equal(table.length, read.value.tableBytes);
});

test("a 32-bit entry point cannot hide structures behind its count", () => {
  const { entryPoint, table } = encodeSmbios({ form: "32", major: 2, minor: 7, revision: 0, tableAddress: 0n }, structures.slice(0, 2));
  const more = Buffer.concat([
    table,
    encodeStructure(structures[2] ?? structures[0] ?? { type: 0, handle: 0, formatted: table, strings: [] }),
  ]);
  const read = parseSmbios(entryPoint, more);
  assert.ok(read.status === "done");
  assert.equal(read.value.table.structures.length, 2);
});

test("truncated and hostile tables never throw, and end", () => {
  const { entryPoint, table } = encodeSmbios({ form: "64", major: 3, minor: 2, revision: 0, tableAddress: 0n }, structures);
  for (let size = 0; size < table.length; size++) {
    const { structures: read, stopped } = parseStructureTable(table.subarray(0, size));
    assert.ok(stopped === "cut" || stopped === "bytes", `${size}: ${stopped}`);
    contentsOf(read);
  }
  for (let size = 0; size < entryPoint.length; size++) assert.equal(parseEntryPoint(entryPoint.subarray(0, size)).status, "partial");
  for (let at = 0; at < table.length; at++) contentsOf(parseStructureTable(table.with(at, 0xff)).structures);
  assert.equal(parseStructureTable(Uint8Array.of(1, 3, 0, 0, 0, 0)).stopped, "broken");
  assert.equal(parseSmbios(entryPoint, Uint8Array.of(1, 3, 0, 0, 0, 0)).status, "malformed");
  assert.equal(parseSmbios(entryPoint, table.subarray(0, 90)).status, "partial");
  assert.equal(parseEntryPoint(Uint8Array.of(1, 2, 3)).status, "malformed");
  const many = new Uint8Array(6 * 100_000).map((_, index) => (index % 6 === 1 ? 4 : index % 6 === 0 ? 9 : 0));
  assert.equal(parseStructureTable(many).stopped, "limit");
  assert.equal(parseStructureTable(many, 10).structures.length, 10);
});

test("older, shorter structures read as zero and empty beyond their end", () => {
  const short = bios.decode(bios.encode(0, aBios, 0x12));
  assert.equal(short.characteristics, aBios.characteristics);
  assert.equal(short.extension2, 0);
  assert.equal(
    system.decode({ type: 1, handle: 0, formatted: new Uint8Array(0), strings: [] }).uuid,
    "00000000-0000-0000-0000-000000000000",
  );
});

test("§7.18: sizes of memory devices in their three units", () => {
  assert.equal(memoryBytes(aDevice), 32 * 2 ** 30);
  assert.equal(memoryBytes({ ...aDevice, size: 4096 }), 4 * 2 ** 30);
  assert.equal(memoryBytes({ ...aDevice, size: 0x8000 | 512 }), 512 * 1024);
  assert.equal(memoryBytes({ ...aDevice, size: 0 }), 0);
  assert.equal(memoryBytes({ ...aDevice, size: 0xffff }), undefined);
});

test("contents of a table are found by type, through files too", () => {
  const { table } = encodeSmbios({ form: "64", major: 3, minor: 2, revision: 0, tableAddress: 0n }, structures);
  const read = readStructures(memoryFiles({ "/sys/firmware/dmi/tables/DMI": table }));
  assert.ok(typeof read === "object");
  const contents = contentsOf(read.structures);
  assert.deepEqual(contents.bios, [aBios]);
  assert.deepEqual(contents.systems, [aSystem]);
  assert.deepEqual(contents.oemStrings, ["Dell System", "5[0000]"]);
  assert.deepEqual(contents.memoryDevices, [aDevice]);
  assert.equal(readStructures(memoryFiles({ "/sys/firmware/dmi/tables/DMI": { absence: "denied" } })), "denied");
});
