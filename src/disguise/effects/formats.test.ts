import assert from "node:assert/strict";
import test from "node:test";
import { readAcpiTables, type ShownAcpiTable } from "../../detectors/firmware/acpi.ts";
import { parsePciDevices, readPciFunctions } from "../../detectors/firmware/pci.ts";
import { contentsOf, parseSmbios } from "../../detectors/firmware/smbios.ts";
import { lineOf, textOf } from "../../detectors/views/files.ts";
import type { LocalView } from "../../detectors/views/local-view.ts";
import { effectOn, kvmGuest, metalHost, site, under } from "../testing/hosts.ts";
import { underEffects } from "../under-effects.ts";
import { isUnavailable } from "./effect-of.ts";
import { effectOf } from "./index.ts";
import { machineIdentities } from "./machine-identities.ts";
import { ENTRY_POINT, FIRST_BIOS, smbiosFiles, TABLE } from "./smbios-table.ts";

/** Generated files are in the kernel's and the firmware's own form, to the byte. */
const DMI = "/sys/devices/virtual/dmi/id";

function smbiosOf({ files }: LocalView) {
  const [entryPoint, table] = [files.read(ENTRY_POINT), files.read(TABLE)];
  assert.ok(typeof entryPoint !== "string" && typeof table !== "string");
  const parsed = parseSmbios(entryPoint, table);
  assert.ok(parsed.status === "done", parsed.status);
  return { ...parsed.value, bytes: table.length };
}

for (const name of ["vmware", "virtualbox", "qemu", "hyper-v", "xen"] as const)
  test(`${name}: the SMBIOS table is whole, and agrees with the files of the kernel`, () => {
    const parts = ["vendor", "product", "board", "bios", "chassis", "serial", "modalias", "table"].map((part) =>
      effectOn(metalHost, `firmware.${part}.${name}`),
    );
    const view = underEffects(metalHost, parts);
    const { entryPoint, table, bytes } = smbiosOf(view);
    assert.ok(entryPoint.checksumsRight);
    assert.deepEqual([table.stopped, table.size, entryPoint.tableBytes], ["end", bytes, bytes]);
    const { systems, bios, baseboards, chassis, memoryDevices, processors } = contentsOf(table.structures);
    const [system, firmware] = [systems[0], bios[0]];
    const files: Readonly<Record<string, string | undefined>> = {
      sys_vendor: system?.manufacturer,
      product_name: system?.product,
      product_serial: system?.serial,
      product_uuid: system?.uuid,
      bios_vendor: firmware?.vendor,
      bios_version: firmware?.version,
      bios_date: firmware?.releaseDate,
      board_name: baseboards[0]?.product,
      chassis_vendor: chassis[0]?.manufacturer,
      chassis_type: String(chassis[0]?.kind),
    };
    for (const [file, inTable] of Object.entries(files)) assert.equal(lineOf(view.files, `${DMI}/${file}`), inTable, file);
    assert.equal(processors.length, site.processors);
    const mebibytes = memoryDevices.reduce((sum, { size, extendedSizeMib }) => sum + (size === 0x7fff ? extendedSizeMib : size), 0);
    assert.equal(mebibytes, site.memoryMiB);
  });

test("memory of any size is told exactly", () => {
  for (const memoryMiB of [1, 64, 512, 4096, 32_767, 32_768, 33_000, 1_048_576]) {
    const files = smbiosFiles({
      identity: machineIdentities.vmware,
      serial: "s",
      uuid: "564d0000-0000-4000-a000-000000000000",
      site: { ...site, memoryMiB, processors: 2 },
    });
    const { table } = smbiosOf(underEffects(metalHost, [{ files }]));
    const { memoryDevices } = contentsOf(table.structures);
    assert.equal(
      memoryDevices.reduce((sum, { size, extendedSizeMib }) => sum + (size === 0x7fff ? extendedSizeMib : size), 0),
      memoryMiB,
    );
  }
});

test("VMware's serial number is its UUID in pairs of digits", () => {
  const view = underEffects(metalHost, [effectOn(metalHost, "firmware.serial.vmware")]);
  const serial = lineOf(view.files, `${DMI}/product_serial`) ?? "";
  assert.match(serial, /^VMware-56 4d(?: [0-9a-f]{2}){6}-[0-9a-f]{2}(?: [0-9a-f]{2}){7}$/);
  assert.equal(serial.slice(7).replaceAll(/[ -]/g, ""), lineOf(view.files, `${DMI}/product_uuid`)?.replaceAll("-", ""));
});

test("the bit of a virtual machine is one bit, and the checksums are right", () => {
  const view = under(metalHost, "firmware.vm-bit");
  const [before, after] = [smbiosOf(metalHost), smbiosOf(view)];
  assert.ok(after.entryPoint.checksumsRight);
  assert.equal(before.bytes, after.bytes);
  assert.equal(
    (contentsOf(after.table.structures).bios[0]?.extension2 ?? 0) ^ (contentsOf(before.table.structures).bios[0]?.extension2 ?? 0),
    0x10,
  );
  const raw = view.files.read(FIRST_BIOS);
  assert.ok(typeof raw !== "string" && raw[0] === 0 && ((raw[0x13] ?? 0) & 0x10) !== 0);
});

test("ACPI tables keep their bodies and sizes, and their checksums are right", () => {
  for (const maker of ["vmware", "virtualbox", "bochs", "metal"]) {
    const tables = readAcpiTables(under(metalHost, `firmware.acpi.${maker}`).files);
    const before = readAcpiTables(metalHost.files);
    assert.ok(typeof tables !== "string" && typeof before !== "string");
    for (const { name, table } of tables) {
      const was: ShownAcpiTable["table"] = before.find((one) => one.name === name)?.table ?? "absent";
      if (typeof table === "string" || table.status !== "done" || typeof was === "string" || was.status !== "done") continue;
      assert.ok(table.value.checksumRight, name);
      assert.deepEqual([table.size, table.value.signature, table.value.body], [was.size, was.value.signature, was.value.body]);
      assert.notEqual(table.value.oemId, was.value.oemId);
    }
  }
});

test("lines of PCI, SCSI, modules and memory are the kernel's", () => {
  const pci = textOf(under(metalHost, "devices.pci-list.vmware").files, "/proc/bus/pci/devices") ?? "";
  const lines = pci.split("\n").filter((line) => line !== "");
  assert.deepEqual([...lines].sort(), lines);
  assert.ok(lines.every((line) => line.split("\t").length === 18));
  assert.ok(parsePciDevices(pci).some(({ vendor, device }) => vendor === 0x15ad && device === 0x0710));
  const cards = readPciFunctions(under(metalHost, "devices.pci.vmware").files);
  assert.ok(typeof cards !== "string" && cards.filter(({ vendor }) => vendor === 0x15ad).length === 3);
  const scsi = textOf(under(metalHost, "devices.scsi.vmware").files, "/proc/scsi/scsi") ?? "";
  assert.match(
    scsi,
    /^Attached devices:\nHost: scsi0 Channel: \d\d Id: 00 Lun: 00\n {2}Vendor: VMware {3}Model: Virtual disk {5}Rev: 2\.0 \n {2}Type: {3}Direct-Access/,
  );
  const modules = textOf(under(metalHost, "kernel.listed.virtio").files, "/proc/modules") ?? "";
  assert.ok(
    modules
      .trimEnd()
      .split("\n")
      .every((line) => /^\w+ \d+ \d+ (?:-|(?:\w+,)+) Live 0x[0-9a-f]{16}$/.test(line)),
  );
  const memory = textOf(under(metalHost, "kernel.memory.cowrie").files, "/proc/meminfo") ?? "";
  assert.match(memory, /^MemTotal: {8}4054744 kB\nMemFree: {10}997740 kB\n/);
});

test("hidden modules are hidden in both lists, and from the users of others", () => {
  const shown = under(metalHost, "kernel.listed.virtio");
  const answer = effectOf("kernel.listed.nothing-virtual")?.({ view: shown, site });
  assert.ok(answer !== undefined && !isUnavailable(answer));
  const { files } = underEffects(shown, [answer]);
  assert.doesNotMatch(textOf(files, "/proc/modules") ?? "", /virtio/);
  assert.equal(files.read("/sys/module/virtio/initstate"), "absent");
});

test("flags and fields of /proc/cpuinfo are changed for every processor, and nothing else is", () => {
  const before = (textOf(metalHost.files, "/proc/cpuinfo") ?? "").split("\n");
  const after = (textOf(under(metalHost, "processor.flag").files, "/proc/cpuinfo") ?? "").split("\n");
  assert.equal(before.length, after.length);
  const changed = after.filter((line, at) => line !== before[at]);
  assert.equal(changed.length, site.processors);
  assert.ok(changed.every((line) => / hypervisor(?: |$)/.test(line)));
  assert.doesNotMatch(textOf(under(kvmGuest, "processor.no-flag").files, "/proc/cpuinfo") ?? "", /hypervisor/);
});
