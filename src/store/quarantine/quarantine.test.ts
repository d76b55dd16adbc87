import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { Health } from "../health.ts";
import { type Captured, Quarantine, type QuarantineOptions } from "./quarantine.ts";

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function open(more: Partial<QuarantineOptions> = {}): { quarantine: Quarantine; folder: string; health: Health } {
  const folder = mkdtempSync(join(tmpdir(), "utsusemi-quarantine-"));
  made.push(folder);
  const health = new Health({});
  return { quarantine: new Quarantine({ folder, health, ...more }), folder, health };
}

async function take(quarantine: Quarantine, ...chunks: string[]): Promise<Captured | undefined> {
  const intake = quarantine.open();
  for (const chunk of chunks) intake.write(Buffer.from(chunk));
  return await intake.close();
}

const ELF = "\u007fELF and so on";
const ELF_HASH = createHash("sha256").update(ELF).digest("hex");

test("a file is kept under its hash, whole, 0600", async () => {
  const { quarantine } = open();
  assert.deepEqual(await take(quarantine, "\u007fELF", " and", " so on"), {
    sha256: ELF_HASH,
    size: 14,
    truncated: false,
    duplicate: false,
  });
  const path = quarantine.pathOf(ELF_HASH) ?? "";
  assert.equal(readFileSync(path, "utf8"), ELF);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test("the same content is kept once, also when both come at once", async () => {
  const { quarantine, folder } = open();
  const all = await Promise.all([take(quarantine, ELF), take(quarantine, ELF), take(quarantine, ELF)]);
  assert.deepEqual(all.map((captured) => captured?.duplicate).sort(), [false, true, true]);
  assert.deepEqual(readdirSync(join(folder, "incoming")), []);
  assert.equal(quarantine.totalBytes, 14);
});

test("a caller may reuse its buffer after write", async () => {
  const { quarantine } = open();
  const intake = quarantine.open();
  const buffer = Buffer.from(ELF);
  intake.write(buffer);
  buffer.fill(0);
  assert.equal((await intake.close())?.sha256, ELF_HASH);
  assert.equal(readFileSync(quarantine.pathOf(ELF_HASH) ?? "", "utf8"), ELF);
});

test("a file over the cap is cut there, and says so", async () => {
  const { quarantine } = open({ maxFileBytes: 10 });
  const intake = quarantine.open();
  assert.equal(intake.write(Buffer.alloc(10)), true);
  assert.equal(intake.write(Buffer.alloc(1)), false);
  const captured = await intake.close();
  assert.deepEqual([captured?.size, captured?.truncated], [10, true]);
});

test("a full quarantine takes no new content, counts it, and takes known content as before", async () => {
  const { quarantine, health, folder } = open({ maxTotalBytes: 20 });
  await take(quarantine, ELF);
  assert.equal(await take(quarantine, "something else"), undefined);
  assert.deepEqual(
    health.degraded.map(({ what, lost }) => [what, lost]),
    [["quarantine", 1]],
  );
  assert.deepEqual(readdirSync(join(folder, "incoming")), []);
  assert.equal((await take(quarantine, ELF))?.duplicate, true);
  assert.deepEqual(health.degraded, []);
});

test("a disk that refuses is said and counted, and works again later", async () => {
  const { quarantine, health, folder } = open();
  await take(quarantine, "first");
  renameSync(join(folder, "incoming"), join(folder, "away"));
  assert.equal(await take(quarantine, ELF), undefined);
  assert.equal(health.degraded[0]?.lost, 1);
  renameSync(join(folder, "away"), join(folder, "incoming"));
  assert.equal((await take(quarantine, ELF))?.sha256, ELF_HASH);
  assert.deepEqual(health.degraded, []);
});

test("what a crash left half-way is cleared, what is kept is counted", async () => {
  const { quarantine, folder, health } = open();
  await take(quarantine, ELF);
  writeFileSync(join(folder, "incoming", "left"), "half");
  const again = new Quarantine({ folder, health });
  assert.deepEqual(readdirSync(join(folder, "incoming")), []);
  assert.equal((await take(again, ELF))?.duplicate, true);
  assert.equal(again.totalBytes, 14);
});

test("a name that is not a hash is no path", () => {
  const { quarantine } = open();
  for (const name of ["", "../../etc/passwd", "incoming", ELF_HASH.toUpperCase(), `${ELF_HASH}/..`])
    assert.equal(quarantine.pathOf(name), undefined);
});

test("a file that is given up leaves nothing; one that is removed is gone", async () => {
  const { quarantine, folder } = open();
  const intake = quarantine.open();
  intake.write(Buffer.from("half"));
  await intake.discard();
  assert.deepEqual(readdirSync(join(folder, "incoming")), []);
  await take(quarantine, ELF);
  assert.equal(await quarantine.remove(ELF_HASH), true);
  assert.equal(await quarantine.remove(ELF_HASH), false);
  assert.equal(quarantine.totalBytes, 0);
});
