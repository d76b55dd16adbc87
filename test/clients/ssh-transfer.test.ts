import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { needs } from "../rig/needs.ts";
import { type SshSite, startSshSite } from "./ssh-site.ts";

let site: SshSite;
const tool = randomBytes(1_500_000);

/** One connection for the round trips: what is larger than a source's memory is found again only within a visit. */
let shared: readonly string[];

before(async () => {
  site = await startSshSite();
  shared = await site.share();
  await writeFile(join(site.folder, "tool"), tool);
  await mkdir(join(site.folder, "kit"));
  await writeFile(join(site.folder, "kit", "one"), "1", { mode: 0o755 });
  await writeFile(join(site.folder, "kit", "two words"), "22");
});

after(async () => {
  await site.stop();
});

const path = (name: string) => join(site.folder, name);
const captured = (content: Buffer | string) => [...site.sensor.keep.files.values()].some((bytes) => bytes.equals(Buffer.from(content)));

for (const [how, flags, way] of [
  ["scp over SFTP", [], "sftp"],
  ["scp -O", ["-O"], "scp"],
] as const) {
  test(`${how} takes a file in and gives it back the same`, needs("scp"), async () => {
    const up = await site.openssh("scp", [...shared, ...flags, "-P", String(site.port), path("tool"), "root@127.0.0.1:/tmp/tool"]);
    assert.deepEqual([up.err, up.code], ["", 0]);
    const event = await site.waitFor("file.captured", (fields) => fields["way"] === way && fields["size"] === tool.length);
    assert.equal(event.fields["name"], "/tmp/tool");
    assert.ok(captured(tool));
    const down = await site.openssh("scp", [...shared, ...flags, "-P", String(site.port), "root@127.0.0.1:/tmp/tool", path(`back-${way}`)]);
    assert.deepEqual([down.err, down.code], ["", 0]);
    assert.ok(tool.equals(await readFile(path(`back-${way}`))));
    await site.waitFor("file.read", (fields) => fields["way"] === way && fields["path"] === "/tmp/tool");
  });

  test(`${how} takes a folder in with modes and times, and gives it back`, needs("scp"), async () => {
    const up = await site.openssh("scp", [
      ...shared,
      ...shared,
      ...flags,
      "-rp",
      "-P",
      String(site.port),
      path("kit"),
      `root@127.0.0.1:/tmp/kit-${way}`,
    ]);
    assert.deepEqual([up.err, up.code], ["", 0]);
    const down = await site.openssh("scp", [
      ...shared,
      ...flags,
      "-rp",
      "-P",
      String(site.port),
      `root@127.0.0.1:/tmp/kit-${way}`,
      path(`kit-${way}`),
    ]);
    assert.deepEqual([down.err, down.code], ["", 0]);
    assert.equal(await readFile(path(`kit-${way}/two words`), "utf8"), "22");
    const [before, back] = await Promise.all([stat(path("kit/one")), stat(path(`kit-${way}/one`))]);
    assert.equal(back.mode, before.mode);
    assert.equal(Math.floor(back.mtimeMs / 1000), Math.floor(before.mtimeMs / 1000));
  });

  test(`${how} tells of a file that is not there`, needs("scp"), async () => {
    const run = await site.openssh("scp", [...shared, ...flags, "-P", String(site.port), "root@127.0.0.1:/nope", path("nope")]);
    assert.equal(run.code, 1);
    assert.match(run.err, /\/nope: No such file or directory|"\/nope": No such file or directory/);
  });
}

test("sftp in a batch: list, put, rename, chmod, link, df, get, remove", needs("sftp"), async () => {
  const batch = [
    "pwd",
    "mkdir /tmp/s",
    "cd /tmp/s",
    `put ${path("tool")} a`,
    "chmod 700 a",
    "rename a b",
    "ln -s b c",
    "ls -l",
    "df",
    `get b ${path("sftp-back")}`,
    "rm c",
    "rm b",
    "cd /",
    "rmdir /tmp/s",
    "ls -1 /etc/hostname",
  ].join("\n");
  const run = await site.openssh("sftp", ["-P", String(site.port), "root@127.0.0.1"], { input: `${batch}\n` });
  assert.equal(run.code, 0, run.err);
  assert.match(run.out, /Remote working directory: \/root/);
  assert.match(run.out, /-rwx------ +. root +root +1500000 .* b/);
  assert.match(run.out, /lrwxrwxrwx .* c/);
  assert.ok(tool.equals(await readFile(path("sftp-back"))));
});

test("what was brought is found again from the shell", needs("ssh", "scp"), async () => {
  await site.openssh("scp", ["-O", "-P", String(site.port), path("kit/one"), "root@127.0.0.1:/tmp/found"]);
  const run = await site.openssh("ssh", ["-p", String(site.port), "root@127.0.0.1", "ls -l /tmp/found; cat /tmp/found"]);
  assert.match(run.out, /^-rwxr-xr-x 1 root root 1 .* \/tmp\/found\n1$/);
});
