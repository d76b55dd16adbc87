import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { release, tmpdir } from "node:os";
import test from "node:test";
import { battery } from "../../src/detectors/battery/battery.ts";
import { encodeScript } from "../../src/detectors/battery/encode-script.ts";
import { parseTranscript } from "../../src/detectors/battery/parse-transcript.ts";
import { type Finding, judgeAll } from "../../src/detectors/check.ts";
import { checks as kind } from "../../src/detectors/checks/local/kind/index.ts";
import { productPaths } from "../../src/detectors/checks/local/kind/product-checks.ts";
import { checks as logging } from "../../src/detectors/checks/local/logging/index.ts";
import { processesOf } from "../../src/detectors/checks/local/processes.ts";
import { checks as trait } from "../../src/detectors/checks/local/trait/index.ts";
import { runBattery } from "../../src/detectors/probes/local/run-battery.ts";
import { takeLocalView } from "../../src/detectors/probes/local/take-local-view.ts";
import { textOf } from "../../src/detectors/views/files.ts";
import { runClient } from "../clients/run-client.ts";

/** Weak signs may be true of any host; from here on a sign would accuse an ordinary one. */
const ACCUSES = 3;

const checks = [...kind, ...logging, ...trait];

function accusing(findings: readonly Finding[]): readonly string[] {
  return findings.flatMap(({ id, ratio, judgement }) =>
    judgement.verdict === "shown" && (judgement.ratio ?? ratio) >= ACCUSES ? [`${id}: ${judgement.seen}`] : [],
  );
}

test("the machine that runs the tests is no honeypot by its shell, its logging or its traits", async () => {
  const { view } = await takeLocalView({ runBattery: () => runBattery() });
  const findings = judgeAll(checks, view);
  assert.deepEqual(accusing(findings), []);
  // Silence would be no proof.
  const clean = findings.filter(({ judgement }) => judgement.verdict === "clean").length;
  assert.ok(clean >= findings.length * 0.7, `${clean} of ${findings.length} could be judged`);
});

test("the script for hosts without Node sees the same machine with a shell alone", async () => {
  const { code, out } = await runClient("/bin/sh", ["-s"], {
    input: encodeScript(battery, "0123456789abcdef", productPaths),
    withinMs: 60_000,
  });
  assert.equal(code, 0);
  const parsed = parseTranscript(out);
  assert.ok(parsed.status === "done", JSON.stringify(parsed));
  const { complete, ...parts } = parsed.value;
  assert.equal(complete, true);
  assert.equal(parts.uid, process.getuid?.());
  assert.equal(parts.uname?.release, release());
  assert.equal(textOf(parts.files, "/proc/version"), readFileSync("/proc/version", "latin1"));
  const processes = processesOf(parts.files);
  assert.ok(typeof processes !== "string" && processes.some(({ pid }) => pid === process.pid), "this very process is in it");
  const findings = judgeAll(checks, { takenAtMs: Date.now(), measurements: {}, ...parts });
  assert.deepEqual(accusing(findings), []);
  const left = readdirSync(tmpdir()).filter((name) => name === ".u0123456789abcdef");
  assert.deepEqual(left, []);
});
