import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { asciicast } from "../../../src/store/recordings/asciicast.ts";
import { encodeFrame, type Frame, MAGIC, parseFrames } from "../../../src/store/recordings/frame.ts";
import type { FuzzTarget } from "../fuzz-target.ts";

/** The file behind its first line. What is read can be written again and is the same; as asciicast, each line is JSON. */
function run(input: Uint8Array): void {
  const frames = [...parseFrames(Buffer.concat([Buffer.from(MAGIC), input]))];
  let atUs = 0;
  const again: Buffer[] = [Buffer.from(MAGIC)];
  for (const frame of frames) {
    if (!Number.isSafeInteger(frame.atUs)) return;
    again.push(encodeFrame(frame.atUs - atUs, frame.moment));
    atUs = frame.atUs;
  }
  assert.deepEqual(plain([...parseFrames(Buffer.concat(again))]), plain(frames));
  const [head = "", ...lines] = asciicast(frames, { columns: 80, rows: 24, startSeconds: 0, title: "t" });
  assert.equal(JSON.parse(head).version, 2);
  for (const line of lines) {
    const [seconds, code, text]: readonly unknown[] = JSON.parse(line);
    assert.ok(typeof seconds === "number" && seconds >= 0 && typeof text === "string");
    assert.ok(code === "o" || code === "i" || code === "r");
  }
}

function plain(frames: readonly Frame[]): unknown[] {
  return frames.map(({ atUs, moment }) => ({ atUs, moment: moment.way === "size" ? moment : [moment.way, ...moment.bytes] }));
}

export const target: FuzzTarget = {
  name: "recording",
  run,
  share: 0.5,
  seeds: [
    Buffer.concat([
      encodeFrame(0, { way: "size", columns: 80, rows: 24 }),
      encodeFrame(1_000, { way: "out", bytes: Buffer.from("root@host:~# \xe3") }),
      encodeFrame(300_000_000, { way: "in", bytes: Buffer.from("ls\r") }),
      encodeFrame(5, { way: "out", bytes: Buffer.from([0xe3, 0x81]) }),
    ]),
  ],
};
