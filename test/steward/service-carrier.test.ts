import assert from "node:assert/strict";
import test from "node:test";
import type { OperatorError } from "../../src/errors/operator-error.ts";
import { carry, dropInOf, effect, FOLDER, startsOf, type ThoughtUnits } from "./service-rig.ts";

/** What a service's unit says decides what its drop-in says, or why it stays as it is. */
const service = (lines: string): ThoughtUnits => ({ "a.service": { text: `[Service]\n${lines}\n` } });
const starts = (lines: string) => startsOf(carry("service:a", service(lines)));
const hasCode = (code: string, says: RegExp) => (error: OperatorError) => error.code === code && says.test(error.message);
const refusal = (lines: string, says: RegExp) =>
  assert.throws(() => carry("service:a", service(lines)), hasCode("disguise-unsupported", says), lines);

test("the guard stands before the command, whose text and prefixes stay", () => {
  assert.deepEqual(starts("ExecStart=/usr/sbin/sshd -D $SSHD_OPTS"), ["ExecStart=GUARD -- /usr/sbin/sshd -D $SSHD_OPTS"]);
  assert.deepEqual(starts("ExecStart=-/bin/a '-p -- \\\\u' %I"), ["ExecStart=-GUARD -- /bin/a '-p -- \\\\u' %I"]);
  assert.deepEqual(starts("ExecStart=:/bin/a $x"), ["ExecStart=:GUARD -- /bin/a $x"]);
  assert.deepEqual(starts("ExecStart=@/bin/a b c"), ["ExecStart=GUARD --name -- /bin/a b c"]);
  assert.deepEqual(starts("ExecStart=+/bin/a"), ["ExecStart=+GUARD -- /bin/a"]);
  assert.deepEqual(starts("ExecStart=!/bin/a"), ["ExecStart=!GUARD -- /bin/a"]);
  assert.deepEqual(starts("ExecStart=!!/bin/a"), ["ExecStart=!!GUARD -- /bin/a"]);
});

test("an account is left to the guard, but where systemd would not have changed it", () => {
  const user = "User=www-data\nExecStart=";
  assert.deepEqual(starts(`${user}/bin/a`), ["ExecStart=!GUARD --as 33:33:33,4 -- /bin/a"]);
  assert.deepEqual(starts(`${user}-@:/bin/a b`), ["ExecStart=-:!GUARD --as 33:33:33,4 --name -- /bin/a b"]);
  assert.deepEqual(starts(`${user}!!/bin/a`), ["ExecStart=!GUARD --as 33:33:33,4 -- /bin/a"]);
  const kept = "AmbientCapabilities=CAP_IPC_LOCK\n";
  assert.deepEqual(starts(`${kept}${user}/bin/a`), ["ExecStart=!GUARD --as 33:33:33,4 --keep 16384 -- /bin/a"]);
  assert.deepEqual(starts(`${kept}${user}+/bin/a`), ["ExecStart=+GUARD -- /bin/a"]);
  assert.deepEqual(starts(`${kept}ExecStart=/bin/a`), ["ExecStart=GUARD -- /bin/a"]);
  assert.deepEqual(starts(`${user}+/bin/a`), ["ExecStart=+GUARD -- /bin/a"]);
  assert.deepEqual(starts(`${user}!/bin/a`), ["ExecStart=!GUARD -- /bin/a"]);
});

test("who looks inside is the unit's account with what it keeps, or root", () => {
  const viewer = (text: string) => carry("service:a", service(text)).viewer;
  const user = "User=www-data\nExecStart=";
  const account = { uid: 33, gid: 33, groups: [33, 4] };
  assert.deepEqual(viewer(`${user}/bin/a`), { ...account, capabilities: 0 });
  assert.deepEqual(viewer(`NoNewPrivileges=yes\n${user}/bin/a`), { ...account, capabilities: 0, gainsNothing: true });
  assert.deepEqual(viewer(`AmbientCapabilities=CAP_IPC_LOCK\n${user}/bin/a`), { ...account, capabilities: 2 ** 14 });
  for (const prefix of ["+", "!"]) assert.equal(viewer(`${user}${prefix}/bin/a`), undefined, prefix);
  for (const settings of ["", "Group=adm\n"]) assert.equal(viewer(`${settings}ExecStart=/bin/a`), undefined, settings);
});

test("commands of one line and of several lines are each their own, and those that were reset are gone", () => {
  const lines = "Type=oneshot\nExecStart=/bin/no\nExecStart=\nExecStart=/bin/a ; -/bin/b x\nExecStart=/bin/c \\\n  y";
  assert.deepEqual(starts(lines), ["ExecStart=GUARD -- /bin/a", "ExecStart=-GUARD -- /bin/b x", "ExecStart=GUARD -- /bin/c    y"]);
});

test("drop-ins that are there count, and ours comes after them", () => {
  const unit = { text: "[Service]\nExecStart=/bin/a\n", dropIns: { "override.conf": "[Service]\nExecStart=\nExecStart=/bin/b\n" } };
  const carriage = carry("service:a", { "a.service": unit });
  assert.deepEqual(startsOf(carriage), ["ExecStart=GUARD -- /bin/b"]);
  assert.equal(dropInOf(carriage).path, "/etc/systemd/system/a.service.d/zz-local.conf");
  assert.ok(!carriage.changes.some(({ kind }) => kind === "directory"));
  const last = carry("service:a", { "a.service": { ...unit, dropIns: { "zzz.conf": "", "~.conf": "" } } });
  assert.equal(dropInOf(last).path, "/etc/systemd/system/a.service.d/~z.conf");
});

test("the changes are the guard, its plan, the drop-in's directory and the drop-in; running units are to be started again", () => {
  const carriage = carry("service:a", service("ExecStart=/bin/a"));
  const told = carriage.changes.map((change) =>
    "path" in change && "mode" in change ? `${change.kind} ${change.path} ${change.mode?.toString(8)}` : "",
  );
  const own = /service-[0-9a-f]{12}/.exec(told[0] ?? "")?.[0];
  assert.deepEqual(told, [
    `file ${FOLDER}/${own} 755`,
    `file ${FOLDER}/${own}.plan 600`,
    "directory /etc/systemd/system/a.service.d 755",
    "file /etc/systemd/system/a.service.d/zz-local.conf 644",
  ]);
  assert.deepEqual([carriage.reloads, carriage.restarts, carriage.planFile], [["systemd"], ["a.service"], `${FOLDER}/${own}.plan`]);
  const stopped = { "a.service": { text: "[Service]\nExecStart=/bin/a\n", shows: { ActiveState: "inactive" } } };
  assert.deepEqual(carry("service:a", stopped).restarts, []);
});

test("a plan hides the drop-in and our own folder, and has the site's mark", () => {
  const { changes } = carry("service:a", service("ExecStart=/bin/a"));
  const plan = changes.find((change) => change.kind === "file" && change.path.endsWith(".plan"));
  const text = Buffer.from(plan !== undefined && "contents" in plan ? plan.contents : "", "base64").toString("latin1");
  for (const word of [
    "mark\0",
    "123456\0",
    "/etc/systemd/system/a.service.d\0",
    "zz-local.conf\0",
    "/var/lib\0",
    "utsusemi-steward\0",
    "--behind\0",
  ])
    assert.ok(text.includes(word), word);
});

test("another name for a unit is that unit; an instance has its own drop-in", () => {
  const text = "[Service]\nExecStart=-/sbin/agetty - $TERM\n";
  const alias = carry("service:sshd", { "sshd.service": { text, shows: { Id: "ssh.service" } } });
  assert.equal(dropInOf(alias).path, "/etc/systemd/system/ssh.service.d/zz-local.conf");
  assert.deepEqual(alias.restarts, ["ssh.service"]);
  const instance = carry("service:getty@tty1", { "getty@tty1.service": { text } });
  assert.equal(dropInOf(instance).path, "/etc/systemd/system/getty@tty1.service.d/zz-local.conf");
});

test("background processes are left out where systemd would take them for the service", () => {
  const with_ = (lines: string) => "processes" in (carry("service:a", service(`ExecStart=/bin/a\n${lines}`)).seen ?? {});
  for (const lines of ["", "Type=notify", "Type=dbus", "Type=forking\nPIDFile=/run/a.pid", "KillMode=process"])
    assert.ok(with_(lines), lines);
  for (const lines of ["Type=oneshot", "Type=forking", "ExitType=cgroup", "Type=forking\nPIDFile=/run/a.pid\nKillMode=process"])
    assert.ok(!with_(lines), lines);
  const said = carry("service:a", service("ExecStart=/bin/a\nType=forking")).leftOut;
  assert.ok(said.some((sentence) => sentence.startsWith("There are no background processes in a.service:")));
});

test("where systemd ends the first process only, the others watch it; a visitor's connection gets no warnings", () => {
  assert.deepEqual(starts("KillMode=process\nExecStart=/bin/a"), ["ExecStart=GUARD --watch -- /bin/a"]);
  assert.deepEqual(starts("StandardInput=socket\nExecStart=/bin/a"), ["ExecStart=GUARD --quiet -- /bin/a"]);
});

test("what a unit cannot show is left out, said, and not among what is seen", () => {
  const named = carry("service:a", service("ProtectHostname=yes\nExecStart=/bin/a"));
  assert.ok(!("hostName" in (named.seen ?? {})) && named.leftOut.some((sentence) => sentence.includes("ProtectHostname=")));
  const filtered = {
    "a.service": { text: "[Service]\nSystemCallFilter=~x\nExecStart=/bin/a\n", shows: { SystemCallFilter: "~sethostname" } },
  };
  assert.deepEqual(Object.keys(carry("service:a", filtered).seen ?? {}).sort(), ["cpuid", "files", "processes"]);
  const other = carry("service:a", service("ExecStart=@/bin/a b"));
  assert.ok(!("cpuid" in (other.seen ?? {})) && other.leftOut.some((sentence) => sentence.includes("CPUID")));
});

test("what runs outside, and what is different inside, is said", () => {
  const { limits } = carry("service:a", service("ExecStart=/bin/a\nExecStartPre=/bin/b\nExecReload=/bin/c\nExecStop=\nUser=www-data"));
  for (const part of ["ExecStartPre=, ExecReload= of a.service run outside", "Debuggers are refused", "Set-uid programs", "cannot start"])
    assert.ok(
      limits.some((sentence) => sentence.includes(part)),
      part,
    );
});

test("a unit that cannot be carried stays as it is, and why is said", () => {
  refusal("ExecStart=/bin/a\nDynamicUser=yes", /^a\.service stays as it is: .*DynamicUser/);
  refusal("ExecStart=/bin/a\nUser=who", /its user who is not in \/etc\/passwd/);
  refusal("ExecStart=|/bin/a", /ExecStart= is not understood/);
  refusal("Type=oneshot\nExecStop=/bin/a", /starts no command/);
  refusal("ExecStart=+/bin/a\nRootDirectory=/srv", /root directory/);
  refusal("ExecStart=/bin/a\nCapabilityBoundingSet=CAP_CHOWN", /CAP_SYS_ADMIN/);
  assert.deepEqual(starts("CapabilityBoundingSet=CAP_CHOWN\nExecStart=+/bin/a"), ["ExecStart=+GUARD -- /bin/a"]);
});

test("no such service or slice", () => {
  assert.throws(() => carry("service:none", {}), hasCode("scope-unknown", /no service none/));
  assert.throws(() => carry("service:getty@", {}), hasCode("scope-unknown", /no service getty@/));
  assert.throws(() => carry("slice:none", service("ExecStart=/bin/a")), hasCode("scope-unknown", /none\.slice/));
});

test("a host on which no service can be carried", () => {
  const said = (files: Readonly<Record<string, string>>, says: RegExp) =>
    assert.throws(() => carry("service:a", service("ExecStart=/bin/a"), { files }), hasCode("disguise-unsupported", says));
  said({ "/sys/fs/selinux/enforce": "1" }, /SELinux is enforcing/);
  said({ "/proc/self/mountinfo": "1 1 8:1 / / rw - ext4 a rw\n2 1 8:2 / /var rw,noexec - ext4 b rw\n" }, /noexec/);
});

test("a slice is all services in it and below, those that stay as they are apart", () => {
  const text = "[Service]\nExecStart=/bin/a\n";
  const units: ThoughtUnits = {
    "a.service": { text, shows: { Slice: "web.slice" } },
    "b@1.service": { text, shows: { Slice: "web-front.slice" } },
    "c.service": { text, shows: { Slice: "website.slice" } },
    "d.service": { text: `${text}DynamicUser=yes\n`, shows: { Slice: "web.slice" } },
    "e.service": { text, shows: { Slice: "web.slice", LoadState: "masked" } },
    "rescue.service": { text, shows: { Slice: "web.slice" } },
    "utsusemi.service": { text, shows: { Slice: "web.slice" } },
    "run-u1.service": { text, shows: { Slice: "web.slice", FragmentPath: "/run/systemd/transient/run-u1.service" } },
  };
  const web = carry("slice:web", units);
  assert.deepEqual(web.restarts, ["a.service", "b@1.service"]);
  for (const id of ["d", "rescue", "utsusemi", "run-u1"])
    assert.ok(
      web.leftOut.some((sentence) => sentence.startsWith(`${id}.service stays`)),
      id,
    );
  assert.ok(!web.leftOut.some((sentence) => sentence.startsWith("e.service")));
  assert.deepEqual(carry("slice:-", units).restarts, ["a.service", "b@1.service", "c.service"]);
});

test("what is true of several services is said once, and each of them sees the drop-ins of none", () => {
  const text = "[Service]\nExecStart=/bin/a\nExecStop=/bin/b\n";
  const closed = { text: `${text}DynamicUser=yes\n` };
  const { changes, limits, leftOut } = carry("slice:system", {
    "a.service": { text },
    "b.service": { text },
    "c.service": closed,
    "d.service": closed,
  });
  assert.ok(limits.includes("ExecStop= of a.service, b.service run outside the disguise."), limits.join("\n"));
  assert.ok(leftOut.some((sentence) => sentence.startsWith("c.service, d.service stay as they are; of each: ")));
  assert.ok(!limits.some((sentence) => sentence.includes("service.d")), "directories that are only ours");
  const plans = changes.flatMap((change) => (change.kind === "file" && change.path.endsWith(".plan") ? [change.contents] : []));
  assert.equal(plans.length, 2);
  for (const plan of plans) {
    const told = Buffer.from(plan, "base64").toString("latin1");
    for (const id of ["a", "b"]) assert.ok(told.includes(`frame\0`) && told.includes(`/etc/systemd/system/${id}.service.d\0`), id);
  }
});

test("of several services, only what all of them show is foretold", () => {
  const units: ThoughtUnits = {
    "a.service": { text: "[Service]\nExecStart=/bin/a\n" },
    "b.service": { text: "[Service]\nExecStart=/bin/a\nType=oneshot\n" },
  };
  assert.deepEqual(Object.keys(carry("slice:system", units).seen ?? {}).sort(), ["cpuid", "files", "hostName"]);
  assert.deepEqual(carry("slice:system", units, { effect: {} }).seen, {});
  assert.ok(effect.processes !== undefined);
});
