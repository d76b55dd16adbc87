import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { checkObservation } from "../../../src/events/check-observation.ts";
import { encodeReport } from "../../../src/host/encode-report.ts";
import { parseReport } from "../../../src/host/parse-report.ts";
import type { Report } from "../../../src/host/report.ts";
import type { FuzzTarget } from "../fuzz-target.ts";

/** A row of frames, as a worker's channel gives it. What is accepted must be in the catalogue and survive being written again. */
function run(input: Uint8Array): void {
  for (let at = 0; at < input.length; ) {
    const parsed = parseReport(input.subarray(at));
    if (parsed.status !== "done") return;
    assert.ok(parsed.size > 4 && at + parsed.size <= input.length);
    at += parsed.size;
    checkReport(parsed.value);
  }
}

function checkReport(report: Report): void {
  if (report.type === "observation") {
    const { kind, fields } = report.observation;
    assert.equal(checkObservation(kind, fields), undefined);
  }
  const again = parseReport(encodeReport(report));
  assert.ok(again.status === "done", again.status);
  assert.deepEqual(again.value, report);
}

const bytes = (text: string): Buffer => Buffer.from(text);

const KEXINIT = { hassh: "0".repeat(32), hasshAlgorithms: bytes("a,b;c"), hostKeyAlgorithms: "ssh-ed25519", negotiated: "" };

const REPORTS: readonly Report[] = [
  { type: "ready" },
  { type: "alive" },
  { type: "file-open", session: 7, file: 1, name: bytes("x.sh"), way: "sftp" },
  { type: "file-bytes", session: 7, file: 1, bytes: bytes("#!/bin/sh") },
  { type: "file-close", session: 7, file: 1, truncated: true },
  { type: "terminal-bytes", session: 7, terminal: 0, atMs: 12, way: "in", bytes: bytes("ls\r") },
  { type: "terminal-size", session: 7, terminal: 0, atMs: 0, columns: 80, rows: 24 },
  {
    type: "observation",
    session: 7,
    observation: { kind: "auth.attempt", fields: { method: "password", user: bytes("root"), password: "1234", accepted: false } },
  },
  { type: "observation", session: 7, observation: { kind: "ssh.kexinit", fields: KEXINIT } },
  { type: "keep", session: 7, value: bytes("kept") },
  { type: "closed", session: 7, by: "visitor", bytesIn: 5, bytesOut: 6 },
];

export const target: FuzzTarget = {
  name: "worker-report",
  run,
  seeds: [...REPORTS.map(encodeReport), Buffer.concat(REPORTS.map(encodeReport))],
};
