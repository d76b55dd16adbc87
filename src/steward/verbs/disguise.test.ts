import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { needs } from "../../../test/rig/needs.ts";
import { encodePlan } from "../../disguise/overlay/plan-record.ts";
import { kvmGuest } from "../../disguise/testing/hosts.ts";
import { begin } from "../apply/unfinished.ts";
import { takeSnapshot } from "../ledger/snapshot.ts";
import { honeypot, SmallHost } from "./testing/small-host.ts";

const root = needs("root");
const GUARD = join(import.meta.dirname, "..", "..", "..", "kernel", "guard", "guard-x64");

test(
  "apply makes all changes, tells who has to know, starts nothing again; apply twice is nothing to do; revert is exact",
  root,
  async () => {
    using host = new SmallHost();
    const before = takeSnapshot(host.root);
    const applied = await host.ask("disguise.apply", honeypot);
    assert.equal(applied.already, false);
    assert.equal(applied.changes, 2);
    assert.deepEqual(applied.applied.asked, { story: "lazy-honeypot", scopes: ["service:web"] });
    assert.ok(applied.applied.clues.some(({ id }) => id === "files.cowrie"));
    assert.ok(applied.applied.leftOut.includes("CPUID stays as it is."));
    assert.equal(readFileSync(join(host.root, "etc/issue"), "utf8"), "svr04\n");
    assert.deepEqual(host.ran, ["systemctl daemon-reload", "/usr/sbin/sshd -t", "systemctl reload ssh"]);

    const again = await host.ask("disguise.apply", { ...honeypot, scopes: ["service:web.service", "service:web"] });
    assert.equal(again.already, true);
    assert.equal(again.applied.since, applied.applied.since);
    await assert.rejects(host.ask("disguise.apply", { ...honeypot, budget: 5 }), { code: "disguise-applied" });

    const status = await host.ask("disguise.status", {});
    assert.equal(status.state, "applied");
    assert.deepEqual(status.conflicts, []);
    assert.equal(status.changed.length, 3);

    host.ran.length = 0;
    const reverted = await host.ask("disguise.revert", { restart: false, leave: false });
    assert.deepEqual([reverted.conflicts, reverted.failures, reverted.undone, reverted.restarts], [[], [], 3, ["web.service"]]);
    assert.deepEqual(host.ran, ["systemctl daemon-reload", "/usr/sbin/sshd -t", "systemctl reload ssh"]);
    assert.deepEqual(takeSnapshot(host.root), before);
    assert.equal((await host.ask("disguise.status", {})).state, "none");
    await assert.rejects(host.ask("disguise.revert", { restart: false, leave: false }), { code: "disguise-none" });
  },
);

test("units are started again only when that is asked for, and why one did not start is told", root, async () => {
  using host = new SmallHost();
  host.failing.set("systemctl restart", "Job for web.service failed.\nSee the log.\n");
  const { restarted } = await host.ask("disguise.apply", { ...honeypot, restart: true });
  assert.deepEqual(restarted, [{ unit: "web.service", failed: "Job for web.service failed." }]);
  host.failing.clear();
  assert.deepEqual((await host.ask("disguise.revert", { restart: true, leave: false })).restarted, [{ unit: "web.service" }]);
});

test("a conflict while it is applied undoes all that was made, and is named", root, async () => {
  using host = new SmallHost();
  host.carriage = {
    ...host.carriage,
    changes: [...host.carriage.changes, { kind: "directory", path: join(host.root, "etc"), mode: 0o755 }],
  };
  const before = takeSnapshot(host.root);
  await assert.rejects(host.ask("disguise.apply", honeypot), {
    code: "change-conflict",
    message: /\/root\/etc .*already.*as it was before/,
  });
  assert.deepEqual(takeSnapshot(host.root), before);
  assert.equal((await host.ask("disguise.status", {})).state, "none");
});

test("what running programs refuse to read is undone", root, async () => {
  using host = new SmallHost();
  const before = takeSnapshot(host.root);
  host.failing.set("/usr/sbin/sshd -t", "/etc/ssh/sshd_config: line 1: Bad option\n");
  await assert.rejects(host.ask("disguise.apply", honeypot), { code: "change-conflict", message: /sshd refuses.*Bad option/ });
  assert.deepEqual(takeSnapshot(host.root), before);
  assert.deepEqual(host.ran.at(-2), "systemctl daemon-reload", "told again when it was undone");
});

test("a trial that fails comes before any change", root, async () => {
  using host = new SmallHost();
  let seen = 0;
  const trial = (changes: readonly unknown[]) => {
    seen = changes.length;
    return Promise.resolve("A test login failed.");
  };
  host.carriage = { ...host.carriage, trials: [trial] };
  await assert.rejects(host.ask("disguise.apply", honeypot), { code: "disguise-unsupported", message: "A test login failed." });
  assert.equal(seen, 2);
  assert.deepEqual(host.ran, []);
  assert.equal(host.ledger.entries.length, 0);
});

test("what somebody has changed meanwhile is named and stays; the rest is undone, and the next apply waits for it", root, async () => {
  using host = new SmallHost();
  await host.ask("disguise.apply", honeypot);
  writeFileSync(join(host.root, "etc/issue"), "the owner's own\n");
  const { conflicts } = await host.ask("disguise.status", {});
  assert.deepEqual(conflicts, [{ subject: `path ${join(host.root, "etc/issue")}`, why: "somebody has changed it since" }]);
  assert.equal((await host.ask("disguise.apply", honeypot)).conflicts.length, 1);

  const reverted = await host.ask("disguise.revert", { restart: false, leave: false });
  assert.equal(reverted.conflicts.length, 1);
  assert.equal(readFileSync(join(host.root, "etc/issue"), "utf8"), "the owner's own\n");
  assert.ok(!existsSync(join(host.root, "etc/drop-in")));
  assert.equal((await host.ask("disguise.status", {})).state, "revert-incomplete");
  await assert.rejects(host.ask("disguise.apply", honeypot), { code: "revert-incomplete" });

  writeFileSync(join(host.root, "etc/issue"), "svr04\n");
  host.settle();
  assert.equal((await host.ask("disguise.status", {})).state, "revert-incomplete", "nothing is undone unless somebody asks");
  const second = await host.ask("disguise.revert", { restart: false, leave: false });
  assert.deepEqual(
    second.conflicts.map(({ subject }) => subject),
    [`path ${join(host.root, "etc/issue")}`],
  );
});

test("an apply that was not whole is undone by the next start, a revert goes on, and running programs are told", root, async () => {
  using host = new SmallHost();
  const before = takeSnapshot(host.root);
  for (const doing of ["apply", "revert"] as const) {
    begin(host.stewardFolder, { doing, reloads: ["systemd"] });
    const [first] = host.carriage.changes;
    if (first !== undefined) host.ledger.apply(first);
    host.ran.length = 0;
    assert.deepEqual(host.settle(), []);
    assert.deepEqual(host.ran, ["systemctl daemon-reload"]);
    assert.deepEqual(takeSnapshot(host.root), before, doing);
    assert.deepEqual(host.settle(), []);
    assert.deepEqual(host.ran, ["systemctl daemon-reload"], "only once");
  }
});

test("an apply that was whole when it was interrupted stays; running programs are told", root, async () => {
  using host = new SmallHost();
  await host.ask("disguise.apply", honeypot);
  begin(host.stewardFolder, { doing: "apply", reloads: ["systemd"] });
  host.ran.length = 0;
  host.settle();
  assert.deepEqual(host.ran, ["systemctl daemon-reload"]);
  assert.equal((await host.ask("disguise.status", {})).state, "applied");
});

test("refused before anything is touched: risk, contradictions, what is not there, and what is no request", root, async () => {
  using host = new SmallHost();
  const refused = (given: object, expected: object) => assert.rejects(host.ask("disguise.apply", { ...honeypot, ...given }), expected);
  await refused({ story: "vmware-sandbox", budget: 1000 }, { code: "story-refused", next: /--accept-risk/ });
  await refused({ with: ["people.host-name.honeypot"] }, { code: "story-refused", message: /contradict/ });
  await refused({ story: "nothing" }, { code: "story-unknown" });
  await refused({ scopes: ["tree"] }, { code: "scope-unknown" });
  await refused({ scopes: [] }, { code: "usage" });
  await refused({ scopes: ["host", "user:ann"] }, { code: "usage" });
  await refused({ changes: [] }, { code: "usage", message: /changes is not a known key/ });
  await refused({ restart: "yes" }, { code: "usage", message: /restart must be/ });
  host.failing.set("getent", "no such user\n");
  await refused({ scopes: ["user:nobody-here"] }, { code: "scope-unknown" });
  host.folders = {};
  await refused({}, { code: "disguise-unsupported", message: /systemd does not run this machine/ });
  host.files = { "/proc/1/environ": "container=lxc\0" };
  await refused({}, { code: "disguise-unsupported", message: /this container/ });
  assert.equal(host.ledger.entries.length, 0);
});

test("what a story cannot show in a scope at all is refused with the reason", root, async () => {
  using host = new SmallHost();
  host.carriage = { ...host.carriage, changes: [] };
  await assert.rejects(host.ask("disguise.apply", honeypot), { code: "disguise-unsupported", message: /CPUID stays as it is/ });
});

test("the site's seed is made once and closed to others; a seed of the operator's draws otherwise", root, async () => {
  using host = new SmallHost();
  host.view = kvmGuest;
  const first = await host.ask("disguise.apply", honeypot);
  await host.ask("disguise.revert", { restart: false, leave: false });
  const second = await host.ask("disguise.apply", honeypot);
  assert.deepEqual(second.applied.clues, first.applied.clues);
  await assert.rejects(host.ask("disguise.apply", { ...honeypot, seed: "another" }), { code: "disguise-applied" });
  assert.equal(takeSnapshot(host.stewardFolder)["seed"]?.mode, "600");
});

test("verify compares each installed detector with what was foretold, and says which cannot be asked", root, async () => {
  using host = new SmallHost();
  const planFile = join(host.stewardFolder, "plan");
  writeFileSync(planFile, encodePlan([["mark", "100000"]]));
  mkdirSync(join(host.stewardFolder, "plans"));
  host.carriage = { ...host.carriage, planFile };
  await host.ask("disguise.apply", honeypot);
  for (const absent of ["ohai", "/usr/bin/python3"]) host.failing.set(absent, "");
  host.printing.set("systemd-detect-virt --version", "systemd 252 (252.1)\n");
  host.printing.set("systemd-detect-virt", "none\n");
  host.printing.set("systemd-detect-virt --vm", "kvm\n");
  const { rows } = await host.ask("disguise.verify", {});
  const row = (id: string) => rows.find(({ detector }) => detector === id);
  assert.deepEqual(row("systemd-detect-virt"), {
    scope: "service:web",
    detector: "systemd-detect-virt",
    foretold: "none",
    answered: "none",
    result: "equal",
  });
  assert.equal(row("systemd-detect-virt --vm")?.result, "differs");
  assert.equal(row("ohai")?.result, "not-installed");
  assert.equal(row("ansible")?.result, "not-installed");
  assert.equal(row("systemd-detect-virt (257)"), undefined, "of one program one release is installed");
  assert.ok(host.ran.some((line) => line.endsWith(`guard-x64 enter ${join(host.stewardFolder, "plans", "verify")} -- virt-what`)));
});

test("what is foretold, and how it is verified, is an account's where one looks inside", root, async () => {
  using host = new SmallHost();
  const planFile = join(host.stewardFolder, "plan");
  writeFileSync(planFile, encodePlan([["mark", "100000"]]));
  mkdirSync(join(host.stewardFolder, "plans"));
  const ann = { uid: 1000, gid: 1000, groups: [1000, 27], capabilities: 4 };
  const asked = { ...honeypot, scopes: ["user:ann"] };
  const refused = "virt-what: this script must be run as root";
  host.view = kvmGuest;
  host.carriage = { ...host.carriage, planFile, viewer: ann };
  const { applied } = await host.ask("disguise.apply", asked);
  assert.deepEqual(
    applied.scopes.map(({ before, foretold }) => [before["virt-what"], foretold["virt-what"], before["systemd-detect-virt"]]),
    [[refused, refused, "kvm"]],
  );
  host.failing.set(`${GUARD} enter`, `${refused}\n`);
  const { rows } = await host.ask("disguise.verify", {});
  assert.equal(rows.find(({ detector }) => detector === "virt-what")?.result, "equal");
  const verified = join(host.stewardFolder, "plans", "verify");
  assert.ok(host.ran.includes(`${GUARD} enter ${verified} --as 1000:1000:1000,27 --keep 4 -- virt-what`), host.ran.join("\n"));

  await host.ask("disguise.revert", { restart: false, leave: false });
  host.carriage = { ...host.carriage, viewer: { ...ann, gainsNothing: true } };
  await host.ask("disguise.apply", asked);
  await host.ask("disguise.verify", {});
  assert.ok(
    host.ran.some((line) => line.endsWith("--keep 4 -- setpriv --no-new-privs -- virt-what")),
    host.ran.join("\n"),
  );

  await host.ask("disguise.revert", { restart: false, leave: false });
  host.carriage = { ...host.carriage, viewersGuard: "/srv/guard", viewer: { ...ann, groups: [] } };
  await host.ask("disguise.apply", asked);
  await host.ask("disguise.verify", {});
  const before = "setpriv --reuid=1000 --regid=1000 --clear-groups --";
  assert.ok(host.ran.includes(`${before} /srv/guard enter ${planFile} -- virt-what`), host.ran.join("\n"));
});

test("a clue of which nothing can be seen in the scope is left out, with its mechanism's traces", root, async () => {
  using host = new SmallHost();
  host.carriage = { ...host.carriage, seen: { files: { "/opt/cowrie/etc/cowrie.cfg": "" }, hostName: "svr04" } };
  const { applied } = await host.ask("disguise.apply", honeypot);
  assert.deepEqual(
    applied.clues.map(({ id }) => id),
    ["files.cowrie", "people.host-name.cowrie"],
  );
  assert.ok(applied.leftOut.includes("people.cowrie-user: it cannot be shown for service:web."));
  assert.ok(!applied.traces.some(([mechanism]) => mechanism === "process"));
});

test("in a container it says what stays the host's", root, async () => {
  using host = new SmallHost();
  host.files = { ...host.files, "/proc/1/environ": "container=lxc\0" };
  const { applied } = await host.ask("disguise.apply", honeypot);
  assert.match(applied.leftOut.at(-1) ?? "", /^This is a container/);
});

test("what a reboot or another hand took away is not there any more", root, async () => {
  using host = new SmallHost();
  await host.ask("disguise.apply", honeypot);
  rmSync(join(host.root, "etc/drop-in"));
  const { conflicts } = await host.ask("disguise.status", {});
  assert.deepEqual(
    conflicts.map(({ why }) => why),
    ["it is not there any more"],
  );
});

test("what a reboot has undone is made again by the same apply, and undone by revert", root, async () => {
  using host = new SmallHost();
  host.carriage = { ...host.carriage, changes: [...host.carriage.changes, { kind: "sysctl", name: "net/ttl", value: "128" }] };
  await host.ask("disguise.apply", honeypot);
  host.settings.set("net/ttl", "64");
  const { already, changes, conflicts } = await host.ask("disguise.apply", honeypot);
  assert.deepEqual([already, changes, conflicts, host.settings.get("net/ttl")], [true, 1, [], "128"]);
  assert.equal((await host.ask("disguise.apply", honeypot)).changes, 0);
  assert.deepEqual((await host.ask("disguise.revert", { restart: false, leave: false })).conflicts, []);
  assert.equal(host.settings.get("net/ttl"), "64");
});
