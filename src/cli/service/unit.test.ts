import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { needs } from "../../../test/rig/needs.ts";
import { STEWARD_SERVICE } from "../../steward/place.ts";
import { SERVICE, serviceUnit, socketName, socketUnit, stewardUnit } from "./unit.ts";

const paths = {
  node: "/bin/true",
  program: "/bin/true",
  root: "/usr",
  configuration: "/etc/utsusemi/config.yaml",
  state: "/var/lib/utsusemi",
};

test("the socket unit lists every listener, IPv6 in brackets", () => {
  const unit = socketUnit("ssh", [
    { address: "0.0.0.0", port: 22 },
    { address: "::", port: 23 },
  ]);
  assert.match(unit, /^ListenStream=0\.0\.0\.0:22\nListenStream=\[::\]:23$/m);
});

test("systemd itself finds no mistake in the units", needs("systemd-analyze"), () => {
  const folder = mkdtempSync(join(tmpdir(), "utsusemi-units-"));
  const units = {
    [STEWARD_SERVICE]: stewardUnit(paths, "root"),
    [SERVICE]: serviceUnit(paths, { decoys: ["ssh"], hasSteward: true }),
    [socketName("ssh")]: socketUnit("ssh", [{ address: "127.0.0.1", port: 2222 }]),
  };
  for (const [name, text] of Object.entries(units)) writeFileSync(join(folder, name), text);
  const complaints = execFileSync(
    "systemd-analyze",
    ["verify", "--recursive-errors=no", ...Object.keys(units).map((name) => join(folder, name))],
    {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  assert.equal(complaints, "");
});

test("systemd rates the service's exposure as low", needs("systemd-analyze"), () => {
  const folder = mkdtempSync(join(tmpdir(), "utsusemi-units-"));
  writeFileSync(join(folder, SERVICE), serviceUnit(paths, { decoys: [], hasSteward: false }));
  const rating = execFileSync("systemd-analyze", ["security", "--offline=true", "--no-pager", join(folder, SERVICE)], { encoding: "utf8" });
  const exposure = Number(/Overall exposure level for .*: ([\d.]+)/.exec(rating)?.[1]);
  assert.ok(exposure < 4, `exposure ${exposure}`);
});

test("the steward starts before the sensor, for the sensor's account, and keeps the host's own mounts", () => {
  const steward = stewardUnit(paths, "sensor-account");
  assert.match(steward, /^ExecStart=.* steward --account sensor-account$/m);
  assert.match(steward, /^Before=utsusemi\.service$/m);
  assert.doesNotMatch(steward, /^(Protect|Private|ReadWrite|ReadOnly|Inaccessible|Bind|StateDirectory|NoNewPrivileges)/m);
  const sensor = (hasSteward: boolean) => serviceUnit(paths, { decoys: ["ssh"], hasSteward });
  assert.match(sensor(true), /^Wants=utsusemi-steward\.service\nAfter=network\.target utsusemi-ssh\.socket utsusemi-steward\.service$/m);
  assert.doesNotMatch(sensor(false), /steward/);
});

test(
  "the steward's sandbox lets through what mounts, programs of the wire, modules and sockets of others need",
  needs("systemd-analyze"),
  () => {
    const unit = stewardUnit(paths, "root");
    const groups = /^SystemCallFilter=~(.*)$/m.exec(unit)?.[1]?.split(" ") ?? [];
    const listed = execFileSync("systemd-analyze", ["syscall-filter", "--no-pager", ...groups], { encoding: "utf8" });
    const denied = new Set(listed.split("\n").flatMap((line) => /^ {4}(\w+)$/.exec(line)?.[1] ?? []));
    assert.ok(denied.has("kexec_load") && denied.has("swapon"));
    const needed =
      "bpf mount umount2 unshare setns pivot_root move_mount open_tree mount_setattr pidfd_open pidfd_getfd ptrace finit_module delete_module";
    for (const call of [...needed.split(" "), "sethostname", "socket", "clone3", "setuid", "chown", "kill"])
      assert.ok(!denied.has(call), call);
    const dropped = /^CapabilityBoundingSet=~(.*)$/m.exec(unit)?.[1]?.split(" ") ?? [];
    for (const name of "SYS_ADMIN BPF PERFMON NET_ADMIN NET_RAW SYS_PTRACE SYS_MODULE SYS_RESOURCE DAC_OVERRIDE CHOWN SETUID SETGID KILL".split(
      " ",
    ))
      assert.ok(!dropped.includes(`CAP_${name}`), name);
    const families = /^RestrictAddressFamilies=(.*)$/m.exec(unit)?.[1]?.split(" ") ?? [];
    for (const family of ["AF_UNIX", "AF_INET", "AF_INET6", "AF_NETLINK"]) assert.ok(families.includes(family), family);
  },
);
