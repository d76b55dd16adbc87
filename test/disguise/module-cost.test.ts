/**
 * What a loaded module costs programs out of its scope, which should be nothing: instructions that work of theirs takes before it is loaded, while it shows
 * others a disguise, and afterwards. The guest's clock counts instructions, so this machine's load does not matter.
 */
import assert from "node:assert/strict";
import { arch } from "node:os";
import { test } from "node:test";
import { needs } from "../rig/needs.ts";
import { buildModule } from "./module/build-module.ts";
import { kernelTree } from "./module/kernel-tree.ts";
import { compiled, runModuleGuest } from "./module/module-guest.ts";

const programs = ["qemu-system-x86_64", "setpriv", "busybox", "dash", "gcc", "make", "strip", "systemd-detect-virt", "vmware-checkvm"];
const rig = arch() === "x64" ? needs(...programs) : { skip: "the module is for x86-64" };

/** The kernel first finds out how fast its clock is, and ends what a module's coming and going leaves to do; the first time warms its caches. */
const script = `
quietly() { sleep 3; below free work; }
quietly >/dev/null
section before
quietly

section loaded
insmod /lib/utsusemi.ko
settings <<END
cgroup $(group trap)
product workstation
hypervisor add
dmi sys_vendor VMware, Inc.
END
below trap cat /sys/class/dmi/id/sys_vendor
quietly

section unloaded
rmmod utsusemi
quietly
`;

/** Faults that a program handles itself come past the module, which looks whose they are. */
const MOST: Readonly<Record<string, number>> = { loop: 1.01, calls: 1.01, starts: 1.02, faults: 1.2 };

test("a program out of the module's scope takes the instructions that it takes without it", rig, async (t) => {
  const tree = await kernelTree("6.1");
  const { module } = await buildModule(tree);
  const texts = { "usr/bin/work": compiled("work.c") };
  const sections = await runModuleGuest(tree, { utsusemi: module }, { script, texts, countsInstructions: true });
  const told = (name: string) => sections.get(name)?.trimEnd().split("\n") ?? [];
  assert.equal(told("loaded")[0], "VMware, Inc.");
  const [before, loaded, unloaded] = ["before", "loaded", "unloaded"].map((name) => new Map(told(name).map(took)));
  for (const [work, most] of Object.entries(MOST)) {
    const without = before?.get(work) ?? Number.NaN;
    const [under, after] = [loaded, unloaded].map((times) => (times?.get(work) ?? Number.NaN) / without);
    t.diagnostic(`${work}: ${without} instructions, ${under?.toFixed(4)} x with the module, ${after?.toFixed(4)} x afterwards`);
    assert.ok(under !== undefined && under <= most, `${work}: ${under}`);
    assert.ok(after !== undefined && after <= 1.01, `${work}, afterwards: ${after}`);
  }
});

function took(line: string): readonly [work: string, nanoseconds: number] {
  const [work = "", nanoseconds = ""] = line.split(" ");
  return [work, Number(nanoseconds)];
}
