import { Buffer } from "node:buffer";
import { spawnSync } from "node:child_process";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/**
 * The kernel's log, a line a message, without time stamps: from /dev/kmsg, each reader of which gets all; else from what `dmesg` prints. It
 * is never waited for a next message, and what is read of it is bounded.
 */

const MOST_RECORDS = 50_000;
const MOST_CHARACTERS = 4 * 1024 * 1024;
/** More than the kernel's longest record (CONSOLE_EXT_LOG_MAX, 8192). */
const RECORD_BYTES = 16_384;
const DMESG = { timeout: 1000, maxBuffer: 2 * MOST_CHARACTERS, encoding: "latin1", killSignal: "SIGKILL" } as const;
const SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

/** Undefined: nobody lets us read it. */
export function readKernelLog(device = "/dev/kmsg", program = "dmesg"): readonly string[] | undefined {
  return fromDevice(device) ?? fromProgram(program);
}

function fromDevice(device: string): readonly string[] | undefined {
  let file: number | undefined;
  try {
    file = openSync(device, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    return fstatSync(file).isCharacterDevice() ? allRecords(file) : undefined;
  } catch (error) {
    codeOf(error);
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function allRecords(file: number): readonly string[] {
  const lines: string[] = [];
  const buffer = Buffer.alloc(RECORD_BYTES);
  let room = MOST_CHARACTERS;
  for (let records = 0; records < MOST_RECORDS && room > 0; records += 1) {
    const record = nextRecord(file, buffer);
    if (record === "end") break;
    const found = parseRecord(record);
    lines.push(...found);
    room -= record.length;
  }
  return lines;
}

/** EPIPE: the record was overwritten before it was read; the next read goes on with the oldest that is left. */
function nextRecord(file: number, buffer: Buffer): string {
  try {
    const size = readSync(file, buffer, 0, buffer.length, null);
    return size === 0 ? "end" : buffer.toString("latin1", 0, size);
  } catch (error) {
    return codeOf(error) === "EPIPE" ? "" : "end";
  }
}

/**
 * Documentation/ABI/testing/dev-kmsg:
 *   priority,sequence,microseconds,flags[,...];message\n
 *   [ KEY=value\n]...
 * Bytes that cannot be printed stand as \xHH, a line break within a message too.
 */
export function parseRecord(record: string): readonly string[] {
  const message = /^[^;\n]*;([^\n]*)/.exec(record)?.[1];
  if (message === undefined) return [];
  return message.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))).split("\n");
}

function fromProgram(program: string): readonly string[] | undefined {
  const { status, stdout } = spawnSync(program, [], {
    ...DMESG,
    env: { PATH: SYSTEM_PATH, LC_ALL: "C" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  return status === 0 ? parseDmesg(stdout) : undefined;
}

/** `[    0.123456] message`, and `<6>` before it where the program does not take it off. */
export function parseDmesg(printed: string): readonly string[] {
  const lines = printed.split("\n").map((line) => line.replace(/^(?:<\d+>)?\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? ?/, ""));
  if (lines.at(-1) === "") lines.pop();
  return lines.slice(0, MOST_RECORDS);
}

function codeOf(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  throw error;
}
