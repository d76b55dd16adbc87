import assert from "node:assert/strict";
import test from "node:test";
import { needs } from "../rig/needs.ts";
import { PrivateHost } from "../steward/private-host.ts";

/** The four commands, on a host of their own, each with a steward that it starts for its one request. */
const full = needs("root", "unshare", "systemd-detect-virt", "lscpu");

test("apply, status, verify and revert of a whole host: what is seen, what is said, and everything as before", full, async () => {
  await using host = await PrivateHost.start();
  assert.equal((await host.utsusemi("disguise", "status")).out, "No disguise is applied.\n");
  assert.deepEqual(host.differences(), []);

  const applied = await host.utsusemi("disguise", "apply", "lazy-honeypot", "--scope", "host");
  assert.equal(applied.code, 0, applied.err);
  assert.match(applied.out, /^Applied with \d+ changes\.\nlazy-honeypot for host: cost \d+, risk \d\.\n/);
  assert.match(applied.out, /files\.cowrie +0 +0 +Cowrie is installed in \/opt/);
  assert.match(applied.out, /Left out:\n(?: {2}.*\n)*?.*nothing is mounted for a whole host/);
  assert.equal(host.shell("hostname; ls /opt/cowrie/etc/cowrie.cfg; grep -c ^phil: /etc/passwd"), "svr04\n/opt/cowrie/etc/cowrie.cfg\n1\n");
  assert.notDeepEqual(host.differences(), []);

  const status = JSON.parse((await host.utsusemi("disguise", "status", "--json")).out);
  assert.equal(status.state, "applied");
  assert.deepEqual(status.conflicts, []);
  assert.match(
    (await host.utsusemi("disguise", "apply", "lazy-honeypot", "--scope", "host")).out,
    /^Applied already, since 20.*nothing was done/,
  );
  const other = await host.utsusemi("disguise", "apply", "monitored-host", "--scope", "host");
  assert.equal(other.code, 1);
  assert.match(other.err, /lazy-honeypot is applied for host.*\n.*revert.*\(disguise-applied\)/);

  const verified = await host.utsusemi("disguise", "verify", "--json");
  assert.equal(verified.code, 0, verified.out);
  const rows: readonly { readonly result: string; readonly detector: string }[] = JSON.parse(verified.out).rows;
  assert.equal(rows.find(({ detector }) => detector === "lscpu")?.result, "equal");
  assert.deepEqual(
    rows.filter(({ result }) => result === "differs"),
    [],
  );

  const reverted = await host.utsusemi("disguise", "revert");
  assert.equal(reverted.code, 0, reverted.err + reverted.out);
  assert.match(reverted.out, /^Revert is complete: \d+ changes undone\.\n/);
  assert.match(reverted.out, /Cannot be undone:\n {2}Change times/);
  assert.equal(host.shell("hostname"), "private-host\n");
  assert.deepEqual(host.differences(), []);
  assert.match((await host.utsusemi("disguise", "revert")).err, /\(disguise-none\)/);
});

test("what cannot be applied is refused in a sentence, and nothing is changed", full, async () => {
  await using host = await PrivateHost.start();
  const refused = async (...words: readonly string[]) => {
    const { code, err } = await host.utsusemi("disguise", "apply", ...words);
    assert.equal(code, 1);
    return err;
  };
  assert.match(await refused("lazy-honeypot"), /--scope/);
  assert.match(await refused("lazy-honeypot", "--scope", "tree"), /no scope.*\n.*\(scope-unknown\)/);
  assert.match(await refused("nothing", "--scope", "host"), /\(story-unknown\)/);
  assert.match(await refused("vmware-sandbox", "--scope", "host"), /known to destroy.*\n.*--accept-risk.*\(story-refused\)/);
  assert.match(await refused("lazy-honeypot", "--scope", "user:nobody-of-that-name"), /no user/);
  assert.match(await refused("lazy-honeypot", "--scope", "host", "--scope", "user:root"), /host alone/);
  assert.match(await refused("lazy-honeypot", "--scope", "host", "--with", "people.host-name.honeypot"), /contradict/);
  host.shell("mount -o remount,ro /etc");
  assert.match(await refused("lazy-honeypot", "--scope", "host"), /\/etc.*read-only.*as it was before.*\n.*\(change-failed\)/);
  host.shell("mount -o remount,rw /etc; rmdir /run/systemd/system");
  assert.match(await refused("lazy-honeypot", "--scope", "service:web"), /systemd does not run this/);
  host.shell("mount -o remount,ro /var");
  assert.match(await refused("lazy-honeypot", "--scope", "host"), /folder .* cannot be used: EROFS\.\n.*\(state-unusable\)/);
  assert.deepEqual(host.differences(), []);
});

test("what somebody changes meanwhile is theirs: it is named, it stays, and --leave ends it", full, async () => {
  await using host = await PrivateHost.start();
  assert.equal(
    (await host.utsusemi("disguise", "apply", "lazy-honeypot", "--scope", "host", "--seed-file", "/etc/debian_version")).code,
    0,
  );
  host.shell("echo '# mine' >>/opt/cowrie/etc/cowrie.cfg");
  assert.match(
    (await host.utsusemi("disguise", "status")).out,
    /Not as it was made:\n {2}path \/opt\/cowrie\/etc\/cowrie.cfg: somebody has changed it since/,
  );
  const reverted = await host.utsusemi("disguise", "revert");
  assert.equal(reverted.code, 1);
  assert.match(reverted.out, /^Revert is not complete/);
  assert.match(host.shell("cat /opt/cowrie/etc/cowrie.cfg"), /# mine/);
  assert.match((await host.utsusemi("disguise", "apply", "lazy-honeypot", "--scope", "host")).err, /\(revert-incomplete\)/);
  const left = await host.utsusemi("disguise", "revert", "--leave");
  assert.equal(left.code, 0, left.out);
  const { out } = await host.utsusemi("disguise", "status");
  assert.match(out, /^No disguise is applied\.\n/);
  assert.match(out, /Left over:\n(?:.*\n)*.*\/opt\/cowrie\/etc is as/, "what stayed is still told");
  assert.match(host.shell("cat /opt/cowrie/etc/cowrie.cfg"), /# mine/);
});

test(
  "a service, all services of a slice and a user's logins: what runs under it is listed, and reverting is pending for it",
  full,
  async () => {
    await using host = await PrivateHost.start();
    const unit = "[Service]\\nExecStart=/bin/sleep 1000\\nSlice=private.slice\\n";
    host.shell(`for one in a b; do printf '${unit}' >/etc/systemd/system/private-$one.service; done`);
    const before = host.differences();
    const words = ["lazy-honeypot", "--scope", "slice:private", "--scope", "user:nobody"];
    const applied = JSON.parse((await host.utsusemi("disguise", "apply", ...words, "--json")).out);
    assert.deepEqual(applied.applied.restarts, ["private-a.service", "private-b.service"]);
    assert.deepEqual(applied.restarted, []);
    assert.ok(host.told.includes("daemon-reload"));
    assert.ok(!host.told.some((line) => line.startsWith("restart")));

    const [, command = ""] =
      /\nExecStart=([^+!\n]* enter .*)\n/.exec(host.shell("cat /etc/systemd/system/private-a.service.d/*.conf")) ?? [];
    host.spawnLine(`exec ${command}`);
    await host.runs("twistd");
    const { processes } = JSON.parse((await host.utsusemi("disguise", "status", "--json")).out);
    const names: readonly string[] = processes.map(({ name }: { readonly name: string }) => name);
    assert.ok(names.includes("sleep") && names.includes("twistd"), JSON.stringify(processes));

    const count = host.processes().length;
    const verified = JSON.parse((await host.utsusemi("disguise", "verify", "--json")).out);
    const results: readonly { readonly scope: string; readonly result: string }[] = verified.rows;
    assert.deepEqual([...new Set(results.map(({ scope }) => scope))], ["slice:private", "user:nobody"]);
    assert.deepEqual(
      results.filter(({ result }) => result === "differs"),
      [],
    );
    assert.ok(results.some(({ result }) => result === "equal"));
    assert.equal(host.processes().length, count, "nothing outlives the questions");

    const reverted = await host.utsusemi("disguise", "revert", "--restart");
    assert.equal(reverted.code, 0, reverted.err + reverted.out);
    assert.match(reverted.out, /^Revert is complete for new, pending for \d+:/);
    assert.match(reverted.out, /\n\d+ +sleep +root /);
    assert.deepEqual(host.told.slice(-3), ["daemon-reload", "restart -- private-a.service", "restart -- private-b.service"]);
    assert.deepEqual(host.differences(), before);
  },
);
