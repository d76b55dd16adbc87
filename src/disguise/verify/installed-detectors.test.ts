import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";
import { needs } from "../../../test/rig/needs.ts";
import { askAll } from "../../detectors/known/known-detector.ts";
import { knownLocalDetectors } from "../../detectors/known/local/index.ts";
import { liveView } from "../live-view.ts";
import { type Answered, installedDetectors } from "./installed-detectors.ts";

/** What the table reads out of a detector's output has to be what we predict of this host, word for word. */
const PROGRAMS = ["systemd-detect-virt", "virt-what", "lscpu", "dmidecode", "ansible", "ohai", "vmware-checkvm"];

test("every installed detector, asked and read, says what is predicted of this host", needs("root", ...PROGRAMS), async () => {
  const predicted = new Map(askAll(knownLocalDetectors, await liveView({ measures: false })).map(({ id, verdict }) => [id, verdict.says]));
  const here = installedDetectors.filter(({ probe, isVersion }) => isVersion?.(asked(probe).out) ?? true);
  assert.ok(here.length >= 7);
  for (const { id, commands, read } of here) assert.equal(read(commands.map(asked)), predicted.get(id), id);
});

function asked([program = "", ...words]: readonly string[]): Answered {
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: "latin1", env: { ...process.env, LC_ALL: "C.UTF-8" } });
  return { status: status ?? undefined, out: stdout, err: stderr };
}

const read = (id: string, ...answers: readonly Partial<Answered>[]) =>
  installedDetectors.find((one) => one.id === id)?.read(answers.map((one) => ({ status: 0, out: "", err: "", ...one })));

test("answers that this host does not give are read as well", () => {
  assert.equal(read("virt-what", { out: "" }), "nothing");
  assert.equal(read("virt-what", { out: "kvm\nvirt-what-x\n", err: "cat: x: Permission denied\n" }), "kvm\nvirt-what-x");
  assert.equal(
    read("virt-what", { status: 1, err: "virt-what: this script must be run as root\n" }),
    "virt-what: this script must be run as root",
  );
  assert.equal(
    read("dmidecode", { status: 1, out: "# dmidecode 3.4\nScanning\n", err: "/a: Permission denied\n/dev/mem: Permission denied\n" }),
    "/a: Permission denied\n/dev/mem: Permission denied",
  );
  assert.equal(read("dmidecode", { status: 1, err: "/dev/mem: No such file or directory\n" }), "no SMBIOS table");
  assert.equal(read("vmware-port", { out: "{}" }), undefined);
  assert.equal(
    read("systemd-detect-virt", { err: "Failed to check for VM: Input/output error\n" }),
    "Failed to check for VM: Input/output error",
  );
  assert.equal(
    read("lscpu", { out: "Model name:   x\nHypervisor vendor:     VMware\nVirtualization type:   full\n" }),
    "Hypervisor vendor: VMware\nVirtualization type: full",
  );
  assert.equal(
    read(
      "dmidecode",
      { out: "# dmidecode 3.4\nHandle 0x0000, DMI type 0\n" },
      { out: "# SMBIOS is newer\nVMware, Inc.\n" },
      { out: "V\n" },
      {},
    ),
    "system-manufacturer: VMware, Inc., system-product-name: V, bios-vendor: ",
  );
  assert.equal(read("vmware-checkvm", { status: 132 }), "Illegal instruction");
  assert.equal(read("ansible", { out: "no such module" }), undefined);
  assert.equal(read("ohai", { err: "cannot load" }), undefined);
});
