import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { workerCode } from "./worker-code.ts";

function checkout(): string {
  const root = mkdtempSync(join(tmpdir(), "utsusemi-code-"));
  for (const room of ["wire", "events", "errors", "shape", "decoy", "shell", "decoys", "host/worker", "store/index"])
    mkdirSync(join(root, "src", room), { recursive: true });
  writeFileSync(join(root, "package.json"), '{"type":"module"}');
  writeFileSync(join(root, "src/wire/two.ts"), "export const two: number = 2;\n");
  writeFileSync(join(root, "src/wire/two.test.ts"), "broken(\n");
  writeFileSync(join(root, "src/host/worker/main.ts"), 'import { two } from "../../wire/two.ts";\nconsole.log(two satisfies number);\n');
  writeFileSync(join(root, "src/store/index/index-worker.ts"), 'import { two } from "../../wire/two.ts";\nconsole.log(-two);\n');
  return root;
}

function run(entry: string): string {
  return spawnSync(process.execPath, [entry], { encoding: "utf8", env: {} }).stdout;
}

test("the copy runs as the source does, holds no test, and is made anew when a file changes", () => {
  const root = checkout();
  const first = workerCode(root);
  assert.match(first.entry, /main\.js$/);
  assert.equal(run(first.entry), "2\n");
  assert.equal(run(first.indexEntry ?? ""), "-2\n");
  assert.equal(workerCode(root).entry, first.entry);
  writeFileSync(join(root, "src/wire/two.ts"), "export const two: number = 2 + 20;\n");
  const second = workerCode(root);
  assert.notEqual(second.entry, first.entry);
  assert.equal(run(second.entry), "22\n");
  assert.equal(readFileSync(join(second.entry, "../../../wire/two.js"), "utf8"), "export const two         = 2 + 20;\n");
  rmSync(root, { recursive: true });
});

test("where no copy can be made, the source itself runs", () => {
  const root = checkout();
  // A file in place of the folder refuses root too.
  writeFileSync(join(root, ".cache"), "");
  chmodSync(join(root, ".cache"), 0o400);
  const { entry, readable, indexEntry } = workerCode(root);
  assert.equal(entry, join(root, "src/host/worker/main.ts"));
  assert.equal(indexEntry, undefined);
  assert.deepEqual(readable, [join(root, "src/"), join(root, "package.json")]);
  rmSync(root, { recursive: true });
});
