import assert from "node:assert/strict";
import test from "node:test";
import type { HostTree } from "../../../disguise/overlay/host-tree.ts";
import { closedFiles } from "./closed-files.ts";

const REAL = { "/etc/group-only": { kind: "file", mode: 0o640, uid: 0, gid: 27, modified: 0 } } as const;
const host: HostTree = {
  look: (path) => (path === "/etc/group-only" ? REAL[path] : undefined),
  count: () => 0,
  mounts: [],
  hasOverlays: true,
  hasLockedMounts: true,
};

test("what the user may not read is closed to its owner, who the user is there; the rest stays as it is", () => {
  const files = {
    "/sys/firmware/dmi/tables/DMI": Uint8Array.of(1, 0xff),
    "/sys/class/dmi/id/sys_vendor": "innotek GmbH\n",
    "/etc/group-only": "x",
    "/root/own": { text: "y", look: { mode: 0o600, modified: 7 } },
    "/opt/link": { link: "x" },
    "/opt/hidden": { absence: "absent" },
    "/opt/folder": { directory: true },
  } as const;
  const ann = { uid: 1000, gid: 1000, groups: [1000], capabilities: 0 };
  assert.deepEqual(closedFiles(files, ann, host), {
    ...files,
    "/sys/firmware/dmi/tables/DMI": { text: "\x01\xff", look: { mode: 0 } },
    "/etc/group-only": { text: "x", look: { mode: 0 } },
    "/root/own": { text: "y", look: { mode: 0, modified: 7 } },
  });
  assert.equal(closedFiles(files, { ...ann, groups: [27] }, host)["/etc/group-only"], "x");
});
