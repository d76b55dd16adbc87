import assert from "node:assert/strict";
import test from "node:test";
import { utsusemi } from "../rig/command.ts";

test("detect local takes less than 3 s, from the command to the last line", async () => {
  const times: number[] = [];
  // What else this machine does may disturb one run; the second and third come only where it did.
  for (let run = 0; run < 3 && (times.length === 0 || Math.min(...times) >= 3000); run++) {
    const start = performance.now();
    const { code } = await utsusemi(["detect", "local", "--json"]);
    times.push(performance.now() - start);
    assert.equal(code, 0);
  }
  assert.ok(Math.min(...times) < 3000, times.map((time) => `${time.toFixed(0)} ms`).join(", "));
});
