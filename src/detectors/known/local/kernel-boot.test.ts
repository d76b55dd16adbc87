import assert from "node:assert/strict";
import test from "node:test";
import { blindLocalView, localView } from "../../views/build-view.ts";
import type { Instructions, Registers } from "../../views/local-view.ts";
import { vendorRegisters } from "./cpuid.ts";
import { bootMessages, foretoldBootMessages, kernelBoot } from "./kernel-boot.ts";

const LEAF_1 = { eax: 0, ebx: 0, ecx: 0x8000_0000, edx: 0 };
const foretold = (cpuid: Instructions["cpuid"]) =>
  foretoldBootMessages(localView({ instructions: { cpuid: { "1.0": LEAF_1, ...cpuid } } }));
const HYPERV = vendorRegisters("Microsoft Hv", 0x4000_000b);
const FEATURES: Registers = { eax: 0x60, ebx: 0, ecx: 0, edx: 0 };

test("the kernel names the hypervisor whose leaves lie highest", () => {
  assert.deepEqual(foretold({ "40000000.0": vendorRegisters("KVMKVMKVM") }), { hypervisor: "KVM", bootedOn: "KVM" });
  const both = { "40000000.0": HYPERV, "40000003.0": FEATURES, "40000100.0": vendorRegisters("KVMKVMKVM", 0x4000_0101) };
  assert.equal(foretold(both).hypervisor, "KVM");
});

test("the kernel names Hyper-V only with its leaves and what it needs of them", () => {
  assert.deepEqual(foretold({ "40000000.0": HYPERV, "40000003.0": FEATURES }), { hypervisor: "Microsoft Hyper-V", bootedOn: "Hyper-V" });
  assert.equal(foretold({ "40000000.0": HYPERV, "40000003.0": { ...FEATURES, eax: 0x20 } }).hypervisor, undefined);
  assert.equal(foretold({ "40000000.0": vendorRegisters("Microsoft Hv", 0x4000_0001), "40000003.0": FEATURES }).hypervisor, undefined);
});

test("the kernel names Xen only with two leaves, and nobody whom it does not know", () => {
  assert.equal(foretold({ "40000000.0": vendorRegisters("XenVMMXenVMM", 0x4000_0002) }).bootedOn, "Xen HVM");
  assert.equal(foretold({ "40000000.0": vendorRegisters("XenVMMXenVMM", 0x4000_0001) }).bootedOn, "bare hardware");
  assert.equal(foretold({ "40000000.0": vendorRegisters("TCGTCGTCGTCG") }).bootedOn, "bare hardware");
});

test("a serial number of VMware's makes the kernel ask the port, but only without the hypervisor bit", () => {
  const files = { "/sys/class/dmi/id/product_serial": "VMware-56 4d 5c 1a\n" };
  const port = { "10": { eax: 6, ebx: 0x564d_5868, ecx: 2, edx: 0 } };
  const view = (ecx: number, vmwarePort: Instructions["vmwarePort"]) =>
    localView({ files, instructions: { cpuid: { "1.0": { ...LEAF_1, ecx }, "40000000.0": vendorRegisters("") }, vmwarePort } });
  assert.equal(foretoldBootMessages(view(0, port)).hypervisor, "VMware");
  assert.equal(foretoldBootMessages(view(0, { "10": "fault" })).hypervisor, undefined);
  assert.equal(foretoldBootMessages(view(LEAF_1.ecx, port)).hypervisor, undefined);
});

test("what the log says is believed over what the machine shows now", () => {
  const kernelLog = ["DMI: Dell Inc. PowerEdge R640/0W23H8, BIOS 2.12.2 11/12/2020", "Booting paravirtualized kernel on bare hardware"];
  const view = localView({ kernelLog, instructions: { cpuid: { "1.0": LEAF_1, "40000000.0": vendorRegisters("VMwareVMware") } } });
  assert.equal(kernelBoot(view).sees, "nothing");
  assert.equal(kernelBoot({ ...view, kernelLog: [] }).sees, "virtual-machine");
  assert.deepEqual(kernelBoot({ ...view, kernelLog: [] }).lacking, ["the beginning of the kernel's log"]);
});

test("newer kernels' line on memory slots is not the line of strings", () => {
  assert.equal(bootMessages(["DMI: Memory slots populated: 2/2"]), undefined);
  assert.deepEqual(bootMessages(["DMI: a b, BIOS c d", "DMI: Memory slots populated: 2/2"]), { dmi: "a b, BIOS c d" });
});

test("a firmware's string that cannot be printed is printed in hexadecimal", () => {
  const files = { "/sys/class/dmi/id/sys_vendor": "Bad\x07\xff\n", "/sys/class/dmi/id/product_name": "Box\n" };
  assert.equal(foretoldBootMessages(localView({ files })).dmi, "Bad\\x07\\xff Box, BIOS  ");
});

test("a view that is blind has no boot messages but the standard one, and names what it lacks", () => {
  const { sees, lacking } = kernelBoot(blindLocalView);
  assert.equal(sees, "nothing");
  assert.ok(lacking.includes("the beginning of the kernel's log") && lacking.includes("CPUID leaf 0x1"), lacking.join());
});
