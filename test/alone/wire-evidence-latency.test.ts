import assert from "node:assert/strict";
import test from "node:test";
import { quantile, uptoThrice } from "../../bench/figure.ts";
import { needs } from "../rig/needs.ts";
import { measureEvidence } from "../suspicion/evidence-latency.ts";

const LIVE = needs("root", "libbpf.so.1", "ip", "bpftool");
const AT_MOST_MS = 50;

test("from evidence to the state in force: under 50 ms for 99 of 100 sources", LIVE, async (t) => {
  const p99 = (latencies: readonly number[]) => quantile(latencies, 0.99);
  const { touched, scanned } = await uptoThrice(
    () => measureEvidence(100),
    (run) => p99(run.touched) < AT_MOST_MS && p99(run.scanned) < AT_MOST_MS,
  );
  for (const [name, latencies] of Object.entries({ touched, scanned })) {
    t.diagnostic(`${name}: median ${quantile(latencies, 0.5).toFixed(1)} ms, p99 ${p99(latencies).toFixed(1)} ms`);
    assert.ok(p99(latencies) < AT_MOST_MS, `${name}: ${p99(latencies)} ms`);
  }
});
