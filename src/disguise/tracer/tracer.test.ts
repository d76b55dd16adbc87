import assert from "node:assert/strict";
import test from "node:test";
import { vendorRegisters } from "../../detectors/known/local/cpuid.ts";
import type { Instructions } from "../../detectors/views/local-view.ts";
import { forgedInstructions } from "./forged-instructions.ts";
import { parseTracerEvent } from "./tracer-event.ts";
import { encodeTracerSpec, type TracerSpec } from "./tracer-spec.ts";

const vmware: TracerSpec = {
  cpuid: {
    "1.0": { set: { ecx: 0x8000_0000 }, clear: { ecx: 1 } },
    "40000000.0": { to: vendorRegisters("VMwareVMware", 0x4000_0010) },
    "7.1": { clear: { eax: 0x10 } },
  },
  vmwarePort: { "10": { eax: 6, ebx: 0x564d_5868, ecx: 2, edx: 0x5658 }, others: { eax: 0xffff_ffff, ebx: 0, ecx: 0, edx: 0 } },
  timeCommands: [23],
};

test("a spec is lines of words; leaves without subleaves are forged for any ECX", () => {
  assert.equal(
    encodeTracerSpec(vmware),
    [
      "utsusemi-tracer 1",
      "absent 40000000 4fffffff",
      "mask 1 * ecx 1 80000000",
      "cpuid 40000000 * 40000010 61774d56 4d566572 65726177",
      "mask 7 1 eax 10 0",
      "port 17 time",
      "port a 6 564d5868 2 5658",
      "others ffffffff",
      "",
    ].join("\n"),
  );
  assert.equal(encodeTracerSpec({}), "utsusemi-tracer 1\n");
});

test("a leaf that is named wrongly, and a register of more than 32 bits, are mistakes of ours", () => {
  const one = { to: vendorRegisters("x") };
  for (const key of ["1", "1.1", "0x1.0", "G.0", "100000000.0"]) assert.throws(() => encodeTracerSpec({ cpuid: { [key]: one } }), key);
  assert.throws(() => encodeTracerSpec({ cpuid: { "1.0": { set: { ecx: -1 } } } }));
  assert.throws(() => encodeTracerSpec({ vmwarePort: { "-1": vendorRegisters("x") } }));
});

const zero = { eax: 0, ebx: 0, ecx: 0, edx: 0 };
const real: Instructions = {
  cpuid: {
    "0.0": { ...zero, eax: 7, ebx: 0x756e_6547 },
    "1.0": { ...zero, ecx: 3 },
    "7.0": { ...zero, ebx: 5 },
    "40000000.0": vendorRegisters("KVMKVMKVM"),
    "40000001.0": { ...zero, eax: 9 },
  },
  vmwarePort: { "10": "fault", "17": "fault", "30": "fault" },
  rdpmc: {},
  tables: {},
  cpuidCycles: [],
  plainCycles: [],
};

test("forged instructions: bits, whole leaves, and leaves of the hypervisor that are gone", () => {
  const { cpuid } = forgedInstructions(real, vmware);
  assert.equal(cpuid["1.0"]?.ecx, 0x8000_0002);
  assert.deepEqual(cpuid["40000000.0"], vendorRegisters("VMwareVMware", 0x4000_0010));
  assert.deepEqual(cpuid["40000001.0"], real.cpuid["7.0"], "Intel answers as for the last basic leaf");
  assert.equal(cpuid["7.1"], undefined, "what is not known stays so");
  const amd = { ...real, cpuid: { ...real.cpuid, "0.0": { ...zero, eax: 7, ebx: 0x6874_7541 } } };
  assert.deepEqual(forgedInstructions(amd, vmware).cpuid["40000001.0"], zero);
});

test("forged instructions: the port answers what is named, and all else with EAX alone changed", () => {
  const { vmwarePort } = forgedInstructions(real, vmware);
  assert.deepEqual(vmwarePort["10"], { eax: 6, ebx: 0x564d_5868, ecx: 2, edx: 0x5658 });
  assert.deepEqual(vmwarePort["17"], { eax: 0xffff_ffff, ebx: ~0x564d_5868 >>> 0, ecx: 17, edx: 0x5658 });
  assert.equal(Object(vmwarePort["30"]).ebx, 0xc943_5052);
  assert.deepEqual(forgedInstructions(real, {}), real);
});

test("a line is believed only in exactly the tracer's forms", () => {
  const started = { event: "started", atMs: 1, tracer: 2, guardian: 3, tasks: 1, cpuid: "forged" };
  const probe = { event: "port", atMs: 1, pid: 2, tid: 2, comm: '\u0001"é', number: 10, code: "ed48", suppressed: 4 };
  assert.deepEqual(parseTracerEvent(JSON.stringify(started)), started);
  assert.deepEqual(parseTracerEvent(JSON.stringify(probe)), probe);
  const odd = [
    "",
    "{",
    "null",
    "[]",
    '"started"',
    JSON.stringify({ ...started, tracer: -1 }),
    JSON.stringify({ ...started, cpuid: "maybe" }),
    JSON.stringify({ ...started, more: 1 }),
    JSON.stringify({ ...probe, event: "started" }),
    JSON.stringify({ ...probe, code: "xx" }),
    JSON.stringify({ ...probe, comm: "a".repeat(65) }),
    JSON.stringify({ ...probe, number: 2 ** 32 }),
    '{"__proto__":{"event":"port"}}',
    "9".repeat(100_000),
  ];
  for (const line of odd) assert.equal(parseTracerEvent(line), undefined, line.slice(0, 80));
});
