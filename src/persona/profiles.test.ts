import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { sshPersona } from "../decoys/ssh/persona.ts";
import { telnetPersona } from "../decoys/telnet/persona.ts";
import { checkProfile } from "./check-profile.ts";
import { at, textAt, textsAt } from "./plain.ts";
import { listProfiles, loadProfile } from "./profile.ts";
import { printProblem } from "./profile-file.ts";
import { settlePersona } from "./settle.ts";

const wallMs = Date.UTC(2026, 10, 22, 12);
const shapes = { ssh: sshPersona, telnet: telnetPersona };

function settled(name: string, byte: number) {
  const loaded = loadProfile(name);
  assert.ok("profile" in loaded, JSON.stringify(loaded));
  return settlePersona(loaded.profile, { seed: Buffer.alloc(32, byte), wallMs });
}

/** HASSH-server: MD5 of the key exchanges, ciphers, MACs and compressions from server to client, as announced. */
function hassh(ssh: unknown): string {
  const lists = ["kex", "ciphers", "macs", "compressions"].map((key) => textsAt(ssh, key).join(","));
  return createHash("md5").update(lists.join(";")).digest("hex");
}

test("the profiles that are shipped", () => {
  assert.deepEqual(listProfiles(), ["cowrie-default", "debian-12", "dlink", "kippo-default", "openwrt", "rocky-9", "ubuntu-24.04"]);
});

for (const name of listProfiles()) {
  test(`${name} does not contradict itself, and says how each value is known`, () => {
    assert.deepEqual(checkProfile(name, { shapes, wallMs, sites: 10 }).map(printProblem), []);
  });

  test(`${name} shows the same to one site and another machine to another`, () => {
    assert.deepEqual(settled(name, 1), settled(name, 1));
    const [one, other] = [settled(name, 1), settled(name, 2)];
    assert.notEqual(one.machine.machineId, other.machine.machineId);
    assert.notEqual(one.machine.boot, other.machine.boot);
    assert.notEqual(one.machine.installedWallMs, other.machine.installedWallMs);
    assert.notEqual(one.seed, other.seed);
  });
}

for (const name of ["debian-12", "ubuntu-24.04", "rocky-9", "openwrt", "dlink"]) {
  test(`${name}'s sites have hardware addresses of their own`, () => {
    const macs = new Set(Array.from({ length: 12 }, (_, byte) => settled(name, byte).machine.interfaces[1]?.mac));
    assert.ok(macs.size >= 11, `${macs.size} of 12`);
  });
}

test("the lists have the HASSH of the products", () => {
  assert.equal(hassh(settled("debian-12", 1).services["ssh"]), "425d29fe50d8e4f5e37efb6e24bcf660");
  assert.equal(hassh(settled("cowrie-default", 1).services["ssh"]), "92585b26f6634475d2d35bddbcdd1917");
  assert.equal(hassh(settled("kippo-default", 1).services["ssh"]), "9ca11ff5ba234add6998fbdcd9d6b69a");
});

test("Cowrie and Kippo show the values that detectors look for", () => {
  const cowrie = settled("cowrie-default", 3);
  assert.equal(textAt(cowrie.services["ssh"], "ident"), "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3");
  assert.equal(cowrie.machine.hostname, "svr04");
  assert.match(cowrie.tree.files["/etc/passwd"] ?? "", /^phil:x:1000:1000:Phil California,,,:\/home\/phil:\/bin\/bash$/m);
  assert.equal(textAt(cowrie.services["telnet"], "opening").replaceAll(" ", ""), "fffd1f");
  assert.equal(textAt(at(cowrie.services["telnet"], "login"), "prompt"), "login: ");
  assert.equal(cowrie.machine.kernelVersion, "#1 SMP PREEMPT_DYNAMIC Debian 6.1.90-1 (2024-05-03)");
  const kippo = settled("kippo-default", 3);
  assert.equal(textAt(kippo.services["ssh"], "ident"), "SSH-2.0-OpenSSH_5.1p1 Debian-5");
  assert.equal(kippo.machine.hostname, "svr03");
  assert.equal(kippo.machine.kernelRelease, "2.6.26-2-686");
  assert.equal(kippo.machine.interfaces[1]?.mac, "00:4c:a8:ab:32:f4");
  assert.ok(kippo.users.some(({ name }) => name === "richard"));
});
