import assert from "node:assert/strict";
import test from "node:test";
import { type SandboxAsked, sandboxInTheWay } from "./sandbox.ts";
import { UnitSettings } from "./unit-text.ts";

type Asked = Partial<Omit<SandboxAsked, "unit">>;

function whyNot(lines: string, asked: Asked = {}): string | undefined {
  const unit = new UnitSettings([`[Service]\n${lines}\n`]);
  return sandboxInTheWay({ unit, filter: undefined, changesAccount: false, changesHostName: true, folder: "/var/lib/own/plans", ...asked });
}

const asUser: Asked = { changesAccount: true };

test("a unit without a sandbox, or with one that lets mounts be made, is carried", () => {
  const fine = [
    "",
    "ProtectSystem=strict\nProtectHome=yes\nPrivateTmp=yes\nMountFlags=shared",
    "NoNewPrivileges=yes",
    "PrivateUsers=no",
    "DynamicUser=0",
  ];
  for (const lines of fine) assert.equal(whyNot(lines, asUser), undefined, lines);
});

test("each setting that is in the way is named", () => {
  const closed = [
    "RootDirectory=/srv",
    "RootImage=/a.img",
    "DynamicUser=yes",
    "PrivateUsers=yes",
    "PrivateUsers=self",
    "AmbientCapabilities=~CAP_CHOWN",
  ];
  const confined = [
    "AppArmorProfile=-x",
    "SELinuxContext=x",
    "SmackProcessLabel=x",
    "SecureBits=noroot",
    "ProcSubset=pid",
    "RestrictFileSystems=ext4",
  ];
  for (const line of [...closed, ...confined]) assert.ok(whyNot(line)?.endsWith(`(${line.split("=")[0]}=)`), line);
  assert.equal(whyNot("AmbientCapabilities=CAP_CHOWN"), undefined);
  const early = new UnitSettings(["[Unit]\nDefaultDependencies=no\n"]);
  const asked = { unit: early, filter: undefined, changesAccount: false, changesHostName: false, folder: "/x" };
  assert.match(sandboxInTheWay(asked) ?? "", /DefaultDependencies/);
});

test("paths that are closed to it, and are above ours", () => {
  for (const line of [
    "InaccessiblePaths=/srv -/var/lib",
    "TemporaryFileSystem=/var:ro",
    "NoExecPaths=/",
    "InaccessiblePaths=+/var/lib/own/",
  ])
    assert.match(whyNot(line) ?? "", /is closed to it/, line);
  assert.equal(whyNot("InaccessiblePaths=/var/lib/other /var/lib/own/plans/x\nTemporaryFileSystem=/srv"), undefined);
});

test("capabilities: lists add up, a tilde takes away, nothing takes all away", () => {
  const all = "CAP_SYS_ADMIN CAP_SYS_CHROOT CAP_CHOWN CAP_FOWNER CAP_DAC_OVERRIDE";
  assert.equal(whyNot(`CapabilityBoundingSet=${all}`), undefined);
  assert.equal(
    whyNot(`CapabilityBoundingSet=CAP_SYS_ADMIN CAP_SYS_CHROOT\nCapabilityBoundingSet=cap_chown CAP_FOWNER CAP_DAC_OVERRIDE`),
    undefined,
  );
  assert.equal(whyNot("CapabilityBoundingSet=~CAP_SYS_MODULE\nCapabilityBoundingSet=~CAP_SYS_TIME"), undefined);
  assert.equal(whyNot("CapabilityBoundingSet=CAP_CHOWN\nCapabilityBoundingSet=~"), undefined);
  const wrong = [
    "CapabilityBoundingSet=",
    "CapabilityBoundingSet=~CAP_SYS_ADMIN",
    `CapabilityBoundingSet=${all}\nCapabilityBoundingSet=~CAP_FOWNER`,
    `CapabilityBoundingSet=${all}\nCapabilityBoundingSet=`,
    "CapabilityBoundingSet=CAP_NET_BIND_SERVICE CAP_SETGID CAP_SETUID",
    "CapabilityBoundingSet=~CAP_SYS_ADMIN\nCapabilityBoundingSet=CAP_SYS_MODULE",
  ];
  for (const lines of wrong) assert.match(whyNot(lines) ?? "", /CapabilityBoundingSet=/, lines);
  assert.match(whyNot(`CapabilityBoundingSet=${all}`, asUser) ?? "", /CAP_SETUID/);
  assert.equal(whyNot(`CapabilityBoundingSet=${all} CAP_SETUID CAP_SETGID`, asUser), undefined);
});

test("namespaces that may be made", () => {
  const fine = ["no", "~user pid", "mnt uts", "mnt\nRestrictNamespaces=uts", "yes\nRestrictNamespaces=", "ipc\nRestrictNamespaces=no"];
  for (const value of fine) assert.equal(whyNot(`RestrictNamespaces=${value}`), undefined, value);
  for (const value of ["yes", "~mnt", "net", "~user\nRestrictNamespaces=~uts", "mnt"])
    assert.match(whyNot(`RestrictNamespaces=${value}`) ?? "", /RestrictNamespaces=/, value);
  assert.equal(whyNot("RestrictNamespaces=mnt", { changesHostName: false }), undefined);
  assert.match(whyNot("ProtectHostname=yes") ?? "", /ProtectHostname=/);
  assert.equal(whyNot("ProtectHostname=yes", { changesHostName: false }), undefined);
});

test("system calls, as systemd itself resolves them", () => {
  const line = "SystemCallFilter=x\nNoNewPrivileges=yes";
  assert.match(whyNot(line) ?? "", /cannot be told/);
  assert.match(whyNot(line, { filter: "read write execve" }) ?? "", /may not call unshare/);
  assert.match(whyNot(line, { filter: "~reboot mount:1" }) ?? "", /may not call mount/);
  assert.equal(whyNot(line, { filter: "~reboot swapon" }), undefined);
  assert.equal(whyNot("SystemCallFilter=x\nSystemCallFilter=", { filter: "" }), undefined);
  assert.match(whyNot(line, { filter: "~setgroups", ...asUser }) ?? "", /setgroups/);
  assert.equal(whyNot(line, { filter: "~setgroups" }), undefined);
  assert.match(whyNot(line, { filter: "~sethostname" }) ?? "", /sethostname/);
});

test("an ordinary account with a filter keeps the rights that it has, or the unit stays as it is", () => {
  assert.match(whyNot("ProtectKernelTunables=yes", asUser) ?? "", /NoNewPrivileges/);
  assert.equal(whyNot("ProtectKernelTunables=yes\nNoNewPrivileges=true", asUser), undefined);
  assert.equal(whyNot("ProtectKernelTunables=yes"), undefined);
  assert.match(whyNot("PAMName=login", asUser) ?? "", /PAMName/);
  assert.equal(whyNot("PAMName=login"), undefined);
});
