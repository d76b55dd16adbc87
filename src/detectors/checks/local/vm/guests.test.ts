import assert from "node:assert/strict";
import test from "node:test";
import { bios, memoryDevice, system } from "../../../firmware/smbios-types.ts";
import type { LocalView } from "../../../views/local-view.ts";
import type { Contents } from "../../../views/memory-files.ts";
import { checks } from "./index.ts";
import { MAGIC, registers } from "./testing/changed-metal.ts";
import { examples } from "./testing/examples.ts";
import { metalBut, metalFiles, metalInstructions, signature } from "./testing/metal.ts";
import { dmiTables, metalBios, metalModule, metalStructures, metalSystem } from "./testing/metal-firmware.ts";
import { metalLog } from "./testing/metal-kernel.ts";

/** Ordinary guests are consistent: they must show what they are, and none of the contradictions that only forgeries have. */
const text = (path: string) => String(metalFiles[path]);
const names = (values: Readonly<Record<string, string>>): Contents =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`/sys/devices/virtual/dmi/id/${name}`, `${value}\n`]));

const vmwareBios = { ...metalBios, vendor: "VMware, Inc.", version: "VMW71.00V.18227214.B64.2106252220", extension2: 0x1c };
const vmwareSystem = { ...metalSystem, manufacturer: "VMware, Inc.", product: "VMware7,1" };
const vmwareTable = metalStructures.map((one) => {
  if (one.type === 0) return bios.encode(0, vmwareBios);
  if (one.type === 1) return system.encode(1, vmwareSystem);
  return one.type === 17 ? memoryDevice.encode(one.handle, { ...metalModule, manufacturer: "VMware Virtual RAM" }) : one;
});

const vmwareGuest: LocalView = metalBut({
  leaves: {
    "1.0": { eax: 0x50654, ebx: 0x20800, ecx: 0xfffefbff, edx: 0xbfebfbff },
    "40000000.0": signature("VMwareVMware", 0x4000_0010),
    "40000010.0": registers({ eax: 2_095_080, ebx: 66_000 }),
  },
  instructions: {
    vmwarePort: {
      ...metalInstructions.vmwarePort,
      "10": registers({ eax: 6, ebx: MAGIC, ecx: 2 }),
      "20": registers({ eax: 196_608, ebx: MAGIC }),
      "1": registers({ eax: 2095 }),
    },
    cpuidCycles: Array.from({ length: 100 }, (_, at) => 1480 + at),
  },
  files: {
    ...names({
      sys_vendor: vmwareSystem.manufacturer,
      product_name: vmwareSystem.product,
      bios_vendor: vmwareBios.vendor,
      bios_version: vmwareBios.version,
    }),
    ...dmiTables(vmwareTable),
    "/proc/cpuinfo": text("/proc/cpuinfo").replaceAll("rdrand", "rdrand hypervisor"),
    "/sys/class/net/eno1/address": "00:50:56:9a:11:02\n",
    "/sys/class/net/eno2/address": "00:50:56:9a:11:03\n",
  },
  parts: { kernelLog: [...metalLog.slice(0, 2), "Hypervisor detected: VMware", "vmware: TSC freq read from hypervisor : 2095.080 MHz"] },
});

const shownIn = (view: LocalView) => checks.filter((check) => check.judge(view).verdict === "shown");

test("a guest of VMware shows it in every way, and contradicts itself in none", () => {
  const shown = shownIn(vmwareGuest);
  for (const id of ["vm.port.version", "vm.cpuid.vendor", "vm.dmi.sys-vendor", "vm.smbios.vm-bit", "vm.net.address", "vm.log.hypervisor"])
    assert.ok(
      shown.some((one) => one.id === id),
      id,
    );
  assert.deepEqual(
    shown.filter(({ family }) => family === "forged").map(({ id }) => id),
    [],
  );
  assert.ok(!shown.some(({ id }) => id === "vm.timing.supervised-cpuid"));
});

test("the same guest, dressed as another machine, contradicts itself", () => {
  const dressed = metalBut({
    leaves: { "1.0": { eax: 0x50654, ebx: 0x20800, ecx: 0xfffefbff, edx: 0xbfebfbff }, "40000000.0": signature("KVMKVMKVM") },
    files: names({ sys_vendor: "VMware, Inc.", product_name: "VMware Virtual Platform" }),
  });
  const forged = shownIn(dressed)
    .filter(({ family }) => family === "forged")
    .map(({ id }) => id)
    .sort();
  assert.deepEqual(forged, [
    "vm.forged.cpuinfo-flag",
    "vm.forged.firmware-names",
    "vm.forged.firmware-other-hypervisor",
    "vm.forged.silent-log",
  ]);
});

test("examples of containers show containers only", () => {
  for (const check of checks.filter(({ family }) => family === "container")) {
    const example = examples[check.id];
    assert.ok(example !== undefined);
    const others = shownIn(example.shown)
      .filter(({ family }) => family !== "container")
      .map(({ id }) => id);
    assert.deepEqual(others, check.id === "vm.container.few-devices" ? ["vm.dev.no-hpet"] : [], check.id);
  }
});
