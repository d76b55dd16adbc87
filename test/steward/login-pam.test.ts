import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import type { Effect } from "../../src/disguise/effect.ts";
import { answersIn, SCRIPT } from "../disguise/story-answers.ts";
import { needs } from "../rig/needs.ts";
import { type LoginSite, NAMED, OTHER, startLoginSite } from "./login-rig.ts";

/** Logins through PAM: a real sshd with Debian's stacks, a real client, and what each of three users sees before, under and after. */
const tools = needs("root", "unshare", "login", "sshd", "ssh", "scp", "sftp", "ssh-keygen", "systemd-detect-virt", "lscpu", "python3");

const shown: Effect = {
  hostName: "svr04",
  files: {
    "/sys/class/dmi/id/sys_vendor": "innotek GmbH\n",
    "/etc/hostname": "svr04\n",
    "/etc/motd": "A forged greeting.\n",
    "/var/log/wtmp": "",
  },
  processes: [{ name: "twistd", program: "/usr/bin/python3", arguments: ["python3", "twistd"] }],
};

async function site(t: TestContext): Promise<LoginSite> {
  const started = await siteWithoutServer(t);
  await started.startSshd();
  return started;
}

async function siteWithoutServer(t: TestContext): Promise<LoginSite> {
  const started = await startLoginSite();
  t.after(() => started.stop());
  return started;
}

/** Everything of /etc: names, modes, owners, times, links and sums. */
const snapshot = (host: LoginSite) =>
  host.shell("find /etc -printf '%p %y %m %U:%G %T@ %l\\n' | sort; find /etc -type f -exec sha256sum {} + | sort");

const LOOK = "cat /etc/hostname; systemd-detect-virt --vm; grep -c pam_namespace /etc/pam.d/sshd; ls /etc/security/namespace.d | wc -l";

test("logins of the named user, before, under and after; others see nothing of it, and revert leaves nothing", tools, async (t) => {
  const host = await site(t);
  const before = snapshot(host);
  const real = await host.ssh(NAMED, [LOOK]);
  assert.equal(real.code, 0, real.err);
  assert.deepEqual(real.out.split("\n").slice(2), ["0", "0", ""]);
  const running = (await host.ssh(NAMED, ["nohup setsid sleep 300 >/dev/null 2>&1 & echo $!"])).out.trim();
  const open = host.ssh(NAMED, ["touch here; until [ -e go ]; do sleep 0.1; done; cat /etc/hostname; systemd-detect-virt --vm"]);
  host.shell(`until [ -e /home/${NAMED}/here ]; do sleep 0.1; done`);

  const { conflicts, failed, leftOut, limits } = host.steward({ what: "carry", user: NAMED, effect: shown });
  assert.deepEqual([failed, conflicts], [undefined, []]);
  assert.match(limits?.join("\n") ?? "", /not written to \/var\/log\/wtmp/);
  assert.match(leftOut?.join("\n") ?? "", /host's name.*\n.*background processes/);

  await t.test("the named user sees the disguise, and nothing of ours", async () => {
    const under = await host.ssh(NAMED, [LOOK]);
    assert.deepEqual([under.code, under.out, under.err], [0, "svr04\noracle\n0\n0\n", ""]);
    assert.equal(host.shell("stat -c %a /etc/pam.d/sshd; grep -c pam_namespace /etc/pam.d/sshd"), "644\n1\n");
  });
  await t.test("another user and root see the host", async () => {
    for (const user of [OTHER, "root"]) {
      const { code, out } = await host.ssh(user, [LOOK]);
      assert.deepEqual([code, out.split("\n").slice(0, 2)], [0, real.out.split("\n").slice(0, 2)], user);
    }
  });
  await t.test("commands, a terminal, scp and sftp work", () => usesThatWork(host));
  await t.test("a session that was open and a process in the background stay as they are", async () => {
    assert.equal((await host.ssh(NAMED, [`cat /proc/${running}/comm; kill ${running}; touch go`])).out, "sleep\n");
    const { out } = await open;
    assert.deepEqual(out.split("\n"), [...real.out.split("\n").slice(0, 2), ""]);
  });

  assert.deepEqual(host.steward({ what: "revert", user: NAMED }), { conflicts: [] });
  assert.equal(snapshot(host), before);
  assert.equal((await host.ssh(NAMED, [LOOK])).out, real.out);
});

async function usesThatWork(host: LoginSite): Promise<void> {
  const command = await host.ssh(NAMED, ["cat; echo done >&2; exit 7"], { input: "through\n" });
  assert.deepEqual([command.code, command.out, command.err], [7, "through\n", "done\n"]);
  const terminal = await host.ssh(NAMED, [], { options: ["-tt"], input: "tty; shopt login_shell; cat /etc/hostname; exit 5\n" });
  assert.equal(terminal.code, 5);
  assert.match(terminal.out, /A forged greeting\.[\s\S]*\/dev\/pts\/\d+\r\nlogin_shell +\ton\r\nsvr04\r\n/);
  const home = `/home/${NAMED}`;
  host.shell(`echo 'rm ~/.profile; cat /etc/hostname >~/told; exit' >${home}/.profile; chown ${NAMED} ${home}/.profile`);
  const atConsole = host.inside("script", "-qec", `login -f ${NAMED}`, "/dev/null");
  assert.deepEqual([atConsole.stdout.includes("A forged greeting."), host.shell(`cat ${home}/told`)], [true, "svr04\n"]);
  const [near, back] = [join(host.files, "near"), join(host.files, "back")];
  writeFileSync(near, "a file\n");
  const copied = await host.client("scp", [near, `${NAMED}@HOST:far`]);
  assert.equal(copied.code, 0, copied.err);
  const fetched = await host.client("sftp", ["-b", "-", `${NAMED}@HOST`], { input: `get far ${back}\nget /etc/hostname ${back}.name\n` });
  assert.equal(fetched.code, 0, fetched.err);
  assert.deepEqual([readFileSync(back, "utf8"), readFileSync(`${back}.name`, "utf8")], ["a file\n", "svr04\n"]);
  assert.equal(host.shell(`stat -c '%U %s' /home/${NAMED}/far`), `${NAMED} 7\n`);
}

test("whatever breaks, the login works; what somebody else has changed is reported, and stays", tools, async (t) => {
  const host = await site(t);
  host.steward({ what: "carry", user: NAMED, effect: shown });
  const folder = `/srv/state/plans/login-${NAMED}`;
  const conf = `/etc/security/namespace.d/utsusemi-${NAMED}.conf`;
  const real = host.shell("cat /etc/hostname");
  const breaks: Readonly<Record<string, readonly [line: string, seen: string]>> = {
    "half a plan": [`head -c 3000 ${folder}/plan >${folder}/half; mv ${folder}/half ${folder}/plan`, real],
    "no plan": [`rm ${folder}/plan`, real],
    "no guard": [`sed -i 's,/[^ ]*guard-x64,/nowhere/guard,' ${folder}/init`, real],
    "a script that fails": [`printf '#!/bin/sh\\nexit 1\\n' >${folder}/init`, real],
    "a script that is killed": [`printf '#!/bin/sh\\nkill -9 $$\\n' >${folder}/init`, real],
    "a script that nothing can run": [`printf '#!/nowhere\\n' >${folder}/init`, real],
    "a script that may not be run": [`chmod 600 ${folder}/init`, real],
    "no script": [`rm ${folder}/init`, real],
    "no directory": [`rmdir ${folder}/room`, real],
    "no folder": [`rm -r ${folder}`, real],
    "a broken line": [`echo 'broken broken' >${conf}`, real],
  };
  for (const [what, [line, seen]] of Object.entries(breaks)) {
    host.shell(line);
    const { code, out } = await host.ssh(NAMED, ["cat /etc/hostname"]);
    assert.deepEqual([code, out], [0, seen], what);
  }
  host.shell("echo '# mine' >>/etc/pam.d/sshd");
  const { conflicts } = host.steward({ what: "revert", user: NAMED });
  assert.match(JSON.stringify(conflicts), /path \/etc\/pam\.d\/sshd/);
  assert.match(host.shell("tail -n 1 /etc/pam.d/sshd"), /# mine/);
});

test("changes with which logins would not work are never made", tools, async (t) => {
  const host = await siteWithoutServer(t);
  const before = snapshot(host);
  // Root's frame would hide the user's shell: the session opens, and nothing can be started in it.
  const { failed, conflicts } = host.steward({
    what: "carry",
    user: NAMED,
    effect: { files: { "/usr/bin/bash": { text: "no program", look: { mode: 0o644 } } } },
  });
  assert.match(failed ?? "", /^A test login of yuzuki failed, so nothing was changed: .*shell cannot be started/);
  assert.equal(conflicts, undefined);
  assert.equal(snapshot(host), before);
  assert.equal(host.shell("stat -c %s /var/log/lastlog /var/log/wtmp"), "0\n0\n");
});

test("root, users who are not there, and stacks of the administrator's own are left alone", tools, async (t) => {
  const host = await siteWithoutServer(t);
  assert.match(host.steward({ what: "try", user: "root", effect: shown }).refused ?? "", /root always sees the real host/);
  assert.match(host.steward({ what: "try", user: "nobody-here", effect: shown }).refused ?? "", /There is no user nobody-here/);
  host.shell(
    "echo 'session required pam_namespace.so' >>/etc/pam.d/login; echo '/tmp /tmp-inst/ user root' >>/etc/security/namespace.conf",
  );
  const { leftOut, paths } = host.steward({ what: "try", user: NAMED, effect: shown });
  assert.match(leftOut?.join("\n") ?? "", /console cannot go through PAM: pam_namespace stands there as required/);
  assert.match(leftOut?.join("\n") ?? "", /SSH cannot go through PAM: namespace\.conf has directories of its own/);
  // By sshd instead.
  assert.ok(paths?.some((path) => path.startsWith("/etc/ssh/sshd_config.d/")));
});

test("whole stories in a login: real tools say what is foretold of it", tools, async (t) => {
  const host = await site(t);
  for (const story of ["virtualbox-sandbox", "container-sensor", "lazy-honeypot"])
    await t.test(story, async () => {
      const { foretold, conflicts, failed } = host.steward({ what: "carry", user: NAMED, story });
      assert.deepEqual([failed, conflicts], [undefined, []]);
      const { out, err } = await host.ssh(NAMED, [`getent passwd phil; ${SCRIPT}`]);
      assert.deepEqual(answersIn(out), foretold, err);
      assert.equal(out.includes("phil:x:1000:"), story === "lazy-honeypot");
      assert.deepEqual(host.steward({ what: "revert", user: NAMED }), { conflicts: [] });
    });
  assert.ok(!existsSync(`/etc/security/namespace.d/utsusemi-${NAMED}.conf`));
});
