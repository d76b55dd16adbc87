import assert from "node:assert/strict";
import test from "node:test";
import { blindLocalView, localView } from "../../views/build-view.ts";
import { ansibleFacts } from "./ansible-facts.ts";

test("ansible: the first sign decides, the sets hold all", () => {
  const files = { "/.dockerenv": "", "/sys/devices/virtual/dmi/id/sys_vendor": "QEMU\n", "/dev/kvm": "" };
  const { facts, sees } = ansibleFacts(localView({ uid: 0, files }));
  assert.deepEqual(facts, { type: "docker", role: "guest", guest: ["container", "docker", "kvm"], host: ["kvm"] });
  assert.equal(sees, "container");
});

test("ansible: nothing is NA, and a host is no guest", () => {
  assert.equal(ansibleFacts(localView({ uid: 0 })).says, "type: NA, role: NA, guest: -, host: -");
  assert.equal(ansibleFacts(localView({ uid: 0, files: { "/dev/kvm": "" } })).sees, "nothing");
});

test("ansible: OpenVZ puts its type over an earlier one and keeps the role", () => {
  const files = { "/proc/1/environ": "container=lxc\0", "/proc/vz": { directory: true }, "/proc/bc": { directory: true } } as const;
  const { type, role } = ansibleFacts(localView({ uid: 0, files })).facts;
  assert.deepEqual([type, role], ["openvz", "guest"]);
});

test("ansible: a mainframe is a partition, unless lscpu knew better", () => {
  const { facts, lacking } = ansibleFacts(localView({ uid: 0, files: { "/proc/cpuinfo": "vendor_id       : IBM/S390\n" } }));
  assert.deepEqual([facts.type, facts.role, facts.guest], ["PR/SM", "LPAR", ["PR/SM"]]);
  assert.ok(lacking.includes("lscpu on a mainframe"));
});

test("ansible: a view that is blind has no facts, and names what it lacks", () => {
  const { facts, sees, lacking } = ansibleFacts(blindLocalView);
  assert.deepEqual([facts.type, sees], ["NA", "nothing"]);
  assert.ok(lacking.includes("/proc/1/cgroup") && lacking.includes("/sys/devices/virtual/dmi/id/sys_vendor"));
});

test("ansible: files of megabytes and of any bytes are read", () => {
  const noise = Buffer.alloc(1 << 20, "\0\xff\n\r\x85:lxc ", "latin1");
  const paths = ["/proc/1/cgroup", "/proc/1/environ", "/proc/cpuinfo", "/proc/modules", "/proc/self/status", "/run/systemd/container"];
  const view = localView({ uid: 0, files: Object.fromEntries(paths.map((path) => [path, noise])) });
  assert.ok(ansibleFacts(view).because.every((reason) => reason.length < 300));
});

test("ansible: megabytes of white space within a file are read", () => {
  const files = { "/run/systemd/container": ` rkt${" ".repeat(4 << 20)}x\n` };
  assert.equal(ansibleFacts(localView({ uid: 0, files })).facts.type.length, (4 << 20) + 4);
});
