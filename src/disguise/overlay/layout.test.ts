import assert from "node:assert/strict";
import test from "node:test";
import type { HostEntry, HostTree } from "./host-tree.ts";
import { parseMounts } from "./host-tree.ts";
import { layOut } from "./layout.ts";
import { encodePlan, type PlanRecord } from "./plan-record.ts";

const folder: HostEntry = { kind: "directory", mode: 0o755, uid: 0, gid: 0, modified: 1000 };
const file: HostEntry = { kind: "file", mode: 0o640, uid: 3, gid: 4, modified: 2000 };

/** A host with these entries, and the directories above them. */
function host(entries: Readonly<Record<string, HostEntry>>, more: Partial<HostTree> = {}): HostTree {
  const isFolder = (path: string) => path === "/" || Object.keys(entries).some((other) => other.startsWith(`${path}/`));
  return {
    look: (path) => entries[path] ?? (isFolder(path) ? folder : undefined),
    count: () => 10,
    mounts: [
      { path: "/", type: "ext4", isReadOnly: false },
      { path: "/sys", type: "sysfs", isReadOnly: false },
      { path: "/proc", type: "proc", isReadOnly: false },
    ],
    hasOverlays: true,
    hasLockedMounts: false,
    ...more,
  };
}

const verbs = (records: readonly PlanRecord[]) => records.map((record) => record.slice(0, record[0] === "file" ? 6 : 5).join(" "));

test("a file that is there is covered by one bind mount, with its own mode, owner and time", () => {
  const { records, leftOut, limits } = layOut({ "/proc/cpuinfo": "x" }, host({ "/proc/cpuinfo": file }));
  assert.deepEqual(verbs(records), [`file f0 ${0o640} 3 4 2000`, "bind f0 /proc/cpuinfo /proc/cpuinfo cannot be shown otherwise"]);
  assert.deepEqual([leftOut, limits], [[], []]);
});

test("links of directories are followed, those of the changes as well", () => {
  const link: HostEntry = { ...folder, kind: "link", target: "../../devices/virtual/dmi/id" };
  const real = "/sys/devices/virtual/dmi/id/sys_vendor";
  const { records } = layOut({ "/sys/class/dmi/id/sys_vendor": "x" }, host({ "/sys/class/dmi/id": link, [real]: file }));
  assert.equal(records[1]?.[2], real);
  const made = layOut(
    { "/sys/class/dmi": { link: "../devices/dmi" }, "/sys/class/dmi/vendor": "x" },
    host({ "/sys/class/net": folder, "/sys/devices/a": folder }),
  );
  assert.deepEqual(
    made.records.filter(([verb]) => verb === "overlay").map((record) => record[1]),
    ["/sys/class", "/sys/devices"],
  );
});

test("new names in /sys are an overlay above the smallest directory; mounts below it stay", () => {
  const sys = host(
    { "/sys/class/net": folder },
    {
      mounts: parseMounts(
        "1 0 0:1 / / rw - ext4 x rw\n2 1 0:2 / /sys rw - sysfs sysfs rw\n3 2 0:3 / /sys/fs/a rw - tmpfs t rw\n4 3 0:4 / /sys/fs/a/b rw - tmpfs t rw",
      ),
    },
  );
  assert.deepEqual(verbs(layOut({ "/sys/class/dmi/id/sys_vendor": "x" }, sys).records), [
    `dir 0 ${0o755} 0 0`,
    `dir 0/dmi ${0o755} 0 0`,
    `dir 0/dmi/id ${0o755} 0 0`,
    `file 0/dmi/id/sys_vendor ${0o444} 0 0 1000`,
    "time 0/dmi/id 1000",
    "time 0/dmi 1000",
    "time 0 1000",
    "overlay /sys/class 0 names in /sys/class cannot be shown otherwise lowerdir=0:/sys/class",
  ]);
  assert.deepEqual(layOut({ "/sys/hypervisor/type": "xen\n" }, sys).records.at(-1)?.slice(5), ["/sys/fs/a"]);
  const locked = layOut({ "/sys/hypervisor/type": "xen\n" }, { ...sys, hasLockedMounts: true });
  assert.equal(locked.records.at(-1)?.[0], "frame");
});

test("new names elsewhere are a frame, and what that costs is said", () => {
  const { records, limits } = layOut(
    { "/opt/cowrie/log": { directory: true }, "/opt/x": { text: "#!", look: { mode: 0o755, modified: 7 } } },
    host({ "/opt/a": folder }),
  );
  assert.deepEqual(verbs(records), [
    `dir 0 ${0o755} 0 0`,
    `dir 0/cowrie ${0o755} 0 0`,
    `dir 0/cowrie/log ${0o755} 0 0`,
    `file 0/x ${0o755} 0 0 7`,
    "time 0/cowrie/log 1000",
    "time 0/cowrie 1000",
    "frame /opt 0 names in /opt cannot be shown otherwise",
  ]);
  assert.deepEqual(limits, ["Inside, names directly in /opt cannot be made, renamed or removed; what lies deeper is the real thing."]);
});

test("a name that vanishes is a whiteout in an overlay, and is not bound in a frame", () => {
  const hidden = layOut(
    { "/sys/class/dmi": { absence: "absent" }, "/opt/tool": { absence: "absent" }, "/opt/none": { absence: "absent" } },
    host({ "/sys/class/dmi/id": folder, "/opt/tool": file }),
  );
  assert.ok(verbs(hidden.records).includes("white 1/dmi"));
  assert.deepEqual(hidden.records.find(([verb]) => verb === "frame")?.slice(4), ["tool"]);
});

test("a directory with many names is an overlay, since a frame would be as many mounts", () => {
  const { records, limits } = layOut({ "/usr/bin/twistd": "x" }, host({ "/usr/bin/ls": file }, { count: () => 2000 }));
  assert.equal(records.at(-1)?.[0], "overlay");
  assert.deepEqual(limits, ["Inside, nothing below /usr/bin can be written."]);
});

test("what cannot be shown is left out, with its reason", () => {
  const { records, leftOut } = layOut(
    {
      "/proc/xen/capabilities": "control_d\n",
      "/proc/self/status": "x",
      "/proc/modules": { absence: "absent" },
      "/tmp/sample.elf": "x",
      "/root/analyzer/a.py": "x",
    },
    host({ "/proc/modules": file, "/tmp": { ...folder, mode: 0o1777 }, "/root/a": file }),
  );
  assert.deepEqual(records, []);
  assert.deepEqual(leftOut, [
    "/proc/xen/capabilities cannot appear: names directly in /proc are the kernel's.",
    "/proc/self/status differs from process to process, so no mount can show it otherwise.",
    "/proc/modules cannot be hidden: names directly in /proc are the kernel's.",
    "/tmp/sample.elf is left out: people make and remove files in /tmp, and must still be able to.",
    "/root/analyzer/a.py is left out: people make and remove files in /root, and must still be able to.",
  ]);
});

test("a plan's bytes are as the guard reads them: counts and sizes in four bytes, a zero byte behind each field", () => {
  assert.equal(Buffer.from(encodePlan([["host", "é"]])).toString("hex"), "0200000004000000686f73740002000000c3a900");
});
