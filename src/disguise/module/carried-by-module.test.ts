import assert from "node:assert/strict";
import test from "node:test";
import { memoryFiles } from "../../detectors/views/memory-files.ts";
import type { Effect } from "../effect.ts";
import { carriedByModule } from "./carried-by-module.ts";
import { idleSettings } from "./module-settings.ts";

const ID = "/sys/devices/virtual/dmi/id";
const CPUINFO = "processor\t: 0\nflags\t\t: fpu rdrand lahf_lm\n\nprocessor\t: 1\nflags\t\t: fpu rdrand lahf_lm\n";
const own = memoryFiles({ [`${ID}/sys_vendor`]: "Dell Inc.\n", "/proc/cpuinfo": CPUINFO });
const scope = { cgroups: [23n], cgroupPaths: ["/trap.slice"], uids: [], host: false };
const registers = { eax: 0, ebx: 0, ecx: 0, edx: 0 };

test("fields, flag and port are carried, and nothing of them is left", () => {
  const effect: Effect = {
    files: { [`${ID}/sys_vendor`]: "VMware, Inc.\n", "/proc/cpuinfo": CPUINFO.replaceAll("rdrand", "rdrand hypervisor") },
    vmwarePort: {
      "1": { ...registers, eax: 2400 },
      "10": { ...registers, eax: 6, ecx: 4 },
      "17": { ...registers, eax: 21 },
      "20": { ...registers, eax: 4096 },
    },
  };
  const { settings, rest } = carriedByModule(effect, own, scope);
  assert.deepEqual(rest, {});
  assert.deepEqual(settings, {
    ...idleSettings,
    cgroups: [23n],
    cgroupPaths: ["/trap.slice"],
    port: "answer",
    product: "workstation",
    hardwareVersion: 21,
    memoryMiB: 4096,
    megahertz: 2400,
    hypervisor: "add",
    dmi: { sys_vendor: "VMware, Inc." },
  });
});

test("without answers for the port it only watches", () => {
  assert.equal(carriedByModule({}, own, scope).settings.port, "watch");
});

test("what the module would show nearly right is left to others", () => {
  const files = {
    [`${ID}/sys_vendor`]: "two\nlines\n",
    [`${ID}/board_vendor`]: "Intel Corporation\n",
    "/proc/cpuinfo": CPUINFO.replaceAll("fpu", "fpu vme").replaceAll("rdrand", "rdrand hypervisor"),
    "/etc/hostname": "svr04\n",
  };
  const { settings, rest } = carriedByModule({ files, hostName: "svr04" }, own, scope);
  assert.deepEqual(rest, { files, hostName: "svr04" });
  assert.deepEqual([settings.dmi, settings.hypervisor], [{}, "keep"]);
});

test("a flag that goes is taken out", () => {
  const virtual = memoryFiles({ "/proc/cpuinfo": CPUINFO.replaceAll("rdrand", "rdrand hypervisor") });
  assert.equal(carriedByModule({ files: { "/proc/cpuinfo": CPUINFO } }, virtual, scope).settings.hypervisor, "remove");
});
