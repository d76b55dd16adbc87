import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { type Contents, memoryFiles } from "../../detectors/views/memory-files.ts";
import { addedEntries } from "./added-entries.ts";
import { countsOf, distanceOf } from "./distance.ts";
import { manifestEntries } from "./manifest-entries.ts";
import { ordinaryTree } from "./ordinary-tree.ts";

const profile = (name: string) =>
  manifestEntries(readFileSync(join(import.meta.dirname, "..", "..", "..", "profiles", name, "tree.tsv"), "utf8"));
const debian = profile("debian-12");
const host = {
  files: memoryFiles({ "/etc/hostname": "h\n", "/opt": { directory: true }, "/var/log/syslog": "" }),
  nowMs: 1_750_000_000_000,
};
const bitsOf = (contents: Contents) => distanceOf(addedEntries(contents, host)).bits;

test("the ordinary tree's counts are those of the profile (node setup/ordinary-tree.ts)", () => {
  assert.deepEqual(countsOf(debian), ordinaryTree);
});

test("an ordinary tree, samples of it, and nothing at all are no distance away", () => {
  assert.equal(distanceOf(debian).bits, 0);
  assert.deepEqual(distanceOf([]), { bits: 0, entries: 0, by: [] });
  for (let first = 0; first < 50; first += 1) {
    const sample = debian.filter((_, at) => at % 50 === first);
    const { bits } = distanceOf(sample);
    assert.ok(bits < 1, `every 50th from ${first} on: ${bits}`);
  }
});

test("a package's files are nearer than a honeypot's, and random names at odd times are farther than either", () => {
  const text = "x".repeat(3000);
  const ordinary = bitsOf({
    "/usr/share/doc/libfoo2/copyright": text,
    "/usr/share/doc/libfoo2/changelog.Debian.gz": text.slice(0, 900),
    "/var/lib/dpkg/info/libfoo2.list": text.slice(0, 250),
    "/usr/lib/x86_64-linux-gnu/libfoo.so.2.0.1": text.repeat(9),
  });
  const cowrie = bitsOf({
    "/opt/cowrie/etc/cowrie.cfg": "[honeypot]\n",
    "/opt/cowrie/var/log/cowrie/cowrie.log": "",
    "/opt/cowrie/var/lib/cowrie/downloads": { directory: true },
  });
  const random = bitsOf({
    "/data/Honey Pot/A%&f/Qz(x)/9/8/7/6/trap!.XyZ": { text: "", look: { mode: 0o777, uid: 1000, modified: 1_900_000_000 } },
    "/data/Honey Pot/A%&f/Qz(x)/9/8/7/6/malware?.XyZ": { text: "", look: { mode: 0o777, uid: 1000, modified: 0 } },
  });
  assert.ok(ordinary < 6, String(ordinary));
  assert.ok(cowrie > 10, String(cowrie));
  assert.ok(random > cowrie, String(random));
});

test("each distortion adds to the distance, and is named", () => {
  const plain = { text: "key = value\n".repeat(30), look: { mode: 0o644, uid: 0, modified: 1_740_000_000 } };
  const conf = (path: string, look: Partial<(typeof plain)["look"]> = {}) =>
    distanceOf(addedEntries({ [path]: { text: plain.text, look: { ...plain.look, ...look } } }, host));
  const usual = conf("/etc/systemd.conf");
  const named = (distorted: ReturnType<typeof conf>) => {
    assert.ok(distorted.bits > usual.bits, `${distorted.bits} ${usual.bits}`);
    return distorted.by[0]?.[0];
  };
  assert.equal(named(conf("/etc/systemd.conf", { modified: 1_800_000_000 })), "age");
  assert.equal(named(conf("/etc/systemd.conf", { uid: 1000 })), "owner");
  assert.equal(named(conf("/etc/systemd.conf", { mode: 0o777 })), "mode");
  assert.equal(named(conf("/etc/honeypot.conf")), "words");
  assert.equal(named(conf("/attic/systemd.conf")), "place");
});

test("only names that are new count, with the directories that come along", () => {
  const entries = addedEntries(
    {
      "/etc/hostname": "other\n",
      "/etc/gone": { absence: "absent" },
      "/proc/cpuinfo": "x",
      "/opt/a/b": "text",
      "/opt/a/link": { link: "b" },
      "/opt/secret": { absence: "denied" },
    },
    host,
  );
  assert.deepEqual(
    entries.map(({ path, kind, size, company }) => [path, kind, size, company]),
    [
      ["/opt/a/b", "file", 4, 2],
      ["/opt/a/link", "link", 0, 2],
      ["/opt/secret", "file", 0, 2],
      ["/opt/a", "directory", 0, 2],
    ],
  );
});
