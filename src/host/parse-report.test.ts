import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { chance } from "../testkit/chance.ts";
import { encodeReport } from "./encode-report.ts";
import { parseReport } from "./parse-report.ts";
import type { Report } from "./report.ts";

const reports: readonly Report[] = [
  { type: "ready" },
  { type: "alive" },
  { type: "observation", session: 7, observation: { kind: "ssh.ident", fields: { ident: Buffer.from([0xff, 0]) } } },
  { type: "observation", session: 7, observation: { kind: "limit.reached", fields: { limit: "idleMs", amount: 2 ** 40 } } },
  { type: "observation", session: 7, observation: { kind: "protocol.note", fields: { what: "x", values: [Buffer.from("a"), "ü"] } } },
  { type: "observation", session: 7, observation: { kind: "auth.attempt", fields: { method: "password", user: "root", accepted: false } } },
  { type: "file-open", session: 1, file: 2, name: Buffer.from("../x"), way: "scp" },
  { type: "file-bytes", session: 1, file: 2, bytes: Buffer.from("content") },
  { type: "file-close", session: 1, file: 2, truncated: true },
  { type: "terminal-bytes", session: 1, terminal: 0, atMs: 12, way: "in", bytes: Buffer.from("ls\r") },
  { type: "terminal-size", session: 1, terminal: 3, atMs: 12, columns: 80, rows: 24 },
  { type: "keep", session: 1, value: Buffer.from("kept") },
  { type: "closed", session: 0xffff_ffff, by: "limit", bytesIn: 2 ** 40, bytesOut: 0 },
];

describe("a report", () => {
  for (const report of reports) {
    const frame = encodeReport(report);
    test(`${report.type} is read as it was sent, and every beginning of it is incomplete`, () => {
      assert.deepEqual(parseReport(frame), { status: "done", value: report, size: frame.length });
      for (let end = 0; end < frame.length; end += 1) assert.equal(parseReport(frame.subarray(0, end)).status, "partial");
    });
    test(`${report.type} with a byte more or less inside is refused`, () => {
      const longer = Buffer.concat([frame, Buffer.of(0)]);
      longer.writeUInt32BE(frame.length - 3, 0);
      const open = ["file-bytes", "terminal-bytes", "keep"].includes(report.type);
      assert.equal(parseReport(longer).status, open ? "done" : "malformed");
      if (frame.length <= 6) return;
      const shorter = Buffer.from(frame.subarray(0, -1));
      shorter.writeUInt32BE(frame.length - 5, 0);
      assert.equal(parseReport(shorter).status, open ? "done" : "malformed");
    });
  }
});

test("random bytes never make it throw", () => {
  const drawn = chance("reports");
  for (let i = 0; i < 20_000; i += 1) {
    const body = drawn.bytes(1 + (i % 60));
    const frame = Buffer.concat([Buffer.alloc(4), body]);
    frame.writeUInt32BE(body.length, 0);
    frame[4] = (frame[4] ?? 0) % 12;
    assert.notEqual(parseReport(frame).status, "partial");
  }
});

test("a changed byte in an observation is refused or still within the catalogue", () => {
  const frame = encodeReport({
    type: "observation",
    session: 7,
    observation: { kind: "auth.attempt", fields: { method: "password", user: "root", accepted: true } },
  });
  for (let at = 9; at < frame.length; at += 1) {
    const changed = Buffer.from(frame);
    changed[at] = (changed[at] ?? 0) ^ 0x55;
    assert.notEqual(parseReport(changed).status, "partial");
  }
});

test("texts are cut to what the parent accepts", () => {
  const long = "x".repeat(100_000);
  const observation = { kind: "protocol.note", fields: { what: long, values: Array.from({ length: 300 }, () => long) } } as const;
  assert.equal(parseReport(encodeReport({ type: "observation", session: 1, observation })).status, "done");
});
