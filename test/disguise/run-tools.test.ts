import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import type { Effect } from "../../src/disguise/effect.ts";
import { prepareRun } from "../../src/disguise/run/start-run.ts";
import { needs } from "../rig/needs.ts";
import { container, ENVIRONMENT, honeypot, shellUnder, vmware } from "./run-rig.ts";

/** What real tools say before, under and after the disguise; and that who stands beside it sees nothing of it. */
const CLI = join(import.meta.dirname, "..", "..", "bin", "utsusemi.js");

/** systemd-detect-virt takes these vendors' word before the processor's. */
const virtualbox: Effect = { files: { "/sys/class/dmi/id/sys_vendor": "innotek GmbH\n" } };
/** lscpu looks for this device in the list of PCI devices. */
const vmwareList: Effect = { files: { ...vmware.files, "/proc/cpuinfo": "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu\n" } };

const outside = (line: string) => spawnSync("sh", ["-c", line], { encoding: "latin1", env: ENVIRONMENT, cwd: "/", input: "" }).stdout;

/** The answer before, under and after; that after is the one before is asserted. */
function underAndAfter(effects: readonly Effect[], line: string): { readonly before: string; readonly under: string } {
  const before = outside(line);
  const under = shellUnder(effects, line);
  assert.equal(outside(line), before, "after");
  return { before, under };
}

test("systemd-detect-virt believes the vendor that it is shown", needs("root", "systemd-detect-virt"), () => {
  const { before, under } = underAndAfter([virtualbox], "systemd-detect-virt --vm");
  assert.notEqual(before, "oracle\n");
  assert.equal(under, "oracle\n");
});

test("systemd-detect-virt finds the container manager that process 1 names", needs("root", "systemd-detect-virt"), () => {
  const marked: Effect = { files: { "/run/systemd/container": "lxc\n" }, initEnvironment: { container: "lxc" } };
  const { before, under } = underAndAfter([marked], "systemd-detect-virt --container");
  assert.notEqual(before, "lxc\n");
  assert.equal(under, "lxc\n");
});

test("virt-what reads process 1's environment", needs("root", "virt-what"), () => {
  const { before, under } = underAndAfter([container], "virt-what 2>/dev/null");
  assert.ok(!before.includes("lxc"), before);
  assert.ok(under.includes("lxc\n"), under);
});

test("lscpu shows the processor of the story", needs("root", "lscpu"), () => {
  const { before, under } = underAndAfter([vmwareList], "lscpu | grep -c ^Flags; lscpu | sed -n 's/^Flags: *//p'");
  assert.notEqual(under, before);
  assert.equal(under, "1\nfpu\n");
});

test("dmidecode reads the fields where there are no tables", needs("root", "dmidecode"), () => {
  const { before, under } = underAndAfter([vmware], "dmidecode -s system-product-name 2>/dev/null; cat /sys/class/dmi/id/product_name");
  assert.ok(!before.includes("VMware"));
  assert.ok(under.includes("VMware Virtual Platform\n"), under);
});

test(
  "with the tracer in front, the processor and the port agree with the files",
  needs("root", "systemd-detect-virt", "vmware-checkvm", "lscpu"),
  () => {
    const traced: Effect = {
      cpuid: { "40000000.0": { to: { eax: 0x4000_0010, ebx: 0x6177_4d56, ecx: 0x4d56_6572, edx: 0x6572_6177 } } },
      vmwarePort: { "10": { eax: 6, ebx: 0x564d_5868, ecx: 2, edx: 0x5658 } },
    };
    const line = "systemd-detect-virt --vm; vmware-checkvm; lscpu | sed -n 's/^Hypervisor vendor: *//p'; exit 3";
    const { before, under } = underAndAfter([vmware, traced, container], line);
    assert.ok(!/vmware/i.test(before.replace("Not running in a VMware virtual machine", "")), before);
    assert.equal(under, "vmware\nVMware software version 6 (good)\nVMware\n");
  },
);

test("our own detection takes this host for a honeypot under the disguise, and for what it is before and after", needs("root"), () => {
  const line = `'${process.execPath}' '${CLI}' detect local --json --all 2>/dev/null`;
  const wanted = ["kind.product.cowrie", "kind.product.standard-host-name", "verdict"];
  const told = (text: string) => wanted.map((id) => `${id} ${verdictOf(text, id)}`);
  const before = told(outside(line));
  assert.deepEqual(told(shellUnder([honeypot], line)), [
    "kind.product.cowrie shown",
    "kind.product.standard-host-name shown",
    "verdict honeypot",
  ]);
  assert.deepEqual(before.slice(0, 2), ["kind.product.cowrie clean", "kind.product.standard-host-name clean"]);
  assert.notEqual(before[2], "verdict honeypot");
  assert.deepEqual(told(outside(line)), before, "after");
});

/** Of a check by its id, or of the whole. */
function verdictOf(text: string, id: string): unknown {
  const lines: readonly Record<string, unknown>[] = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  return lines.find((line) => line["id"] === id || line["line"] === id)?.["verdict"];
}

test("who stands beside the tree sees nothing while it runs: no file, no mount, no name", needs("root"), async () => {
  const line =
    "hostname; cat /etc/hostname; ls /opt /home / /run/systemd /sys/class; cat /proc/bus/pci/devices; grep -v netns /proc/self/mountinfo";
  const before = outside(line);
  const { program, words } = prepareRun([honeypot, container, vmware], ["sh", "-c", "echo ready; read end"], {
    environment: ENVIRONMENT,
    folder: "/",
  });
  const child = spawn(program, words.slice(1), { argv0: "utsusemi", stdio: ["pipe", "pipe", "inherit"] });
  await new Promise<void>((resolve) => child.stdout.once("data", () => resolve()));
  const during = outside(line);
  child.stdin.end("\n");
  await new Promise<void>((resolve) => child.once("close", () => resolve()));
  assert.equal(during, before);
  assert.equal(outside(line), before);
  assert.equal(existsSync("/.dockerinit"), false);
  assert.ok(!readFileSync("/etc/hostname", "latin1").includes("svr04"));
});
