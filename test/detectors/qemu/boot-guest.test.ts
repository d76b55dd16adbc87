import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { needs } from "../../rig/needs.ts";
import { bootGuest } from "./boot-guest.ts";
import { guestKernel } from "./guest-kernel.ts";
import { newcArchive } from "./newc-archive.ts";
import { shellFiles } from "./program-files.ts";

const rig = needs("qemu-system-x86_64", "setpriv", "busybox", "dash");
const NAME = "guest-that-never-ends";

test("a guest that does not end in time is killed, and its console is told", rig, async () => {
  const { image } = await guestKernel();
  const init = "#!/bin/sh\necho it waits for nothing\nwhile :; do sleep 1; done\n";
  const guest = { kernel: image, files: { ...shellFiles(), init }, qemuArguments: ["-machine", "pc", "-name", NAME], withinMs: 15_000 };
  await assert.rejects(bootGuest(guest), /ended with SIGKILL; its console: (.|\n)*it waits for nothing/);
  assert.deepEqual(processesNamed(NAME), []);
});

test("a machine that QEMU does not know is told", rig, async () => {
  const { image } = await guestKernel();
  await assert.rejects(bootGuest({ kernel: image, files: {}, qemuArguments: ["-machine", "teapot"] }), /unsupported machine type/);
});

test("an archive holds what cpio reads of it", needs("busybox"), () => {
  const archive = newcArchive({
    "a/b": "text",
    "a/c": { link: "b" },
    d: { bytes: Uint8Array.of(1, 2, 3), mode: 0o640 },
    e: { directory: true },
  });
  const listed = execFileSync("busybox", ["cpio", "-t", "-v"], { input: archive, encoding: "utf8", stdio: ["pipe", "pipe", "ignore"] });
  const lines = listed.split("\n").filter(Boolean);
  assert.deepEqual(
    lines.map((line) => [line.slice(0, 10), line.split(/\s+/).slice(2, 3).join(), line.replace(/^.*\d\d:\d\d:\d\d /, "")].join(" ")),
    ["drwxr-xr-x 0 a", "-rwxr-xr-x 4 a/b", "lrwxrwxrwx 0 a/c -> b", "-rw-r----- 3 d", "drwxr-xr-x 0 e"],
  );
});

function processesNamed(name: string): readonly string[] {
  const all = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
  return all.filter((pid) => commandLine(pid).includes(`\0${name}\0`));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(join("/proc", pid, "cmdline"), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error) return "";
    throw error;
  }
}
