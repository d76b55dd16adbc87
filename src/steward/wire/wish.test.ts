import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { checkShape } from "../../shape/shape.ts";
import { wireShape } from "./wire-settings.ts";
import { forgetWish, keepWish, keptWish } from "./wish.ts";

test("what was asked for is kept until it is forgotten; what is not as it was written is said, and can be forgotten", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "utsusemi-wish-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const { value: settings } = checkShape(wireShape, { interfaces: [{ name: "eth0" }], handOver: [{ port: 22, decoy: "ssh" }] });
  assert.ok(settings !== undefined);
  assert.equal(keptWish(folder), undefined);
  assert.equal(forgetWish(folder), false);
  const wish = { settings, since: "2026-01-02T03:04:05.000Z" };
  keepWish(folder, wish);
  assert.deepEqual(keptWish(folder), wish);
  for (const text of ["", "{", "[]", '{"since":"x"}', JSON.stringify({ ...wish, settings: { interfaces: "eth0" } })]) {
    writeFileSync(join(folder, "wire.json"), text);
    assert.throws(() => keptWish(folder), { code: "state-unusable" }, text);
  }
  assert.equal(forgetWish(folder), true);
  assert.equal(keptWish(folder), undefined);
});
