import assert from "node:assert/strict";
import test from "node:test";
import { memoryFiles } from "../views/memory-files.ts";
import { encodeAcpiTable, parseAcpiTable, readAcpiTables } from "./acpi.ts";

const header = {
  signature: "FACP",
  revision: 3,
  oemId: "BOCHS ",
  oemTableId: "BXPC    ",
  oemRevision: 1,
  creatorId: "BXPC",
  creatorRevision: 1,
};

test("ACPI 6.5 §5.2.6: a table is read as it was written, its checksum right", () => {
  const body = Uint8Array.of(1, 2, 3, 250);
  const bytes = encodeAcpiTable(header, body);
  assert.equal(Buffer.from(bytes).toString("hex"), "46414350280000000350424f434853204258504320202020010000004258504301000000010203fa");
  assert.deepEqual(parseAcpiTable(bytes), { status: "done", value: { ...header, body, checksumRight: true }, size: 40 });
  const changed = parseAcpiTable(bytes.with(38, 9));
  assert.ok(changed.status === "done" && !changed.value.checksumRight);
});

test("truncated and lying tables are values", () => {
  const bytes = encodeAcpiTable(header, new Uint8Array(20));
  for (let size = 0; size < bytes.length; size++) assert.equal(parseAcpiTable(bytes.subarray(0, size)).status, "partial");
  assert.equal(parseAcpiTable(bytes.with(4, 35)).status, "malformed");
  assert.equal(parseAcpiTable(bytes.with(7, 0xff)).status, "partial");
});

test("tables are listed by everyone, read by root", () => {
  const files = memoryFiles({
    "/sys/firmware/acpi/tables/FACP": encodeAcpiTable(header),
    "/sys/firmware/acpi/tables/DSDT": { absence: "denied" },
    "/sys/firmware/acpi/tables/dynamic/SSDT9": "",
  });
  const tables = readAcpiTables(files);
  assert.ok(typeof tables === "object");
  assert.deepEqual(
    tables.map(({ name, table }) => [name, typeof table === "string" ? table : table.status]),
    [
      ["DSDT", "denied"],
      ["FACP", "done"],
    ],
  );
  assert.equal(readAcpiTables(memoryFiles({}, "unknown")), "unknown");
});
