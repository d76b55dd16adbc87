import assert from "node:assert/strict";
import test from "node:test";
import type { Effect } from "../effect.ts";
import type { HostEntry, HostTree } from "../overlay/host-tree.ts";
import { type CarriedAround, planCarried } from "./plan-carried.ts";

const entry = (kind: HostEntry["kind"], mode: number): HostEntry => ({ kind, mode, uid: 0, gid: 0, modified: 1000 });
const ENTRIES: Readonly<Record<string, HostEntry>> = {
  "/": entry("directory", 0o755),
  "/etc": entry("directory", 0o755),
  "/etc/hostname": entry("file", 0o644),
  "/etc/systemd": entry("directory", 0o755),
  "/etc/systemd/system": entry("directory", 0o755),
  "/tmp": entry("directory", 0o1777),
  "/usr/bin/python3": entry("file", 0o755),
  "/usr/bin": entry("directory", 0o755),
  "/usr/sbin": entry("directory", 0o755),
  "/var/lib/own": entry("directory", 0o700),
  "/var/lib": entry("directory", 0o755),
};
const host: HostTree = {
  look: (path) => ENTRIES[path],
  count: (path) => {
    assert.ok(path in ENTRIES, path);
    return 3;
  },
  mounts: [{ path: "/", type: "ext4", isReadOnly: false }],
  hasOverlays: true,
  hasLockedMounts: false,
};
const around: CarriedAround = { host, sleeper: Buffer.from("sleeper"), tracer: "/t/tracer-x64", hasCpuidFaulting: true };

const whole: Effect = {
  files: { "/etc/hostname": "svr04\n", "/tmp/bait": "x" },
  cpuid: { "1.0": { set: { ecx: 1 } } },
  vmwarePort: { "10": { eax: 6, ebx: 1, ecx: 2, edx: 3 } },
  hostName: "svr04",
  initEnvironment: { container: "lxc" },
  processes: [{ name: "twistd", program: "/usr/bin/python3", arguments: ["/usr/bin/python3", "twistd"] }],
  cgroup: "/docker/1",
  modules: ["vmxnet3"],
  network: { name: "ens192" },
};
const hidden = ["/etc/systemd/system/a.service.d/10-a.conf", "/var/lib/own"];

test("a service gets all that is its own; what belongs to its manager is left out, each in a sentence", () => {
  const plan = planCarried({ effect: whole, way: "enter", hidden, mark: 123_456 }, around);
  const verbs = plan.records.map(([verb]) => verb);
  assert.deepEqual(plan.records[0], ["mark", "123456"]);
  for (const verb of ["init", "proc", "cgroup", "user", "environment", "folder", "umask", "command"])
    assert.ok(!verbs.includes(verb), verb);
  assert.deepEqual(
    plan.records.find(([verb]) => verb === "front"),
    ["front", "/t/tracer-x64", "--behind", "fd:202", "--"],
  );
  assert.equal(verbs.at(-1), "process");
  assert.deepEqual(Object.keys(plan.seen).sort(), ["cpuid", "files", "hostName", "processes", "vmwarePort"]);
  assert.deepEqual(Object.keys(plan.seen.files ?? {}), ["/etc/hostname"]);
  assert.equal(plan.leftOut.length, 5, plan.leftOut.join("\n"));
  for (const part of ["process 1", "/docker/1", "vmxnet3", "interface names", "/tmp/bait"])
    assert.ok(
      plan.leftOut.some((sentence) => sentence.includes(part)),
      part,
    );
});

test("a login gets files only", () => {
  const plan = planCarried({ effect: whole, way: "here", hidden, mark: 123_456 }, around);
  assert.deepEqual(Object.keys(plan.seen), ["files"]);
  assert.deepEqual([...new Set(plan.records.map(([verb]) => verb))].sort(), ["bind", "dir", "file", "frame", "mark"]);
  assert.equal(plan.leftOut.length, 8, plan.leftOut.join("\n"));
});

test("our own files are hidden, those that are not there yet included", () => {
  const { records } = planCarried({ effect: {}, way: "here", hidden, mark: 100_000 }, around);
  const frames = records.filter(([verb]) => verb === "frame").map(([, folder, , , ...names]) => [folder, ...names]);
  assert.deepEqual(frames, [
    ["/var/lib", "own"],
    ["/etc/systemd/system/a.service.d", "10-a.conf"],
  ]);
});

test("without a tracer, or a processor that can be asked, CPUID is not among what is seen", () => {
  const { tracer: _, ...without } = around;
  const none = planCarried({ effect: whole, way: "enter", hidden, mark: 100_000 }, without);
  assert.ok(!("cpuid" in none.seen) && !("vmwarePort" in none.seen));
  assert.ok(!none.records.some(([verb]) => verb === "front" || verb === "keep"));
  const deaf = planCarried({ effect: whole, way: "enter", hidden, mark: 100_000 }, { ...around, hasCpuidFaulting: false });
  assert.ok(!("cpuid" in deaf.seen) && "vmwarePort" in deaf.seen);
  assert.deepEqual(
    deaf.records.find(([verb]) => verb === "front"),
    ["front", "/t/tracer-x64", "--behind", "--no-cpuid", "fd:202", "--"],
  );
});

test("for what runs on for long, names stay free where daemons and packages make them; a process goes with its program", () => {
  const effect: Effect = {
    files: { "/etc/hostname": "svr04\n", "/etc/honeyd.conf": "x", "/opt/cowrie/x": "x", "/usr/sbin/own": "x" },
    processes: [
      { name: "honeyd", program: "/usr/bin/honeyd", arguments: ["honeyd"] },
      { name: "cowrie", program: "/opt/cowrie/run", arguments: ["run"] },
    ],
  };
  const asked = { effect, way: "enter", hidden, mark: 100_000 } as const;
  const brief = planCarried(asked, around);
  assert.deepEqual(brief.seen, effect);
  const lasting = planCarried({ ...asked, isLasting: true }, around);
  assert.deepEqual(Object.keys(lasting.seen.files ?? {}), ["/etc/hostname", "/opt/cowrie/x"]);
  assert.deepEqual(
    lasting.seen.processes?.map(({ name }) => name),
    ["cowrie"],
  );
  const frames = lasting.records.filter(([verb]) => verb === "frame").map(([, folder]) => folder);
  assert.deepEqual(frames.sort(), ["/", "/etc/systemd/system/a.service.d", "/var/lib"]);
  assert.equal(lasting.records.filter(([verb]) => verb === "process").length, 1);
  for (const path of ["/etc/honeyd.conf", "/usr/bin/honeyd", "/usr/sbin/own"])
    assert.ok(
      lasting.leftOut.some((sentence) => sentence.startsWith(`${path} is left out`)),
      path,
    );
});
