import { Writer } from "../../wire/writer.ts";
import type { Stimulus } from "./stimulus.ts";
import { quick, stimulusMaker } from "./stimulus-maker.ts";

/** Android's debug bridge: command, two arguments, length, sum of the bytes, complement of the command; little-endian. No shell is opened. */
const adb = stimulusMaker({ protocol: "adb", ports: [5555] });

export function adbMessage(command: string, [first, second]: readonly [number, number], payload: string): Buffer {
  const bytes = Buffer.from(payload, "latin1");
  const number = Buffer.from(command, "latin1").readUInt32LE(0);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  return new Writer()
    .u32le(number)
    .u32le(first)
    .u32le(second)
    .u32le(bytes.length)
    .u32le(sum)
    .u32le((number ^ 0xffffffff) >>> 0)
    .bytes(bytes)
    .finish();
}

export const adbStimuli: readonly Stimulus[] = [
  adb("connect", adbMessage("CNXN", [0x01000001, 0x100000], "host::features=cmd,stat_v2,shell_v2"), quick),
  adb("unknown", adbMessage("XYZZ", [1, 2], "")),
];
