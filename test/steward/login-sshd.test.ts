import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import type { Effect } from "../../src/disguise/effect.ts";
import { needs } from "../rig/needs.ts";
import { type LoginSite, NAMED, OTHER, startLoginSite } from "./login-rig.ts";

/** Logins by SSH where PAM is off: `Match User` and a wrapper. A real sshd and a real client. */
const tools = needs("root", "unshare", "sshd", "ssh", "scp", "sftp", "ssh-keygen", "systemd-detect-virt", "vmware-checkvm");

const shown: Effect = {
  hostName: "svr04",
  files: { "/sys/class/dmi/id/sys_vendor": "innotek GmbH\n", "/etc/hostname": "svr04\n" },
};

const LOOK = "cat /etc/hostname; systemd-detect-virt --vm; uname -n; ls /etc/ssh/sshd_config.d | wc -l; env | grep -c ^SSH_[OU]; true";

test("logins without PAM go through sshd's wrapper: before, under and after; others see nothing of it", tools, async (t) => {
  const host = await startLoginSite("UsePAM no\nSubsystem sftp internal-sftp");
  t.after(() => host.stop());
  const snapshot = () => host.shell("find /etc -printf '%p %y %m %U:%G %T@ %l\\n' | sort; find /etc -type f -exec sha256sum {} + | sort");
  const before = snapshot();
  await host.startSshd();
  const real = await host.ssh(NAMED, [LOOK]);
  assert.deepEqual(real.out.split("\n").slice(3), ["0", "0", ""]);

  const { conflicts, failed, paths } = host.steward({ what: "carry", user: NAMED, effect: shown });
  assert.deepEqual([failed, conflicts], [undefined, []]);
  assert.ok(!paths?.includes("/etc/pam.d/sshd"));
  await host.reloadSshd();
  await t.test("the named user sees the disguise, and nothing of ours", async () => {
    const under = await host.ssh(NAMED, [LOOK]);
    assert.deepEqual([under.code, under.out, under.err], [0, "svr04\noracle\nsvr04\n0\n0\n", ""]);
  });
  await t.test("another user and root see the host", async () => {
    for (const user of [OTHER, "root"]) {
      const { code, out } = await host.ssh(user, [LOOK]);
      assert.deepEqual([code, out.split("\n").slice(0, 3)], [0, real.out.split("\n").slice(0, 3)], user);
    }
  });
  await t.test("commands, a terminal, scp and sftp work", () => usesThatWork(host));
  await t.test("a key that is limited to a command stays limited", () => limitedKey(host));
  await t.test("whatever breaks, the login works", () => breaking(host, real.out.split("\n")[0] ?? ""));

  const { conflicts: left } = host.steward({ what: "revert", user: NAMED });
  assert.deepEqual(
    left?.map((conflict) => JSON.stringify(conflict).includes("/srv/state/plans/")),
    left?.map(() => true),
  );
  assert.equal(snapshot(), before);
  await host.reloadSshd();
  assert.equal((await host.ssh(NAMED, [LOOK])).out, real.out);
});

async function usesThatWork(host: LoginSite): Promise<void> {
  const command = await host.ssh(NAMED, ["echo \"$0\" 'a  b'; cat; echo done >&2; exit 7"], { input: "through\n" });
  assert.deepEqual([command.code, command.out, command.err], [7, "bash a  b\nthrough\n", "done\n"]);
  const terminal = await host.ssh(NAMED, [], { options: ["-tt"], input: "tty; echo $0; shopt login_shell; cat /etc/hostname; exit 5\n" });
  assert.equal(terminal.code, 5);
  assert.match(terminal.out, /\/dev\/pts\/\d+\r\n-bash\r\nlogin_shell +\ton\r\nsvr04\r\n/);
  const [near, back] = [join(host.files, "near"), join(host.files, "back")];
  writeFileSync(near, "a file\n");
  for (const old of [[], ["-O"]]) {
    const copied = await host.client("scp", [...old, near, `${NAMED}@HOST:far`]);
    assert.equal(copied.code, 0, copied.err);
  }
  const fetched = await host.client("sftp", ["-b", "-", `${NAMED}@HOST`], { input: `get far ${back}\nget /etc/hostname ${back}.name\n` });
  assert.equal(fetched.code, 0, fetched.err);
  assert.deepEqual([readFileSync(back, "utf8"), readFileSync(`${back}.name`, "utf8")], ["a file\n", "svr04\n"]);
  assert.equal(host.shell(`stat -c '%U %s' /home/${NAMED}/far`), `${NAMED} 7\n`);
}

async function limitedKey(host: LoginSite): Promise<void> {
  const file = `/home/${NAMED}/.ssh/authorized_keys`;
  const limits = {
    'command="echo \\"only this\\": $SSH_ORIGINAL_COMMAND; cat /etc/hostname"': "only this: id; cat /etc/passwd\nsvr04\n",
    'no-pty,environment="A=command=1",Command="echo two",from="127.0.0.1"': "two\n",
  };
  for (const [options, answer] of Object.entries(limits)) {
    host.shell(`{ printf '%s ' '${options}'; cat ${file}; } >${file}.new; cp -p ${file} ${file}.old; cat ${file}.new >${file}`);
    const { out, code, err } = await host.ssh(NAMED, ["id; cat /etc/passwd"]);
    host.shell(`cat ${file}.old >${file}`);
    assert.deepEqual([code, out, err], [0, answer, ""]);
  }
  host.shell(`{ printf 'command="internal-sftp" '; cat ${file}; } >${file}.new; cp -p ${file} ${file}.old; cat ${file}.new >${file}`);
  const listed = await host.client("sftp", ["-b", "-", `${NAMED}@HOST`], { input: "ls /etc/hostname\n" });
  host.shell(`cat ${file}.old >${file}`);
  assert.equal(listed.code, 0, listed.err);
}

async function breaking(host: LoginSite, real: string): Promise<void> {
  const folder = `/srv/state/plans/login-${NAMED}`;
  const breaks: Readonly<Record<string, string>> = {
    "half a plan": `head -c 3000 ${folder}/ssh-plan >${folder}/half; mv ${folder}/half ${folder}/ssh-plan`,
    "no plan": `rm ${folder}/ssh-plan`,
    "a guard that is none": `echo nothing >${folder}/guard`,
    "a guard that ends at once": `cp /bin/false ${folder}/guard`,
    "no guard": `rm ${folder}/guard`,
  };
  for (const [what, line] of Object.entries(breaks)) {
    host.shell(line);
    const { code, out } = await host.ssh(NAMED, ["cat /etc/hostname; exit 3"]);
    assert.deepEqual([code, out], [3, `${real}\n`], what);
    const shell = await host.ssh(NAMED, [], { options: ["-tt"], input: "shopt login_shell; exit 4\n" });
    assert.deepEqual([shell.code, shell.out.includes("login_shell    \ton")], [4, true], what);
  }
}

test("with a closed folder of the steward's, and the tracer before the shell where the port is to be forged", tools, async (t) => {
  const host = await startLoginSite("UsePAM no");
  t.after(() => host.stop());
  host.shell("chmod 700 /srv/state");
  const port = { "10": { eax: 6, ebx: 0x564d_5868, ecx: 2, edx: 0x5658 } };
  const { conflicts, failed } = host.steward({ what: "carry", user: NAMED, effect: { ...shown, vmwarePort: port } });
  assert.deepEqual([failed, conflicts], [undefined, []]);
  await host.startSshd();
  const ask = "grep -c '^TracerPid:.0$' /proc/self/status; cat /etc/hostname; ls -d /var/lib/utsusemi-logins; exit 6";
  const { code, out } = await host.ssh(NAMED, [ask]);
  assert.deepEqual([code, out], [6, "0\nsvr04\n"]);
  const other = await host.ssh(OTHER, [ask]);
  assert.deepEqual([other.code, other.out.split("\n")[0], other.out.split("\n")[2]], [6, "1", "/var/lib/utsusemi-logins"]);
  assert.deepEqual(host.steward({ what: "revert", user: NAMED }), { conflicts: [] });
  assert.equal(host.shell("ls -d /var/lib/utsusemi-logins 2>/dev/null; true"), "");
});

test("what the administrator has set for a user is not overruled", tools, async (t) => {
  const host = await startLoginSite(
    `UsePAM no\nMatch User ${NAMED}\n  ForceCommand /bin/true\nMatch User ${OTHER}\n  ChrootDirectory /srv`,
  );
  t.after(() => host.stop());
  const why = (user: string) => host.steward({ what: "try", user, effect: shown }).leftOut?.join("\n") ?? "";
  assert.match(why(NAMED), /SSH stay as they are: sshd runs a command of its own for this user/);
  assert.match(why(OTHER), /SSH stay as they are: sshd gives this user a root directory of its own/);
  host.shell("sed -i 's/^Match.*//; s/^ .*//; s/^Include.*//' /etc/ssh/sshd_config");
  assert.match(why(NAMED), /sshd_config does not include the files of sshd_config\.d/);
  host.shell("sed -i '1i Include /etc/ssh/sshd_config.d/*.conf' /etc/ssh/sshd_config; rm /etc/pam.d/login");
  // A shell that runs nothing cannot run the wrapper.
  host.shell(`sed -i 's,^\\(${NAMED}:.*\\):/bin/bash$,\\1:/usr/sbin/nologin,' /etc/passwd`);
  assert.match(host.steward({ what: "try", user: NAMED, effect: shown }).failed ?? "", /the wrapper ended with 1 instead of 37/);
});
