import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { engineState } from "../../steward/engine/engine-state.ts";
import { wireFindings } from "./wire-findings.ts";

test("doctor says whether the engine can be loaded, and what is missing beside it, each with what helps", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "utsusemi-doctor-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const found = await Array.fromAsync(wireFindings(folder));
  const engine = found.find(({ what }) => what.includes("engine"));
  assert.equal(engine?.answer, engineState().state);
  for (const { what, answer, mend } of found) if (answer === "absent") assert.notEqual(mend, undefined, what);
  const steward = found.find(({ what }) => what.includes("steward"));
  assert.deepEqual([steward?.answer, steward?.cause], ["absent", "none listens"]);
  assert.match(steward?.mend ?? "", /wire up/);
  assert.equal(found.length, 5);
});
