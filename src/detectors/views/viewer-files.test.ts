import assert from "node:assert/strict";
import test from "node:test";
import { localView } from "./build-view.ts";
import { exists } from "./files.ts";
import { type Contents, memoryFiles } from "./memory-files.ts";
import { CAPABILITIES, type Viewer } from "./viewer.ts";
import { filesFor, filesOfProgram, seenBy } from "./viewer-files.ts";

const ann: Viewer = { uid: 1000, gid: 1000, groups: [1000, 27], capabilities: 0 };
const able = (...names: readonly (keyof typeof CAPABILITIES)[]): Viewer => ({
  ...ann,
  capabilities: names.reduce((sum, name) => sum + 2 ** CAPABILITIES[name], 0),
});
const file = (mode: number, uid = 0, gid = 0) => ({ text: "text", look: { mode, uid, gid } });

const host: Contents = {
  "/sys/open": file(0o444),
  "/sys/closed": file(0o400),
  "/home/own": file(0o400, 1000, 0),
  "/home/not-even-own": file(0o044, 1000, 0),
  "/var/log/of-a-group": file(0o640, 0, 27),
  "/var/log/of-the-first-group": file(0o640, 0, 1000),
  "/var/log/of-another-group": file(0o640, 0, 4),
  "/link": { link: "sys/closed" },
  "/loop": { link: "loop" },
  "/up": { link: "/home/../sys/open" },
  "/proc/self": { link: "77" },
  "/proc/77/environ": file(0o400),
  "/proc/77/ns/pid": { link: "pid:[4026531836]" },
  "/proc/1/environ": file(0o400),
  "/proc/1/comm": file(0o444),
  "/proc/1/exe": { link: "/sys/open" },
};

test("modes, owners and groups say what is denied, by whatever name it is asked for", () => {
  const files = filesFor(memoryFiles(host), ann);
  const answers = Object.keys(host).map((path) => [path, typeof files.read(path) === "string" ? files.read(path) : "read"]);
  assert.deepEqual(Object.fromEntries(answers), {
    "/sys/open": "read",
    "/sys/closed": "denied",
    "/home/own": "read",
    "/home/not-even-own": "denied",
    "/var/log/of-a-group": "read",
    "/var/log/of-the-first-group": "read",
    "/var/log/of-another-group": "denied",
    "/link": "denied",
    "/loop": "absent",
    "/up": "read",
    "/proc/self": "absent",
    "/proc/77/environ": "read",
    "/proc/77/ns/pid": "absent",
    "/proc/1/environ": "denied",
    "/proc/1/comm": "read",
    "/proc/1/exe": "denied",
  });
  assert.equal(exists(files, "/sys/closed"), true, "what may not be read can be seen to be there");
});

test("links of another's process can be looked at and not followed, of one's own both", () => {
  const files = filesFor(memoryFiles(host), ann);
  const target = (path: string) => {
    const look = files.look(path);
    return typeof look === "string" ? look : look.target;
  };
  assert.deepEqual(
    ["/proc/1/exe", "/proc/self/ns/pid", "/link"].map((path) => target(path)),
    [undefined, "pid:[4026531836]", "sys/closed"],
  );
});

test("nothing is seen in a folder that may not be passed, and no name of one that may not be listed", () => {
  const below = memoryFiles({ "/shut/inside": "x", "/blind/inside": "x" });
  const modes: Readonly<Record<string, number>> = { "/shut": 0o700, "/blind": 0o711 };
  const files = filesFor(
    {
      ...below,
      look: (path) => {
        const look = below.look(path);
        return typeof look === "string" ? look : { ...look, mode: modes[path] ?? look.mode };
      },
    },
    ann,
  );
  assert.deepEqual([files.read("/shut/inside"), files.look("/shut/inside"), files.list("/shut")], ["denied", "denied", "denied"]);
  assert.deepEqual([typeof files.read("/blind/inside"), files.list("/blind")], ["object", "denied"]);
  assert.equal(exists(files, "/shut/inside"), undefined);
});

test("capabilities open files, and another's process only with the one for it", () => {
  const read = (viewer: Viewer, path: string) => typeof filesFor(memoryFiles(host), viewer).read(path) !== "string";
  const paths = ["/sys/closed", "/proc/1/environ"];
  assert.deepEqual(
    [able("dacReadSearch"), able("sysPtrace"), able("dacOverride", "sysPtrace"), able("syslog")].map((viewer) =>
      paths.map((path) => read(viewer, path)),
    ),
    [
      [true, false],
      [false, false],
      [true, true],
      [false, false],
    ],
  );
});

test("programs that are set-uid read what root does, where they may be started and give rights at all", () => {
  const as = (mode: number, viewer: Viewer = ann, owner: readonly [number, number] = [0, 0]) => {
    const view = localView({ uid: 0, files: { ...host, "/usr/sbin/tool": file(mode, ...owner), "/link": { link: "/usr/sbin/tool" } } });
    const files = filesOfProgram(seenBy(view, viewer), "/usr/sbin/tool");
    return ["/sys/closed", "/var/log/of-another-group"].filter((path) => typeof files.read(path) !== "string");
  };
  const all = ["/sys/closed", "/var/log/of-another-group"];
  assert.deepEqual(as(0o755), []);
  assert.deepEqual(as(0o4755), all);
  assert.deepEqual(as(0o4750), [], "it cannot be started");
  assert.deepEqual(as(0o4755, { ...ann, gainsNothing: true }), []);
  assert.deepEqual(as(0o2755, ann, [0, 4]), ["/var/log/of-another-group"]);
  assert.deepEqual(as(0o4755, ann, [33, 0]), [], "another user's");
});

test("the kernel's log is for everybody only where the kernel says so", () => {
  const seen = (restrict: string | undefined, viewer: Viewer) => {
    const files: Contents = restrict === undefined ? {} : { "/proc/sys/kernel/dmesg_restrict": restrict };
    return seenBy(localView({ uid: 0, kernelLog: ["DMI: x"], files }), viewer).kernelLog !== undefined;
  };
  assert.deepEqual([seen("0\n", ann), seen("1\n", ann), seen(undefined, ann), seen("1\n", able("syslog"))], [true, false, false, true]);
});
