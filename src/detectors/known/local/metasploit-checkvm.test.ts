import assert from "node:assert/strict";
import test from "node:test";
import { blindLocalView, localView } from "../../views/build-view.ts";
import type { LocalView } from "../../views/local-view.ts";
import type { Contents } from "../../views/memory-files.ts";
import { vendorRegisters } from "./cpuid.ts";
import { metasploitCheckvm } from "./metasploit-checkvm.ts";

const pci = (vendor: string, device: string): Contents => ({
  "/sys/bus/pci/devices/0000:00:0f.0/vendor": `${vendor}\n`,
  "/sys/bus/pci/devices/0000:00:0f.0/device": `${device}\n`,
});
const hypervisor = (name: string) => ({
  cpuid: { "1.0": { eax: 0, ebx: 0, ecx: 0x8000_0000, edx: 0 }, "40000000.0": vendorRegisters(name) },
});

/** One sign each, in the order in which the module looks. */
const SIGNS: readonly (readonly [sign: string, vm: string, view: LocalView])[] = [
  ["any module with vmw in its name", "VMware", localView({ uid: 0, files: { "/proc/modules": "vmw_vsock_vmci_transport 1 0\n" } })],
  ["VirtualBox's module", "VirtualBox", localView({ uid: 0, files: { "/proc/modules": "vboxguest 1 0\nvirtio_net 1 0\n" } })],
  ["virtio's driver", "Qemu/KVM", localView({ uid: 0, files: { "/proc/modules": "virtio_net 1 0\n" } })],
  ["Hyper-V's driver", "MS Hyper-V", localView({ uid: 0, files: { "/proc/modules": "hv_vmbus 1 0\n" } })],
  ["a SCSI disk", "VMware", localView({ uid: 0, files: { "/proc/scsi/scsi": "Vendor: VMware,  Model: VMware Virtual S\n" } })],
  ["an IDE disk", "Qemu/KVM", localView({ uid: 0, files: { "/proc/ide/hda/model": "QEMU HARDDISK\n" } })],
  ["Virtual PC's IDE disk", "Hyper-V/Virtual PC", localView({ uid: 0, files: { "/proc/ide/hdc/model": "Virtual CD\n" } })],
  ["VMware's PCI device", "VMware", localView({ uid: 0, files: pci("0x15ad", "0x0405") })],
  ["VirtualBox's PCI device", "VirtualBox", localView({ uid: 0, files: pci("0x80ee", "0xcafe") })],
  ["Xen's bus", "Xen", localView({ uid: 0, files: { "/sys/bus/xen/devices": { directory: true } } })],
  ["lscpu's hypervisor", "KVM", localView({ uid: 0, instructions: hypervisor("KVMKVMKVM") })],
  [
    "lscpu's line on a fault of metal's processor",
    "KVM",
    localView({ uid: 0, files: { "/sys/devices/system/cpu/vulnerabilities/itlb_multihit": "KVM: Mitigation: VMX disabled\n" } }),
  ],
  ["the kernel's log", "VirtualBox", localView({ uid: 0, kernelLog: ["ata3.00: ATAPI: VBOX CD-ROM, 1.0, max UDMA/133"] })],
];

for (const [sign, vm, view] of SIGNS)
  test(`checkvm says ${vm} of ${sign}`, () => {
    const verdict = metasploitCheckvm(view);
    assert.equal(verdict.says, `This appears to be a '${vm}' virtual machine`);
    assert.equal(verdict.sees, "virtual-machine");
    assert.equal(verdict.because.length, 1);
  });

test("checkvm says nothing of metal, and of other names of PCI", () => {
  const metal = localView({
    uid: 0,
    files: { "/proc/modules": "i915 1 0\n", ...pci("0x80ee", "0x0001") },
    kernelLog: ["Linux version 6.1"],
  });
  assert.equal(metasploitCheckvm(metal).says, "This does not appear to be a virtual machine");
});

test("checkvm reads the firmware for root only", () => {
  const files = {
    "/sys/firmware/dmi/tables/smbios_entry_point": { absence: "denied" },
    "/sys/firmware/dmi/tables/DMI": { absence: "denied" },
  } as const;
  assert.equal(metasploitCheckvm(localView({ uid: 1000, files })).sees, "nothing");
});

test("checkvm of a view that is blind names what it lacks", () => {
  const { sees, lacking } = metasploitCheckvm(blindLocalView);
  assert.equal(sees, "nothing");
  for (const one of ["/proc/modules", "/sys/bus/pci/devices", "the kernel's log", "whether the session is root's"])
    assert.ok(lacking.includes(one), one);
});
