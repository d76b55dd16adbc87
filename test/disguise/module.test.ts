/**
 * The kernel module in guests with Debian's own kernels: what detectors say before, under and after it, and whom it leaves alone. Needs no rights on
 * this machine. The processor is emulated, and has no CPUID faulting: the part that switches that on is only seen to be reported as absent.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { arch } from "node:os";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { memoryFiles } from "../../src/detectors/views/memory-files.ts";
import { parseEvents } from "../../src/disguise/module/module-events.ts";
import { parseSettings } from "../../src/disguise/module/module-settings.ts";
import { moduleState } from "../../src/disguise/module/module-state.ts";
import { parseStatus } from "../../src/disguise/module/module-status.ts";
import { needs } from "../rig/needs.ts";
import { buildModule, withoutFunction } from "./module/build-module.ts";
import { carried } from "./module/carried-settings.ts";
import { kernelTree, type Series } from "./module/kernel-tree.ts";
import { MEMORY_MIB, runModuleGuest, type Sections } from "./module/module-guest.ts";
import { lockedScript, script } from "./module/module-script.ts";

const programs = ["qemu-system-x86_64", "setpriv", "busybox", "dash", "gcc", "make", "strip", "systemd-detect-virt", "vmware-checkvm"];
const rig = arch() === "x64" ? needs(...programs) : { skip: "the module is for x86-64" };
const MAGIC = "564d5868";
const UNCHANGED = "a9b2a797";
const NO_VMWARE = "Error: vmware-checkvm must be run inside a virtual machine on a VMware hypervisor product.";
const METAL = [
  "version signal=11 code=128",
  "none",
  NO_VMWARE,
  NO_VMWARE,
  "0",
  "/sys/class/dmi/id/sys_vendor:Dell Inc.",
  "/sys/class/dmi/id/product_name:PowerEdge R640",
  "/sys/class/dmi/id/product_serial:7QK2XY2",
];

const TRACER = join(import.meta.dirname, "..", "..", "kernel", "tracer", "tracer-x64");
const texts = {
  ...Object.fromEntries(Object.entries(carried).map(([scope, settings]) => [`lib/carried/${scope}`, settings])),
  "lib/port.spec": "utsusemi-tracer 1\nport a 6 564d5868 2 5658\n",
  "usr/bin/tracer": readFileSync(TRACER),
};
const series: readonly Series[] = ["6.1", "6.12"];
describe("kernel module", { concurrency: 2, ...rig }, () => {
  for (const name of series) describe(`on Debian's ${name}`, { concurrency: 1 }, () => onKernel(name));
});

function onKernel(name: Series): void {
  let sections: Sections = new Map();
  let warnings = "";
  let module: Uint8Array = new Uint8Array();
  before(async () => {
    if (rig.skip !== false) return;
    const tree = await kernelTree(name);
    ({ module, warnings } = await buildModule(tree));
    const nodmi = withoutFunction(module, "sys_dmi_modalias_show");
    const noport = withoutFunction(module, "fixup_vdso_exception");
    sections = await runModuleGuest(tree, { utsusemi: module, nodmi, noport }, { script, texts });
  });
  const section = (key: string) => sections.get(key)?.trimEnd() ?? assert.fail(`no section ${key}`);
  const lines = (key: string) => section(key).split("\n");

  if (name === "6.1")
    test("a kernel that is locked down refuses it, and this is known beforehand", async () => {
      const tree = await kernelTree(name);
      const locked = await runModuleGuest(tree, { utsusemi: module }, { script: lockedScript, commandLine: "lockdown=integrity" });
      const [lockdown = "", ...rest] = locked.get("locked")?.trimEnd().split("\n") ?? [];
      assert.deepEqual(rest.slice(-2), ["status 1", "version signal=11 code=128"]);
      const files = memoryFiles({
        "/sys/kernel/security/lockdown": `${lockdown}\n`,
        "/proc/modules": "",
        "/proc/kallsyms": "",
        [`/lib/modules/${tree.release}/build/Makefile`]: "",
      });
      const { state, cause } = moduleState({ files, release: tree.release, machine: "x86_64" });
      assert.equal(state, "unknown");
      assert.match(cause, /locked down \(integrity\)/);
    });

  test("it compiles without a warning", () => assert.equal(warnings, ""));
  detectors(section, lines);
  answers(section, lines);
  ports(section, lines);
  control(section, lines);
  endurance(section, lines);
}

type Section = (key: string) => string;
type Lines = (key: string) => readonly string[];

function detectors(_section: Section, lines: Lines): void {
  test("the tracer behind a service, where Yama restricts ptrace: as far as that allows, and the service runs anyway", () => {
    const forged = `version eax=6 ebx=${MAGIC} ecx=2 edx=5658 esi=1234`;
    const refused = "tracer: this process may not be traced version signal=11 code=128";
    assert.deepEqual(lines("yama"), [
      ...["0 user", "0 root", "1 user", "1 root"].map((who) => `${who} ${forged}`),
      `2 user ${refused}`,
      `2 root ${forged}`,
      ...["3 user", "3 root"].map((who) => `${who} ${refused}`),
    ]);
  });

  test("before it, and after it, detectors find a real machine", () => {
    assert.deepEqual(lines("before").slice(0, METAL.length), METAL);
    assert.deepEqual(lines("after"), lines("before"));
  });

  test("with nobody in scope it only watches", () => {
    const [status, ...rest] = lines("sensor");
    assert.equal(status, "status 0");
    assert.deepEqual(rest.slice(0, METAL.length), METAL);
    const { events, malformed } = parseEvents(rest.filter((line) => line.startsWith("sequence=")).join("\n"));
    assert.equal(malformed, 0);
    assert.deepEqual(
      events.map(({ kind, command, answered, comm }) => [kind, command, answered, comm]),
      ["ask", "vmware-checkvm", "vmware-checkvm"].map((comm) => ["port", 10, false, comm]),
    );
    assert.deepEqual(rest.slice(-3), ["-rw------- control", "-r-------- events", "-r-------- status"]);
  });

  test("in scope, below a cgroup too, they find VMware", () => {
    assert.deepEqual(lines("under").slice(-11), [
      `version eax=6 ebx=${MAGIC} ecx=4 edx=5658 esi=1234`,
      "vmware",
      "VMware software version 6 (good)",
      "Workstation",
      "2",
      " rdrand hypervisor lahf_lm",
      " rdrand hypervisor lahf_lm",
      "/sys/class/dmi/id/sys_vendor:VMware, Inc.",
      "/sys/class/dmi/id/product_name:VMware Virtual Platform",
      "/sys/class/dmi/id/product_serial:VMware-56 4d 5c 1a",
      "/sys/class/dmi/id/modalias:dmi:bvnPhoenix:svnVMware,Inc.:",
    ]);
  });

  test("at the same time, out of scope, they find the real machine", () => assert.deepEqual(lines("outside"), lines("before")));

  test("a cgroup is in scope by its path: what is below it too, its namesakes not, and when it is made anew", () =>
    assert.deepEqual(lines("paths"), [
      "cgroup-path /trap/inner",
      "trap/inner VMware, Inc.",
      "trap/inner/deep VMware, Inc.",
      "trap Dell Inc.",
      "free Dell Inc.",
      "trap/innermost Dell Inc.",
      "inner Dell Inc.",
      `again VMware, Inc. version eax=6 ebx=${MAGIC} ecx=2 edx=5658 esi=1234`,
    ]));

  test("what a carrier tells it for a service, a slice, a user, the host: detectors change their answers there, and nowhere else", () => {
    const trap = `version eax=6 ebx=${MAGIC} ecx=2 edx=5658 esi=1234 vmware 2 VMware, Inc.`;
    const metal = "version signal=11 code=128 none 0 Dell Inc.";
    const told = (scope: string, who: readonly string[]) => [
      `taken ${scope}`,
      ...["in", "beside", "user"].map((one) => `${one} ${who.includes(one) ? trap : metal}`),
      `uid ${who.includes("uid") ? "VMware, Inc." : "Dell Inc."}`,
      `out ${who.includes("out") ? trap : metal}`,
    ];
    assert.deepEqual(lines("carried"), [
      ...told("service", ["in"]),
      ...told("slice", ["in", "beside"]),
      ...told("user", ["user", "uid"]),
      ...told("host", ["in", "beside", "user", "uid", "out"]),
    ]);
  });

  test("a user in scope is answered, and may read no more than before", () => {
    const [answered, serial, other] = lines("user");
    assert.match(answered ?? "", /^version eax=6 /);
    assert.match(serial ?? "", /product_serial: Permission denied/);
    assert.equal(other, "version signal=11 code=128");
  });

  test("where the whole host is in scope, process 1 is not", () =>
    assert.deepEqual(lines("host"), [`version eax=6 ebx=${MAGIC} ecx=2 edx=5658 esi=1234`, "VMware, Inc.", "process 1 Dell Inc."]));

  test("the flag can be taken out where it is not, too", () => assert.equal(lines("flag").at(-1), "0"));
}

function answers(section: Section, lines: Lines): void {
  test("each command of the port has its answer", () => {
    const registers = Object.fromEntries(lines("commands").flatMap((line) => answer(line)));
    assert.deepEqual(registers["10"], { eax: 6, ebx: 0x564d5868, ecx: 4 });
    assert.deepEqual(registers["17"], { eax: 19, ebx: 0x564d5868, ecx: 17 });
    assert.deepEqual(registers["20"], { eax: MEMORY_MIB, ebx: 0xa9b2a797, ecx: 20 });
    assert.deepEqual(registers["68"], { eax: 0, ebx: 0xa9b2a797, ecx: 68 });
    assert.deepEqual(registers["30"], { eax: 0x564d5868, ebx: 0xa9b2a797, ecx: 30 });
    for (const other of [55, 99]) assert.deepEqual(registers[other], { eax: 0xffffffff, ebx: 0xa9b2a797, ecx: other });
    const hertz = (registers["45"]?.ebx ?? 0) * 2 ** 32 + (registers["45"]?.eax ?? 0);
    assert.equal(registers["45"]?.ecx, 66_000_000);
    assert.equal(registers["1"]?.eax, Math.floor(hertz / 1e6));
    assert.ok(hertz > 1e8 && hertz < 1e11, `${hertz} Hz`);
  });

  test("the port's time is the guest's", () => {
    const [, from, to] = /^time (\d+) (\d+)$/m.exec(section("commands")) ?? [];
    const [, seconds] = /^command=23 eax=(\w+)/m.exec(section("commands")) ?? [];
    const [, microseconds, low, high] =
      /^command=46 eax=564d5868 ebx=(\w+) ecx=f4240 edx=(\w+) esi=(\w+)$/m.exec(section("commands")) ?? [];
    assert.ok(Number.parseInt(microseconds ?? "", 16) < 1e6);
    for (const time of [Number.parseInt(seconds ?? "", 16), Number.parseInt(high ?? "", 16) * 2 ** 32 + Number.parseInt(low ?? "", 16)])
      assert.ok(time >= Number(from) && time <= Number(to), `${time} is not from ${from} to ${to}`);
  });

  test("prefixes and 32-bit code are understood; what VMware would not answer faults", () => {
    assert.deepEqual(lines("forms"), [
      `protected eax=6 ebx=${MAGIC} ecx=4 edx=5658 esi=1234`,
      `word eax=564d0006 ebx=${MAGIC} ecx=4 edx=5658 esi=1234`,
      `rex eax=6 ebx=${MAGIC} ecx=4 edx=5658 esi=1234`,
      `edge eax=6 ebx=${MAGIC} ecx=4 edx=5658 esi=1234`,
      ...["byte", "bare", "repeated"].map((form) => `${form} signal=11 code=128`),
      ...["protected", "word", "rex", "edge", "byte", "bare", "repeated"].map((form) => `${form} signal=11 code=128`),
    ]);
  });

  test("every question is told once, with who asked", () => {
    const told = lines("events").filter((line) => line.startsWith("sequence="));
    const { events, malformed } = parseEvents(told.join("\n"));
    assert.equal(malformed, 0);
    const trap = BigInt(/^group (\d+)$/m.exec(section("events"))?.[1] ?? "0");
    const inside = events.filter(({ cgroup }) => cgroup === trap);
    const outside = events.filter(({ cgroup }) => cgroup !== trap);
    assert.deepEqual(
      inside.map(({ kind, command, answered }) => `${kind} ${command} ${answered}`),
      [
        ...[10, 17, 20, 1, 45, 23, 46, 68, 30, 55, 99].map((command) => `port ${command} true`),
        ...["port 10 true", "port 10 true", "port 10 true", "port 10 true", "message 2847057815 false"],
      ],
    );
    assert.deepEqual(
      outside.map(({ kind, answered, comm, uid }) => ({ kind, answered, comm, uid })),
      ["port", "port", "port", "port", "message"].map((kind) => ({ kind, answered: false, comm: "ask", uid: 0 })),
    );
    assert.equal(new Set(events.map(({ sequence }) => sequence)).size, events.length);
  });

  test("CPUID, where it faults, says VMware in scope and the processor's own out of it", () => {
    const [one, first, second, timing, zero, ...outside] = lines("cpuid");
    const plain = (line = "") => Number.parseInt(/ ecx=(\w+)/.exec(line)?.[1] ?? "", 16);
    assert.equal(plain(one) - plain(outside[0]), 0x8000_0000);
    assert.equal(first, "cpuid eax=40000010 ebx=61774d56 ecx=4d566572 edx=65726177 esi=0");
    assert.equal(second, "cpuid eax=0 ebx=0 ecx=0 edx=0 esi=0");
    assert.match(timing ?? "", /^cpuid eax=[1-9a-f]\w+ ebx=101d0 ecx=0 edx=0 /);
    assert.equal(zero, outside[2]);
    assert.match(outside[1] ?? "", / ebx=54474354 ecx=43544743 edx=47435447 /);
  });
}

function ports(section: Section, lines: Lines): void {
  const real = `eax=ffffffff ebx=${UNCHANGED} ecx=a edx=5658 esi=1234`;
  const answered = `version eax=6 ebx=${MAGIC} ecx=4 edx=5658 esi=1234`;
  const byte = `byte eax=564d58ff ebx=${UNCHANGED} ecx=a edx=5658 esi=1234`;

  test("who opened the port with ioperm is answered in scope, and meets the real port out of it", () => {
    assert.deepEqual(lines("ports").slice(0, 8), [
      answered,
      byte,
      answered,
      "byte signal=11 code=128",
      answered,
      `version ${real}`,
      byte,
      "bare eax=ffffffff ebx=0 ecx=a edx=5658 esi=0",
    ]);
    assert.equal(lines("ports")[8], "byte signal=11 code=128", "a port that was never opened");
  });

  test("a port that was open before is closed when its task comes into scope, and open again after the module", () => {
    assert.deepEqual(lines("open"), [
      "bitmaps closed 1 not-closed 0",
      "status 0",
      "out",
      `version ${real}`,
      "in",
      answered.replace("ecx=4", "ecx=2"),
      "gone",
      `version ${real}`,
    ]);
  });

  test("iopl(3), too, where that is asked for; out of scope all ports are as they were", () => {
    const text = section("iopl");
    assert.match(text, /^part iopl active$/m);
    assert.match(text, /^part cpuid absent this processor has no CPUID faulting/m);
    const asked = text.split("\n").slice(-9);
    assert.deepEqual(asked, [
      answered.replace("ecx=4", "ecx=2"),
      byte,
      "free",
      `version ${real}`,
      byte,
      `word eax=564dffff ebx=${UNCHANGED} ecx=a edx=5658 esi=1234`,
      "bare eax=ffffffff ebx=0 ecx=a edx=5658 esi=0",
      "elsewhere",
      "byte signal=11 code=128",
    ]);
  });
}

function control(section: Section, lines: Lines): void {
  test("settings are taken as a whole, or refused as a whole", () => {
    const taken = parseSettings(section("under").split("version eax")[0] ?? "");
    assert.equal(taken.status, "done");
    assert.equal(taken.value.dmi["sys_vendor"], "VMware, Inc.");
    assert.deepEqual(taken.value.uids, [1000]);
    const refused = section("refused");
    assert.doesNotMatch(refused, /taken|uid 5/);
    assert.match(refused, /^refused line 2: no such word$/m);
    assert.match(refused, /^hypervisor remove$/m);
  });

  test("parameters give the scope from the start; one that is no number is refused", () => {
    assert.match(section("iopl"), /^cgroup \d+\nuid 1000\nuid 1001\n/m);
    assert.match(section("parts"), /utsusemi\.ko': Invalid argument\nstatus 22/);
  });

  test("told to watch, it answers nobody", () => assert.equal(lines("watch").at(-1), "version signal=11 code=128"));

  test("a function that this kernel lacks is reported, and the other parts work; without the port's it is not loaded", () => {
    const text = section("parts");
    assert.match(text, /^status 0\npart dmi absent this kernel has no function Xys_dmi_modalias_show$/m);
    assert.match(text, /^Dell Inc\.$/m, "modalias would tell the truth, so the fields do");
    assert.match(text, /Operation not supported\nstatus 95/);
    assert.match(section("log"), /utsusemi: not loaded: without port there is nothing to do/);
    assert.doesNotMatch(text, /^utsusemi /m);
  });
}

function endurance(section: Section, lines: Lines): void {
  test("ten thousand questions on each of two processors are answered, none is missed, and no memory is lost", () => {
    const text = section("loop");
    assert.equal(text.match(/^times right=10000 of 10000$/gm)?.length, 2);
    assert.match(text, /^times right=0 of 1000$/m);
    const missed = [...text.matchAll(/^hook (\w+) missed (\d+)/gm)];
    assert.equal(missed.length, 6);
    assert.deepEqual(
      missed.filter(([, , count]) => count !== "0").map(([line]) => line),
      [],
    );
    const [slabBefore = 0, slabAfter = 0] = [...text.matchAll(/^Slab: +(\d+) kB$/gm)].map(([, kib]) => Number(kib));
    assert.ok(slabAfter - slabBefore < 1536, `${slabBefore} kB, then ${slabAfter} kB`);
    assert.equal(lines("loop").at(-1), "status 0");
  });

  test("a flood of questions is counted, not kept", () => {
    const counts = lines("loop").filter((line) => line.startsWith("events "));
    const status = parseStatus(`version 0\n${counts.join("\n")}\n`);
    assert.equal(status.status, "done");
    const { written, lost } = status.value.events;
    assert.ok(written + lost >= 21_000 && lost > 0, `${written} kept, ${lost} lost`);
    const kept = Number(lines("loop").at(-2));
    assert.ok(kept >= 256 && kept <= 1024, `${kept} lines`);
  });

  test("loaded and unloaded while programs ask, it leaves no trace in them", () => {
    assert.deepEqual(lines("churn").slice(0, -1).toSorted(), ["1", "1", "1", "1", "times right=0 of 5000"]);
    assert.equal(lines("churn").at(-1), `version eax=ffffffff ebx=${UNCHANGED} ecx=a edx=5658 esi=1234`);
  });

  test("the kernel complained of nothing", () => {
    const log = lines("log");
    const loaded = log.findIndex((line) => line.includes("utsusemi: loading out-of-tree module taints kernel"));
    assert.ok(loaded >= 0);
    const complaint = /WARNING|BUG|Oops|Call Trace|RIP:|recursive|suspicious|stall|deadlock|unchecked MSR|scheduling while/;
    assert.deepEqual(
      log.slice(loaded).filter((line) => complaint.test(line)),
      [],
    );
  });
}

type Answered = { readonly eax: number; readonly ebx: number; readonly ecx: number };

function answer(line: string): readonly (readonly [string, Answered])[] {
  const [, command, eax = "", ebx = "", ecx = ""] = /^command=(\d+) eax=(\w+) ebx=(\w+) ecx=(\w+)/.exec(line) ?? [];
  const number = (digits: string) => Number.parseInt(digits, 16);
  return command === undefined ? [] : [[command, { eax: number(eax), ebx: number(ebx), ecx: number(ecx) }]];
}
