/** The guest's disks, as files: Debian on the first, made once for all tests of a checkout; this checkout on the second, as it is now. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { makeDebianTree } from "./debian-tree.ts";
import { once } from "./once.ts";
import { smallPrograms } from "./small-programs.ts";

const run = promisify(execFile);
export const CHECKOUT = fileURLToPath(new URL("../../../", import.meta.url)).replace(/\/$/, "");
const CACHE = join(CHECKOUT, ".cache/guest-disks");
const WITHIN_MS = 60_000;

/** By this the kernel finds its disk, whatever number that has got (admin-guide/kernel-parameters, `root=PARTUUID=`). */
export const ROOT = "PARTUUID=5a1e7c03-01";
const SIGNATURE = 0x5a1e7c03;
const SECTOR = 512;
const BEGIN = 2048;
const MEBIBYTES = 1024;

/** Path of the disk whose one partition is the root; nobody may write to it. */
export async function debianDisk(): Promise<string> {
  const hash = createHash("sha256");
  for (const name of ["agent.sh", "debian-tree.ts"]) hash.update(readFileSync(join(import.meta.dirname, name)));
  const place = join(CACHE, `debian-${hash.digest("hex").slice(0, 16)}`);
  await once(place, async (folder) => {
    const tree = mkdtempSync(join(tmpdir(), "utsusemi-debian-"));
    try {
      await makeDebianTree(tree);
      mkdirSync(folder);
      const disk = join(folder, "disk");
      await makeDisk(tree, disk, { size: `${MEBIBYTES}M`, options: `,offset=${BEGIN * SECTOR}` });
      writePartition(disk);
    } finally {
      rmSync(tree, { recursive: true, force: true });
    }
  });
  return join(place, "disk");
}

const PARTS = ["bin", "kernel", "profiles", "setup", "signatures", "src", "package.json", "package-lock.json", ".cache/compile"];
/** What only checks and builds need. */
const LEFT_OUT = "@biomejs @oxlint @oxlint-tsgolint @types @typescript oxlint oxlint-tsgolint typescript undici-types".split(" ");
/** Of the checkout's disk: programs that tests use. */
export const PROGRAMS = ".cache/guest-programs";

/** @param disk where to make it */
export async function checkoutDisk(disk: string): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  const tree = mkdtempSync(join(CACHE, "checkout-"));
  try {
    await warmUp();
    const packages = readdirSync(join(CHECKOUT, "node_modules")).filter((name) => !LEFT_OUT.includes(name));
    const parts = [...PARTS, ...packages.map((name) => `node_modules/${name}`)];
    // Links instead of copies: the disk is the one copy that is made.
    await run("cp", ["--archive", "--link", "--parents", ...parts, tree], { cwd: CHECKOUT, timeout: WITHIN_MS });
    await smallPrograms(join(tree, PROGRAMS), join(CHECKOUT, PROGRAMS));
    await makeDisk(tree, disk, { size: "500M", options: "" });
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

/** Compiles here what would take seconds in the guest: Node finds it there by the path, which is the same. */
async function warmUp(): Promise<void> {
  const command = join(CHECKOUT, "bin/utsusemi.js");
  await run(process.execPath, [command, "disguise", "plan", "metal", "--json"], { timeout: WITHIN_MS, maxBuffer: 1 << 26 });
}

async function makeDisk(tree: string, disk: string, { size, options }: { size: string; options: string }): Promise<void> {
  await run("mke2fs", ["-q", "-F", "-t", "ext4", "-E", `root_owner=0:0${options}`, "-d", tree, disk, size], { timeout: WITHIN_MS });
}

/**
 * ```
 * 440  disk signature, little-endian
 * 446  first partition: status, begin (3), type 83h, end (3), first sector (4), sectors (4)
 * 510  55h AAh
 * ```
 */
function writePartition(disk: string): void {
  const block = Buffer.alloc(SECTOR);
  block.writeUInt32LE(SIGNATURE, 440);
  block.writeUInt8(0x83, 450);
  block.writeUInt32LE(BEGIN, 454);
  block.writeUInt32LE(MEBIBYTES * 2048, 458);
  block.writeUInt16BE(0x55aa, 510);
  const file = openSync(disk, "r+");
  writeSync(file, block, 0, SECTOR, 0);
  closeSync(file);
}
