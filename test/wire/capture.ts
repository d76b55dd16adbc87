import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Laboratory, Machine } from "../engine/laboratory.ts";

export interface CapturedAt {
  readonly machine: Machine;
  readonly link: string;
  readonly direction: "in" | "out";
  /** In tcpdump's words. */
  readonly filter: string;
}

/** Whole frames that pass an interface, kept by tcpdump until they are asked for. */
export class Capture implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "utsusemi-capture-"));
  readonly #said: string[] = [];
  readonly #child: ChildProcess;

  private constructor(laboratory: Laboratory, { machine, link, direction, filter }: CapturedAt) {
    const words = [
      "-i",
      link,
      "-Q",
      direction,
      "-s",
      "0",
      "-B",
      "65536",
      "-U",
      "--immediate-mode",
      "-Z",
      "root",
      "-w",
      join(this.#folder, "frames"),
      filter,
    ];
    this.#child = laboratory.spawnQuiet(machine, "tcpdump", ...words);
  }

  static async start(laboratory: Laboratory, at: CapturedAt): Promise<Capture> {
    const capture = new Capture(laboratory, at);
    assert.ok(capture.#child.stderr !== null);
    const lines = createInterface({ input: capture.#child.stderr });
    lines.on("line", (line) => capture.#said.push(line));
    while (!capture.#said.some((line) => line.includes("listening on"))) await once(lines, "line");
    return capture;
  }

  /** How many bytes are written so far. */
  size(): number {
    return statSync(join(this.#folder, "frames")).size;
  }

  /** All frames, in order; none may have been lost. */
  async frames(): Promise<readonly Buffer[]> {
    const gone = once(this.#child, "close");
    this.#child.kill("SIGINT");
    await gone;
    assert.match(this.#said.join("\n"), /\b0 packets dropped by kernel/);
    return readPcap(readFileSync(join(this.#folder, "frames")));
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** pcap: a header of 24 bytes; then for each frame seconds 4, microseconds 4, bytes kept 4, bytes 4, and the frame. */
function readPcap(file: Buffer): readonly Buffer[] {
  const frames: Buffer[] = [];
  assert.equal(file.readUInt32LE(0), 0xa1b2c3d4);
  for (let at = 24; at < file.length; ) {
    const [kept, whole] = [file.readUInt32LE(at + 8), file.readUInt32LE(at + 12)];
    assert.equal(kept, whole, "a frame was cut");
    frames.push(file.subarray(at + 16, at + 16 + kept));
    at += 16 + kept;
  }
  return frames;
}
