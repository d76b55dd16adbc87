import assert from "node:assert/strict";
import test from "node:test";
import { blindLocalView, localView } from "../../views/build-view.ts";
import type { Instructions, Registers } from "../../views/local-view.ts";
import { vendorRegisters } from "./cpuid.ts";
import { vmwareCheckvm } from "./open-vm-tools.ts";

const MAGIC = 0x564d_5868;
const BIT = { eax: 0, ebx: 0, ecx: 0x8000_0000, edx: 0 };
const NO_BIT = { ...BIT, ecx: 0 };
const port = (parts: Partial<Registers> = {}) => ({ "10": { eax: 6, ebx: MAGIC, ecx: 2, edx: 0x5658, ...parts } });
const asked = (instructions: Partial<Instructions>) => vmwareCheckvm(localView({ instructions }));
const named = (name: string, most = 0x4000_0010) => ({ "1.0": BIT, "40000000.0": vendorRegisters(name, most) });

test("checkvm believes the port, also without the hypervisor bit", () => {
  const { says, product, status } = asked({ cpuid: { "1.0": NO_BIT }, vmwarePort: port() });
  assert.deepEqual([says, product, status], ["VMware software version 6 (good)", "ESX Server", 0]);
});

test("checkvm tells the product by its type", () => {
  const products = [4, 1, 0xffff_000a].map((ecx) => asked({ cpuid: { "1.0": NO_BIT }, vmwarePort: port({ ecx }) }).product);
  assert.deepEqual(products, ["Workstation", "Unknown", "Unknown"]);
});

test("checkvm refuses guests of KVM and Xen before it asks the port", () => {
  for (const name of ["KVMKVMKVM", "XenVMMXenVMM"]) assert.equal(asked({ cpuid: named(name), vmwarePort: port() }).status, 1, name);
  assert.equal(asked({ cpuid: { "1.0": NO_BIT, "40000000.0": vendorRegisters("KVMKVMKVM") }, vmwarePort: port() }).status, 0);
  assert.equal(asked({ cpuid: named("Microsoft Hv"), vmwarePort: port(), xenCpuid: vendorRegisters("XenVMMXenVMM") }).status, 1);
});

test("checkvm wants the magic number and version 6", () => {
  const wrong = [{ ebx: 0 }, { eax: 0xffff_ffff }, { eax: 5 }];
  for (const parts of wrong) assert.equal(asked({ cpuid: { "1.0": NO_BIT }, vmwarePort: port(parts) }).status, 1);
  assert.equal(asked({ cpuid: { "1.0": NO_BIT }, vmwarePort: { "10": "fault" } }).status, 1);
});

test("checkvm calls instead of asking the port where VMware's own leaf says so, and dies of it on metal", () => {
  const call = (ecx: number) => ({ ...named("VMwareVMware"), "40000010.0": { eax: 0, ebx: 0, ecx, edx: 0 } });
  const answer = port()["10"];
  assert.equal(asked({ cpuid: call(2), vmwarePort: port(), vmcall: "fault" }).status, 132);
  assert.equal(asked({ cpuid: call(3), vmwarePort: { "10": "fault" }, vmcall: answer }).status, 0);
  assert.equal(asked({ cpuid: call(1), vmwarePort: { "10": "fault" }, vmmcall: answer }).status, 0);
  assert.equal(asked({ cpuid: { ...call(2), ...named("VMwareVMware", 0x4000_000f) }, vmwarePort: port(), vmcall: "fault" }).status, 0);
});

test("checkvm of a view that is blind names what it lacks", () => {
  const { status, sees, lacking } = vmwareCheckvm(blindLocalView);
  assert.deepEqual({ status, sees, lacking }, { status: 1, sees: "nothing", lacking: ["CPUID leaf 0x1", "port 0x5658"] });
});
