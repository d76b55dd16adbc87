import assert from "node:assert/strict";
import { test } from "node:test";
import { type SshPersona, sshPersona } from "../../src/decoys/ssh/persona.ts";
import { debianDropbear } from "../../src/decoys/ssh/testclient/test-personas.ts";
import { loadProfile } from "../../src/persona/profile.ts";
import { settlePersona } from "../../src/persona/settle.ts";
import { checkShape } from "../../src/shape/shape.ts";
import { needs } from "../rig/needs.ts";
import { opensshOnly, sshCases } from "./ssh-cases.ts";
import { compare, startOurs } from "./ssh-compare.ts";
import { startDropbear, startSshd } from "./ssh-servers.ts";

/** What a profile says of its SSH server. */
function sshOf(profile: string): SshPersona {
  const loaded = loadProfile(profile);
  assert.ok("profile" in loaded);
  const { services } = settlePersona(loaded.profile, { seed: Buffer.alloc(32, 1), wallMs: Date.now() });
  const { value, problems } = checkShape(sshPersona, services["ssh"]);
  assert.deepEqual(problems, []);
  assert.ok(value !== undefined);
  return value;
}

test("there are more than thirty kinds of bad input, no two of one name", () => {
  const names = [...sshCases, ...opensshOnly].map(({ name }) => name);
  assert.ok(names.length > 90);
  assert.equal(new Set(names).size, names.length);
});

test("debian-12 answers good and bad input as Debian's sshd does, KEXINIT and all", needs("sshd", "ssh-keygen", "root"), async () => {
  const real = await startSshd();
  const ours = await startOurs(sshOf("debian-12"));
  try {
    await compare([...sshCases, ...opensshOnly], { real: real.port, ours: ours.port("ssh") }, 6);
  } finally {
    await Promise.all([real.stop(), ours.stop()]);
  }
});

test("the dropbear family answers good and bad input as Debian's dropbear does", needs("dropbear", "root"), async () => {
  const real = await startDropbear();
  const ours = await startOurs(debianDropbear);
  try {
    await compare(sshCases, { real: real.port, ours: ours.port("ssh") }, 2);
  } finally {
    await Promise.all([real.stop(), ours.stop()]);
  }
});
