import assert from "node:assert/strict";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { needs } from "../rig/needs.ts";
import { runClient } from "./run-client.ts";
import { type SshSite, startSshSite } from "./ssh-site.ts";

let site: SshSite;

before(async () => {
  site = await startSshSite("debian-12", { acceptKeys: "any" });
});

after(async () => {
  await site.stop();
});

test("OpenSSH logs in with a password and runs a command", needs("ssh"), async () => {
  const run = await site.openssh("ssh", ["-p", String(site.port), "root@127.0.0.1", "echo out; echo err >&2; exit 7"]);
  assert.deepEqual([run.out, run.err, run.code], ["out\n", "err\n", 7]);
  const attempt = await site.waitFor("auth.attempt", ({ method, accepted }) => method === "password" && accepted === true);
  assert.equal(attempt.fields["password"], "123456");
  await site.waitFor("terminal.close", ({ status }) => status === 7);
  assert.ok(site.seen("command.input").some(({ line }) => line === "echo out; echo err >&2; exit 7"));
});

test("OpenSSH logs in with a key, which is recorded", needs("ssh", "ssh-keygen"), async () => {
  const key = join(site.folder, "id");
  await runClient("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
  const run = await site.openssh("ssh", ["-oBatchMode=yes", "-i", key, "-p", String(site.port), "root@127.0.0.1", "id -u"]);
  assert.deepEqual([run.out, run.err, run.code], ["0\n", "", 0]);
  const attempt = await site.waitFor("auth.attempt", ({ method, accepted }) => method === "publickey" && accepted === true);
  assert.match(String(attempt.fields["fingerprint"]), /^SHA256:/);
});

test("OpenSSH gets a shell on a terminal: prompt, echo, exit status, and a recording", needs("ssh"), async () => {
  const run = await site.openssh("ssh", ["-tt", "-p", String(site.port), "root@127.0.0.1"], {
    input: "echo $((6*7))\recho on $SSH_TTY\rexit 3\r",
    inputOpenMs: 8000,
  });
  assert.equal(run.code, 3, run.err);
  assert.match(run.out, /root@[\w-]+:~# /);
  assert.match(run.out, /echo \$\(\(6\*7\)\)\r\n[\s\S]*42\r\n/);
  assert.match(run.out, /on \/dev\/pts\/0\r\n/);
  const opened = await site.waitFor("terminal.open", ({ type }) => type === "xterm");
  const moments = site.sensor.keep.recordings.get(opened.session ?? "") ?? [];
  assert.ok(moments.length > 3);
});

test("a command that reads standard input gets it, and its end", needs("ssh"), async () => {
  const text = "line\n".repeat(20_000);
  const run = await site.openssh("ssh", ["-p", String(site.port), "root@127.0.0.1", "wc -c"], { input: text });
  assert.equal(run.out.trim(), String(text.length));
});

test("one connection carries several sessions at once (ControlMaster)", needs("ssh"), async () => {
  const through = [...(await site.share()), "-p", String(site.port), "root@127.0.0.1"];
  const runs = await Promise.all([1, 2, 3].map((number) => site.openssh("ssh", [...through, `echo ${number}`])));
  assert.deepEqual(
    runs.map(({ out }) => out),
    ["1\n", "2\n", "3\n"],
  );
  assert.equal((await site.openssh("ssh", ["-O", "exit", ...through])).code, 0);
});

test("OpenSSH learns the other host keys after the login, and their proofs are right", needs("ssh"), async () => {
  const known = join(site.folder, "known");
  const learn = [`-oUserKnownHostsFile=${known}`, "-oHashKnownHosts=no", "-oUpdateHostKeys=yes"];
  const visit = [...learn, "-oLogLevel=DEBUG1", "-p", String(site.port), "root@127.0.0.1", "exit"];
  await site.openssh("ssh", ["-oHostKeyAlgorithms=ssh-ed25519", ...visit]);
  // Only a host that is known already is trusted to name its other keys.
  const run = await site.openssh("ssh", visit);
  assert.match(run.err, /Learned new hostkey: RSA|Learned new hostkey: ECDSA/);
  assert.doesNotMatch(run.err, /bad signature|verification failed/i);
});
