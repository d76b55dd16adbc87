import assert from "node:assert/strict";
import test from "node:test";
import { decodePlan, encodePlan, type PlanRecord, withoutVerb } from "./plan-record.ts";

const records: readonly PlanRecord[] = [
  ["mark", "123456"],
  ["file", "f0", "420", "0", "0", "0", Uint8Array.of(0, 255, 10)],
  ["process", "twistd", "/opt/x", ""],
  ["bind", "f0", "/etc/issue", "ä"],
];

test("a plan is read as it was written", () => {
  const read = decodePlan(encodePlan(records));
  const bytes = records.map((record) => record.map((field) => Buffer.from(field)));
  assert.deepEqual(read, bytes);
  assert.throws(() => decodePlan(encodePlan(records).subarray(0, 30)), RangeError);
});

test("a verb's steps are left out, and nothing else", () => {
  assert.deepEqual(withoutVerb(encodePlan(records), "process"), encodePlan(records.filter(([verb]) => verb !== "process")));
});
