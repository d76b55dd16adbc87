import assert from "node:assert/strict";
import test from "node:test";
import { runClient } from "../clients/run-client.ts";

const MOST_MS = 150;

/** A process that does nothing but load the fingerprints, and prints how long that took, without loading the code. */
const PROGRAM = `
  const { loadFingerprints } = await import(${JSON.stringify(new URL("../../src/detectors/fingerprints/index.ts", import.meta.url).href)});
  const begun = performance.now();
  loadFingerprints();
  process.stdout.write(String(performance.now() - begun));
`;

test("the fingerprints are loaded within 150 ms by a process that starts", async () => {
  const times: number[] = [];
  for (let run = 0; run < 5; run++) {
    const { code, out, err } = await runClient(process.execPath, ["--input-type=module", "--eval", PROGRAM], { withinMs: 30_000 });
    assert.equal(code, 0, err);
    times.push(Number(out));
  }
  const median = times.sort((a, b) => a - b)[2] ?? Number.NaN;
  assert.ok(median < MOST_MS, `${times.map((time) => time.toFixed(0)).join(", ")} ms`);
});
