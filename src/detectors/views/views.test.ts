import assert from "node:assert/strict";
import test from "node:test";
import { exists, type Files, lineOf, textOf } from "./files.ts";
import { memoryFiles, overlaidFiles } from "./memory-files.ts";
import { recordedFiles, recordingFiles } from "./recorded-files.ts";

const host = memoryFiles({
  "/sys/class/dmi/id": { link: "../../devices/virtual/dmi/id" },
  "/sys/devices/virtual/dmi/id/sys_vendor": "Dell Inc.\n",
  "/sys/devices/virtual/dmi/id/product_serial": { absence: "denied" },
  "/proc/xen": { directory: true },
  "/loop": { link: "loop" },
});

test("files that were thought of follow links, as programs do", () => {
  assert.equal(lineOf(host, "/sys/class/dmi/id/sys_vendor"), "Dell Inc.");
  assert.deepEqual(host.list("/sys/class/dmi/id"), ["product_serial", "sys_vendor"]);
  assert.equal(host.read("/loop"), "absent");
  const link = host.look("/sys/class/dmi/id");
  assert.ok(typeof link === "object" && link.target === "../../devices/virtual/dmi/id");
});

test("absent, denied and there are three answers", () => {
  assert.equal(host.read("/sys/class/dmi/id/product_serial"), "denied");
  assert.equal(exists(host, "/proc/xen"), true);
  assert.equal(exists(host, "/proc/vz"), false);
  assert.equal(exists(memoryFiles({}, "unknown"), "/proc/vz"), undefined);
  assert.deepEqual(host.list("/proc/xen"), []);
});

test("an overlay shows its own files above those below, and can hide", () => {
  const shown = overlaidFiles(host, {
    "/sys/devices/virtual/dmi/id/sys_vendor": "VMware, Inc.\n",
    "/proc/xen": { absence: "absent" },
    "/etc/new": "x",
  });
  assert.equal(lineOf(shown, "/sys/devices/virtual/dmi/id/sys_vendor"), "VMware, Inc.");
  assert.equal(exists(shown, "/proc/xen"), false);
  assert.deepEqual(shown.list("/etc"), ["new"]);
  assert.deepEqual(shown.list("/sys/devices/virtual/dmi/id"), ["product_serial", "sys_vendor"]);
});

test("an overlay is met by every name of a file: links below are followed, in the changes and in what is asked", () => {
  const byTarget = overlaidFiles(host, { "/sys/devices/virtual/dmi/id/sys_vendor": "VMware, Inc.\n" });
  const byLink = overlaidFiles(host, { "/sys/class/dmi/id/sys_vendor": "VMware, Inc.\n" });
  for (const shown of [byTarget, byLink]) {
    assert.equal(lineOf(shown, "/sys/class/dmi/id/sys_vendor"), "VMware, Inc.");
    assert.equal(lineOf(shown, "/sys/devices/virtual/dmi/id/sys_vendor"), "VMware, Inc.");
    assert.deepEqual(shown.list("/sys/class/dmi/id"), ["product_serial", "sys_vendor"]);
    assert.equal(shown.read("/sys/class/dmi/id/product_serial"), "denied");
  }
  assert.equal(byLink.read("/loop"), "absent");
});

test("what lies below a hidden directory is hidden, and a link above what was there leads elsewhere", () => {
  const below = memoryFiles({ "/proc/xen/capabilities": "control_d\n", "/etc/old": "a", "/etc/name": "b" });
  const shown = overlaidFiles(below, { "/proc/xen": { absence: "absent" }, "/etc/name": { link: "old" } });
  assert.equal(shown.read("/proc/xen/capabilities"), "absent");
  assert.equal(shown.list("/proc/xen"), "absent");
  assert.equal(textOf(shown, "/etc/name"), "a");
  const look = shown.look("/etc/name");
  assert.ok(typeof look === "object" && look.kind === "link");
});

test("a recording answers as the host did, and knows nothing else", () => {
  const recording = recordingFiles(host);
  recording.read("/sys/class/dmi/id/sys_vendor");
  recording.list("/proc/xen");
  const again = recordedFiles(recording.recorded());
  assert.equal(textOf(again, "/sys/class/dmi/id/sys_vendor"), "Dell Inc.\n");
  assert.deepEqual(again.list("/proc/xen"), []);
  assert.equal(again.read("/etc/passwd"), "unknown");
});

test("what may not be read is there, and what lies in a closed folder is not known", () => {
  const files = memoryFiles({ "/etc/shadow": { absence: "denied" }, "/etc/passwd": "" });
  assert.deepEqual(
    ["/etc/shadow", "/etc/passwd", "/etc/group"].map((path) => exists(files, path)),
    [true, true, false],
  );
  const closed: Files = { read: () => "denied", list: () => "denied", look: () => "denied" };
  assert.equal(exists(closed, "/root/.opencanary.conf"), undefined);
});
