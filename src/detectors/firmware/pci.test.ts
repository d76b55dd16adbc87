import assert from "node:assert/strict";
import test from "node:test";
import { memoryFiles } from "../views/memory-files.ts";
import { parsePciDevices, parsePciLine, readPciFunctions } from "./pci.ts";

const resources = "\t               0".repeat(14);

test("a line of /proc/bus/pci/devices gives address, ids and driver", () => {
  assert.deepEqual(parsePciLine(`0078\t15ad0405\t10${resources}\tvmwgfx`), {
    address: "0000:00:0f.0",
    vendor: 0x15ad,
    device: 0x0405,
    driver: "vmwgfx",
  });
  assert.deepEqual(parsePciLine(`03f9\t80eebeef\t0${resources}\t`), { address: "0000:03:1f.1", vendor: 0x80ee, device: 0xbeef });
});

test("what is no such line is left out", () => {
  const text = `0018\t1af41000\tb${resources}\tvirtio-pci\n\n00\t1\n${"\t".repeat(100_000)}\n0020\t1af4100x\t0\n`;
  assert.equal(parsePciDevices(text).length, 1);
});

test("/sys gives class and subsystem, and leaves out what has no ids", () => {
  const files = memoryFiles({
    "/sys/bus/pci/devices/0000:00:02.0/vendor": "0x1234\n",
    "/sys/bus/pci/devices/0000:00:02.0/device": "0x1111\n",
    "/sys/bus/pci/devices/0000:00:02.0/subsystem_vendor": "0x1af4\n",
    "/sys/bus/pci/devices/0000:00:02.0/class": "0x030000\n",
    "/sys/bus/pci/devices/0000:00:03.0/vendor": "nonsense",
  });
  assert.deepEqual(readPciFunctions(files), [
    { address: "0000:00:02.0", vendor: 0x1234, device: 0x1111, subsystemVendor: 0x1af4, class: 0x030000 },
  ]);
  assert.equal(readPciFunctions(memoryFiles({}, "unknown")), "unknown");
});
