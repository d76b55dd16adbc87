import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { metalStructures } from "../../src/detectors/checks/local/vm/testing/metal-firmware.ts";
import { encodeSmbios } from "../../src/detectors/firmware/smbios.ts";
import { needs } from "../rig/needs.ts";

/** Where dmidecode's own dumps have the table, after the entry point. */
const TABLE_AT = 0x20;

/** What dmidecode prints of an encoded table. */
function dmidecode(form: "32" | "64", ...options: readonly string[]): string {
  const versions = form === "32" ? { major: 2, minor: 8 } : { major: 3, minor: 2 };
  const { entryPoint, table } = encodeSmbios({ form, ...versions, revision: 0, tableAddress: BigInt(TABLE_AT) }, metalStructures);
  const dump = new Uint8Array(TABLE_AT + table.length);
  dump.set(entryPoint);
  dump.set(table, TABLE_AT);
  const folder = mkdtempSync(join(tmpdir(), "firmware-"));
  try {
    writeFileSync(join(folder, "dump"), dump);
    return execFileSync("dmidecode", ["--from-dump", join(folder, "dump"), ...options], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("dmidecode reads tables that were made here, behind both entry points, without a complaint", needs("dmidecode"), () => {
  for (const form of ["32", "64"] as const) {
    const text = dmidecode(form);
    assert.match(text, form === "32" ? /^SMBIOS 2\.8 present\.$/m : /^SMBIOS 3\.2\.0 present\.$/m);
    assert.doesNotMatch(text, /broken|invalid|wrong|truncated|bad index|out of spec/i);
    assert.equal(text.match(/^Handle 0x/gm)?.length, metalStructures.length);
    assert.match(text, /Manufacturer: Dell Inc\.\n\tProduct Name: PowerEdge R640/);
    assert.match(text, /UUID: 4c4c4544-0058-4b10-8032-b7c04f543133/);
    assert.equal(text.match(/^\tSize: 16 GB$/gm)?.length, 12);
    assert.match(text, /Version: Intel\(R\) Xeon\(R\) Gold 6130 CPU @ 2\.10GHz/);
    assert.match(text, /Maximum Capacity: 3 TB/);
  }
});

test("dmidecode finds each name by its keyword", needs("dmidecode"), () => {
  const wanted = {
    "bios-vendor": "Dell Inc.",
    "bios-version": "2.19.1",
    "system-serial-number": "7XK2T13",
    "baseboard-product-name": "0W23H8",
    "chassis-type": "Rack Mount Chassis",
    "processor-manufacturer": "Intel\nIntel",
  };
  for (const [keyword, value] of Object.entries(wanted)) assert.equal(dmidecode("64", "--string", keyword).trim(), value);
});
