import assert from "node:assert/strict";
import test from "node:test";
import { localView } from "../../views/build-view.ts";
import type { LocalView, Registers } from "../../views/local-view.ts";
import type { Contents } from "../../views/memory-files.ts";
import { seenBy } from "../../views/viewer-files.ts";
import { askAll } from "../known-detector.ts";
import { vendorRegisters } from "./cpuid.ts";
import { dmidecode } from "./dmidecode.ts";
import { knownLocalDetectors } from "./index.ts";
import { lscpu } from "./lscpu.ts";
import { RELEASES, systemdDetectVirt } from "./systemd-detect-virt.ts";
import { virtWhat } from "./virt-what.ts";
import { vmwarePortDetector } from "./vmware-port.ts";

const DMI = "/sys/class/dmi/id/";

function host(files: Contents, name?: string): LocalView {
  const ecx = name === undefined ? 0 : 0x8000_0000;
  const cpuid = { "1.0": { eax: 0, ebx: 0, ecx, edx: 0 }, "40000000.0": vendorRegisters(name ?? "") };
  return localView({ uid: 0, instructions: { cpuid }, files });
}

test("systemd: innotek's name is final before CPUID, VMware's only after it", () => {
  const innotek = host({ [`${DMI}sys_vendor`]: "innotek GmbH\n" }, "KVMKVMKVM");
  const vmware = host({ [`${DMI}sys_vendor`]: "VMware, Inc.\n" }, "KVMKVMKVM");
  assert.deepEqual(
    [innotek, vmware].map((view) => systemdDetectVirt(view).says),
    ["oracle", "kvm"],
  );
  assert.equal(systemdDetectVirt(host({ [`${DMI}sys_vendor`]: "VMware, Inc.\n" })).says, "vmware");
});

test("systemd: a container is the answer, and the machine below it that of --vm", () => {
  const view = host({ "/.dockerenv": "" }, "VMwareVMware");
  const { says, status, sees, because } = systemdDetectVirt(view);
  assert.deepEqual({ says, status, sees, because }, { says: "docker", status: 0, sees: "container", because: ["/.dockerenv is there"] });
  assert.equal(systemdDetectVirt(view, "vm").says, "vmware");
  assert.deepEqual([systemdDetectVirt(host({})).says, systemdDetectVirt(host({})).status], ["none", 1]);
});

test("systemd: a string that may not be read fails, unless something else is decisive", () => {
  const files: Contents = { [`${DMI}product_name`]: { absence: "denied" }, [`${DMI}sys_vendor`]: "Xen\n" };
  assert.equal(systemdDetectVirt(host(files), "vm").says, "Failed to check for VM: Permission denied");
  assert.equal(systemdDetectVirt(host(files, "KVMKVMKVM"), "vm").says, "kvm");
});

test("systemd: releases differ where Hyper-V's name may be QEMU's", () => {
  const view = host({ [`${DMI}sys_vendor`]: "QEMU\n" }, "Microsoft Hv");
  assert.equal(systemdDetectVirt(view, "vm", RELEASES.debian12).says, "microsoft");
  assert.equal(systemdDetectVirt(view, "vm", RELEASES.current).says, "qemu");
});

test("virt-what: contradictions stand side by side, in the order of its questions", () => {
  const { facts, sees } = virtWhat(
    host({ "/proc/xen": { directory: true }, "/.dockerenv": "", "/proc/1/environ": "container=lxc\0" }, "KVMKVMKVM"),
  );
  assert.deepEqual([facts, sees], [["lxc", "xen", "xen-domU", "docker"], "virtual-machine"]);
  assert.equal(virtWhat(host({ "/.dockerenv": "" })).sees, "container");
  assert.equal(virtWhat(host({ "/proc/xen/capabilities": "control_d\n" })).says, "xen\nxen-dom0");
});

test("lscpu: CPUID is believed without the hypervisor bit, and files only below it", () => {
  const cpuid = { "1.0": { eax: 0, ebx: 0, ecx: 0, edx: 0 }, "40000000.0": vendorRegisters("VMwareVMware") };
  assert.deepEqual(lscpu(localView({ instructions: { cpuid } })).lines, ["Hypervisor vendor: VMware", "Virtualization type: full"]);
  const oracle = host({ "/proc/bus/pci/devices": "0010\t80eebeef\t0\n" });
  assert.equal(lscpu(oracle).says, "Hypervisor vendor: Oracle\nVirtualization type: full");
  assert.equal(lscpu(host({ "/proc/bus/pci/devices": "junk\n0010\t80eebeef\t0\n" })).says, "nothing");
});

test("a reader who is not root is told what root would have read", () => {
  const view = { ...host({ "/sys/firmware/dmi/tables/smbios_entry_point": { absence: "denied" } }), uid: 1000 };
  assert.deepEqual(dmidecode.judge(view).lacking, ["/sys/firmware/dmi/tables/smbios_entry_point"]);
  assert.deepEqual(dmidecode.judge({ ...view, uid: 0 }).lacking, []);
});

const ENTRY_POINT = "/sys/firmware/dmi/tables/smbios_entry_point";
const forRoot = (mode: number) => ({ text: "table", look: { mode } });

test("for an account, tools say what they refuse, and that is no lack of the view", () => {
  const of = (view: LocalView) =>
    askAll(knownLocalDetectors, view).flatMap(({ id, verdict: { says, sees, lacking } }) =>
      ["virt-what", "dmidecode", "kernel-boot"].includes(id) ? [`${id}: ${says}, sees ${sees}, lacks ${lacking.length}`] : [],
    );
  const files = { [ENTRY_POINT]: forRoot(0o400), "/dev/mem": forRoot(0o640), "/proc/1/environ": "container=lxc\0" };
  const view = { ...host(files, "KVMKVMKVM"), kernelLog: ["Booting paravirtualized kernel on KVM"] };
  const ann = { uid: 1000, gid: 1000, groups: [1000], capabilities: 0 };
  assert.deepEqual(of(seenBy(view, ann)), [
    "virt-what: virt-what: this script must be run as root, sees nothing, lacks 0",
    `dmidecode: ${ENTRY_POINT}: Permission denied\n/dev/mem: Permission denied, sees nothing, lacks 0`,
    "kernel-boot: dmesg: read kernel buffer failed: Operation not permitted, sees nothing, lacks 0",
  ]);
  assert.deepEqual(of(view), [
    "virt-what: lxc\nkvm, sees virtual-machine, lacks 0",
    "dmidecode: no SMBIOS table, sees nothing, lacks 0",
    "kernel-boot: Booting paravirtualized kernel on KVM, sees virtual-machine, lacks 0",
  ]);
});

test("VMware's port: refused, answered as VMware does, or by somebody else", () => {
  const says = (answer: Registers | "fault") => {
    const { says: said, sees } = vmwarePortDetector.judge(localView({ instructions: { vmwarePort: { 10: answer } } }));
    return [said, sees];
  };
  assert.deepEqual(says("fault"), ["Segmentation fault", "nothing"]);
  assert.deepEqual(says({ eax: 6, ebx: 0x564d_5868, ecx: 2, edx: 0 }), ["VMware, version 6, product 2", "virtual-machine"]);
  assert.deepEqual(says({ eax: 6, ebx: 0, ecx: 10, edx: 0x5658 }), ["not VMware", "nothing"]);
  assert.deepEqual(vmwarePortDetector.judge(localView()).lacking, ["port 0x5658"]);
});

const READ_BY_TOOLS = [
  ...["product_name", "sys_vendor", "board_vendor", "bios_vendor", "product_version"].map((name) => DMI + name),
  ...["/sys/firmware/dmi/tables/DMI", "/sys/firmware/dmi/entries/0-0/raw", "/sys/hypervisor/type", "/sys/hypervisor/properties/features"],
  ...["/proc/cpuinfo", "/proc/self/status", "/proc/1/environ", "/proc/1/cgroup", "/proc/self/cgroup", "/proc/modules", "/proc/version"],
  ...["/proc/xen/capabilities", "/proc/sysinfo", "/proc/bus/pci/devices", "/proc/sys/kernel/osrelease", "/run/systemd/container"],
];

test("hostile files never make a tool throw, nor a reason longer than a line", () => {
  const hostile = [
    "",
    "\0",
    "\n",
    "\\",
    "\\c",
    "\xff".repeat(999),
    "0".repeat(2 ** 20),
    "a\n".repeat(2 ** 19),
    "\x7f\0\xff\x01".repeat(9999),
  ];
  for (const content of hostile) {
    const view = host(Object.fromEntries(READ_BY_TOOLS.map((path) => [path, content])), "VMwareVMware");
    for (const { id, verdict } of askAll(knownLocalDetectors, view))
      assert.ok(
        verdict.because.every((reason) => reason.length < 500),
        `${id}, ${content.slice(0, 9)}`,
      );
  }
});

test("tables of any bytes are read to some end", () => {
  let state = 1;
  const byte = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state & 0xff;
  };
  const entryPoint = Uint8Array.from([0x5f, 0x53, 0x4d, 0x33, 0x5f, 0, 0x18, 3, 0, 0, 1, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  entryPoint[5] = -entryPoint.reduce((total, one) => total + one, 0) & 0xff;
  for (let round = 0; round < 300; round += 1) {
    const table = Uint8Array.from({ length: byte() * 4 }, () => (byte() < 40 ? 0 : byte() % 48));
    const view = host({ "/sys/firmware/dmi/tables/smbios_entry_point": entryPoint, "/sys/firmware/dmi/tables/DMI": table });
    assert.equal(typeof dmidecode.judge(view).says, "string");
    assert.equal(lscpu(view).lines.length, 0);
  }
});
