import assert from "node:assert/strict";
import test from "node:test";
import { blindLocalView, localView } from "../../views/build-view.ts";
import { ohaiVirtualization } from "./ohai.ts";

test("ohai: the last sign decides, the list holds all", () => {
  const files = { "/proc/xen": { directory: true }, "/proc/modules": "vboxguest 1 0\n", "/.dockerenv": "" } as const;
  const { found, sees, because } = ohaiVirtualization(localView({ uid: 0, files }));
  assert.deepEqual(found, { system: "docker", role: "guest", systems: { xen: "guest", vbox: "guest", docker: "guest" } });
  assert.equal(sees, "container");
  assert.equal(because[0], "/.dockerenv is there");
});

test("ohai: nothing is nothing, and a host is no guest", () => {
  assert.equal(ohaiVirtualization(localView({ uid: 0 })).says, "system: -, role: -, systems: -");
  assert.equal(ohaiVirtualization(localView({ uid: 0, files: { "/proc/bc/0": "" } })).sees, "nothing");
});

test("ohai: who may not read process 1's environment gets no further", () => {
  const files = { "/proc/self/cgroup": "0::/\n", "/proc/1/environ": { absence: "denied" }, "/.dockerenv": "" } as const;
  assert.equal(ohaiVirtualization(localView({ uid: 1000, files })).found.system, undefined);
  const named = { ...files, "/proc/self/cgroup": "0::/lxc/web\n" };
  assert.equal(ohaiVirtualization(localView({ uid: 1000, files: named })).found.system, "docker");
});

test("ohai: programs are looked up on the PATH of who asks, and must be executable", () => {
  const program = { text: "", look: { mode: 0o755 } };
  const found = (PATH: string) =>
    ohaiVirtualization(localView({ uid: 0, environment: { PATH }, files: { "/opt/bin/docker": program, "/usr/bin/nova": "" } })).found
      .system;
  assert.equal(found("/opt/bin"), "docker");
  assert.equal(found("/usr/bin"), undefined);
});

test("ohai: a view that is blind has no system, and names what it lacks", () => {
  const { found, sees, lacking } = ohaiVirtualization(blindLocalView);
  assert.deepEqual([found.system, sees], [undefined, "nothing"]);
  assert.ok(lacking.includes("/proc/xen") && lacking.includes("/proc/self/cgroup"));
});

test("ohai: files of megabytes and of any bytes are read", () => {
  const noise = Buffer.alloc(1 << 20, "1:x:/\0\xff\nHostName ", "latin1");
  const paths = [
    "/proc/self/cgroup",
    "/proc/1/environ",
    "/proc/cpuinfo",
    "/proc/modules",
    "/proc/self/status",
    "/var/lib/hyperv/.kvp_pool_3",
  ];
  const view = localView({ uid: 0, files: Object.fromEntries(paths.map((path) => [path, noise])) });
  assert.ok(ohaiVirtualization(view).because.every((reason) => reason.length < 300));
});

test("ohai: the name of Hyper-V's host stands between two keys of one line", () => {
  const host = (text: string) =>
    ohaiVirtualization(localView({ uid: 0, files: { "/var/lib/hyperv/.kvp_pool_3": text } })).found.hypervisor_host;
  assert.equal(host("HostName\0\0HV01\0HostingSystemEditionId"), "hv01");
  assert.equal(host("x\nostNameABCHostingSystemEditionId"), "abc");
  assert.equal(host("HostName\nHostingSystemEditionId"), undefined);
  assert.equal(host("HostName".repeat(1 << 19)), undefined);
});
