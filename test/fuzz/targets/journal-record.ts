import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import { locateAlteration } from "../../../src/store/journal/locate-alteration.ts";
import {
  COVERED_AT,
  CRC_AT,
  CRC_END,
  chainHash,
  contentOf,
  encodeRecord,
  FIRST_HASH,
  parseRecord,
  recordJson,
  wholeLines,
} from "../../../src/store/journal/record.ts";
import type { FuzzTarget } from "../fuzz-target.ts";

/**
 * First byte, lowest bit: the checksums of all lines are put right first, since no mutation would. Then which line's byte is
 * altered: the place must be found again. The rest is a segment's bytes.
 */
function run(input: Uint8Array): void {
  const control = input[0] ?? 0;
  const bytes = Buffer.from(input.subarray(1));
  if (control & 1) for (const line of wholeLines(bytes)) mend(line.bytes);
  let end = 0;
  for (const line of wholeLines(bytes)) {
    assert.equal(line.at, end);
    end = line.at + line.bytes.length + 1;
    checkLine(line.bytes, control >> 1);
  }
  assert.equal(bytes.indexOf(0x0a, end), -1);
}

function mend(line: Buffer): void {
  if (line.length > COVERED_AT)
    line.write(crc32(line.subarray(COVERED_AT)).toString(16).padStart(8, "0"), CRC_AT, CRC_END - CRC_AT, "latin1");
}

function checkLine(line: Buffer, at: number): void {
  const record = parseRecord(line);
  if (record === undefined) return;
  assert.equal(record.hash.length, 64);
  assert.ok(recordJson(record).startsWith("{"));
  const isText = Buffer.from(record.content).equals(contentOf(line));
  if (isText) assert.equal(chainHash(FIRST_HASH, record.content), chainHash(FIRST_HASH, contentOf(line)));
  const altered = Buffer.from(line);
  const place = COVERED_AT + (at % (line.length - COVERED_AT));
  altered.writeUInt8(altered.readUInt8(place) ^ 1, place);
  assert.equal(parseRecord(altered), undefined, "an altered byte goes unseen");
  const covered = altered.subarray(COVERED_AT);
  const difference = (crc32(covered) ^ crc32(line.subarray(COVERED_AT))) >>> 0;
  const found = locateAlteration(covered, difference, (candidate) => candidate.equals(line.subarray(COVERED_AT)));
  assert.equal(found, place - COVERED_AT);
}

const control = (byte: number, ...lines: string[]): Buffer => Buffer.concat([Buffer.of(byte), Buffer.from(lines.join(""))]);
const one = encodeRecord(FIRST_HASH, "segment", '{"v":1,"series":"traffic"}');
const two = encodeRecord(one.hash, "event", '{"id":"0","time":"2026-01-01T00:00:00.000000000Z"}');

export const target: FuzzTarget = {
  name: "journal-record",
  run,
  share: 0.5,
  seeds: [
    control(41, one.line, two.line),
    control(0, one.line, two.line, "torn"),
    control(1, encodeRecord(two.hash, "tombstone", "{}").line, "\n\n"),
    control(9, encodeRecord(two.hash, "note", '{"é":1}').line),
    control(3, encodeRecord(two.hash, "head", '{"signature":""}').line),
  ],
};
