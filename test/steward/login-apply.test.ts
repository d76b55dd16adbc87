import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { type Answered, installedDetectors } from "../../src/disguise/verify/installed-detectors.ts";
import type { VerifyAnswer } from "../../src/steward/verbs/api.ts";
import { needs } from "../rig/needs.ts";
import { type LoginSite, NAMED, OTHER, startLoginSite } from "./login-rig.ts";

/** What verify answered is what the same detectors say in a real login. */
async function isSaidInLogin(host: LoginSite, printed: string): Promise<void> {
  const { rows }: VerifyAnswer = JSON.parse(printed);
  const here = rows.filter(({ scope, result }) => scope === `user:${NAMED}` && result !== "not-installed");
  assert.ok(here.length >= 7, printed);
  for (const { detector, foretold, answered } of here)
    assert.deepEqual([foretold, answered], [await saidInLogin(host, detector), foretold], detector);
  const says = new Map(here.map(({ detector, answered }) => [detector, answered]));
  assert.equal(says.get("virt-what"), "virt-what: this script must be run as root");
  assert.equal(says.get("systemd-detect-virt --vm"), "oracle");
}

/** What a detector says to the user, who is logged in by SSH. */
async function saidInLogin(host: LoginSite, id: string): Promise<string | undefined> {
  const detector = installedDetectors.find((one) => one.id === id);
  assert.ok(detector !== undefined);
  const answers: Answered[] = [];
  for (const command of detector.commands) {
    const words = command.map((word) => `'${word}'`).join(" ");
    const { code, out, err } = await host.ssh(NAMED, [`PATH=$PATH:/usr/sbin LC_ALL=C.UTF-8 ${words}`]);
    answers.push({ status: code < 0 ? undefined : code, out, err });
  }
  return detector.read(answers);
}

/** The whole way, by the command itself: logins of two users are disguised, looked at, verified and taken back. */
const tools = needs("root", "unshare", "sshd", "ssh", "ssh-keygen", "systemd-detect-virt", "lscpu", "virt-what", "dmidecode");

test("disguise apply, status, verify and revert for the logins of two users", tools, async (t) => {
  const host = await startLoginSite();
  t.after(() => host.stop());
  const command = join(import.meta.dirname, "..", "..", "bin", "utsusemi.js");
  const disguise = (...words: readonly string[]) =>
    host.inside(process.execPath, command, "disguise", ...words, "--folder", "/srv/utsusemi/own");
  const snapshot = () => host.shell("find /etc -printf '%p %y %m %U:%G %T@ %l\\n' | sort; find /etc -type f -exec sha256sum {} + | sort");
  host.shell("mkdir -p /srv/utsusemi; mkdir -m 700 /srv/utsusemi/own; echo logins >/srv/seed");
  await host.startSshd();
  const before = snapshot();
  const real = (await host.ssh(NAMED, ["systemd-detect-virt --vm"])).out;
  assert.notEqual(real, "oracle\n");

  const asked = [
    "apply",
    "virtualbox-sandbox",
    "--accept-risk",
    "--seed-file",
    "/srv/seed",
    "--scope",
    `user:${NAMED}`,
    "--scope",
    `user:${OTHER}`,
  ];
  const applied = disguise(...asked);
  assert.equal(applied.status, 0, applied.stderr);
  for (const user of [NAMED, OTHER])
    assert.equal(
      (await host.ssh(user, ["ls /etc/security/namespace.d; ls /srv | grep utsusemi; systemd-detect-virt --vm"])).out,
      "oracle\n",
      user,
    );
  assert.equal((await host.ssh("root", ["systemd-detect-virt --vm"])).out, real);
  const during = snapshot();
  assert.match(disguise(...asked).stdout, /already/i);
  assert.equal(snapshot(), during);

  const open = host.ssh(OTHER, ["touch here; until [ -e go ]; do sleep 0.1; done; systemd-detect-virt --vm"]);
  host.shell(`until [ -e /home/${OTHER}/here ]; do sleep 0.1; done`);
  assert.match(disguise("status").stdout, new RegExp(`\\d+ +bash +${OTHER} `));
  const verified = disguise("verify");
  assert.equal(verified.status, 0, verified.stdout);
  assert.match(verified.stdout, /(\d+) of \1 answers are as foretold/);
  await isSaidInLogin(host, disguise("verify", "--json").stdout);

  const reverted = disguise("revert");
  assert.equal(reverted.status, 0, reverted.stderr);
  assert.match(reverted.stdout, /^Revert is complete for new, pending for \d/);
  assert.equal(snapshot(), before);
  host.shell(`touch /home/${OTHER}/go`);
  assert.equal((await open).out, "oracle\n");
  assert.equal((await host.ssh(OTHER, ["systemd-detect-virt --vm"])).out, real);
});

test("logins by sshd alone: verified as the user, in a user namespace", tools, async (t) => {
  const host = await startLoginSite("UsePAM no");
  t.after(() => host.stop());
  host.shell("rm /etc/pam.d/login; mkdir -p /srv/utsusemi; mkdir -m 700 /srv/utsusemi/own; echo logins >/srv/seed");
  await host.startSshd();
  const command = join(import.meta.dirname, "..", "..", "bin", "utsusemi.js");
  const disguise = (...words: readonly string[]) =>
    host.inside(process.execPath, command, "disguise", ...words, "--folder", "/srv/utsusemi/own", "--json");
  const applied = disguise("apply", "virtualbox-sandbox", "--accept-risk", "--seed-file", "/srv/seed", "--scope", `user:${NAMED}`);
  assert.equal(applied.status, 0, applied.stderr);
  await host.reloadSshd();
  await isSaidInLogin(host, disguise("verify").stdout);
  assert.equal(disguise("revert").status, 0);
});
