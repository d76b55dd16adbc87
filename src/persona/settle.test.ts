import assert from "node:assert/strict";
import { test } from "node:test";
import { lifeAt } from "./life.ts";
import { loadProfile, type Profile } from "./profile.ts";
import { settlePersona } from "./settle.ts";

const day = 86_400_000;
const wallMs = Date.UTC(2026, 10, 22, 12);
const profile = loaded("debian-12");

function loaded(name: string): Profile {
  const found = loadProfile(name);
  assert.ok("profile" in found);
  return found.profile;
}

function settled(byte: number, atMs = wallMs) {
  return settlePersona(profile, { seed: Buffer.alloc(32, byte), wallMs: atMs });
}

test("the same site shows the same persona", () => {
  assert.deepEqual(settled(1), settled(1));
});

test("two sites differ in what they draw, and nothing else", () => {
  const one = settled(1);
  const other = settled(2);
  for (const key of ["machineId", "boot", "bootWallMs", "installedWallMs"] as const)
    assert.notEqual(one.machine[key], other.machine[key], key);
  assert.notEqual(one.machine.interfaces[1]?.mac, other.machine.interfaces[1]?.mac);
  assert.notEqual(one.seed, other.seed);
  assert.notEqual(one.tree.files["/etc/shadow"], other.tree.files["/etc/shadow"]);
  assert.deepEqual(one.services["ssh"], other.services["ssh"]);
  const names = new Set(Array.from({ length: 20 }, (_, byte) => settled(byte).machine.hostname));
  assert.ok(names.size > 12, `only ${names.size} host names in 20 sites`);
});

test("uptime grows with time and starts anew at a reboot, never above what the profile says", () => {
  const { life } = profile.source;
  const boots = new Set<number>();
  let last = lifeAt(life, Buffer.alloc(32, 3), wallMs);
  for (let days = 0; days < 1500; days++) {
    const now = lifeAt(life, Buffer.alloc(32, 3), wallMs + days * day);
    const uptimeDays = (wallMs + days * day - now.bootMs) / day;
    assert.ok(uptimeDays >= 0 && uptimeDays <= life.reboots.maxDays, `up for ${uptimeDays} days`);
    assert.ok(now.bootMs >= last.bootMs && now.installedMs === last.installedMs);
    assert.equal(now.bootId === last.bootId, now.bootMs === last.bootMs, "a boot has an identifier of its own");
    boots.add(now.bootMs);
    last = now;
  }
  assert.ok(boots.size > 1500 / life.reboots.maxDays && boots.size < 1500 / life.reboots.minDays, `${boots.size} boots`);
  const [one, later] = [settled(3), settled(3, wallMs + 400 * day)];
  assert.notEqual(one.machine.bootWallMs, later.machine.bootWallMs);
  assert.equal(one.machine.machineId, later.machine.machineId);
});

test("a clock before the installation finds a machine that was just installed", () => {
  const early = Date.UTC(2023, 0, 1);
  const { machine } = settled(4, early);
  assert.ok(machine.installedWallMs < machine.bootWallMs && machine.bootWallMs <= early);
});

test("account files, sizes and commands follow from the persona", () => {
  const { tree, users, commands, machine } = settled(5);
  const passwd = tree.files["/etc/passwd"] ?? "";
  assert.equal(passwd.trimEnd().split("\n").length, users.length);
  assert.match(tree.manifest, new RegExp(`^/etc/passwd\tf\t644\t0\t0\t${passwd.length}\t`, "m"));
  assert.equal(commands["ls"], "/usr/bin/ls");
  assert.equal(commands["sshd"], "/usr/sbin/sshd");
  assert.equal(tree.files["/proc/cpuinfo"]?.match(/^processor/gm)?.length, machine.cpus);
});

test("a persona stays small enough to hand to every worker", () => {
  assert.ok(JSON.stringify(settled(6)).length < 2_000_000);
});
