import koffi from "koffi";
import { BpfMap, number32 } from "./bpf-map.ts";
import type { LibbpfCalls } from "./libbpf-calls.ts";

/**
 * What the kernel tells of a program that is attached somewhere: how a later process finds what an earlier one left behind. Only programs with
 * a name of ours are ever touched.
 */
export const PROGRAM_NAMES = ["utsu_in", "utsu_after", "utsu_out", "utsu_xdp"];

export interface FoundProgram {
  readonly id: number;
  readonly name: string;
  /** Whether a steward still gives signs of life to it. */
  readonly isAlive: boolean;
}

/** Older than this, and the engine lets everything pass (kernel/bpf/engine.c). */
const STALE_NANOSECONDS = 2_000_000_000n;
const MOST_MAPS = 64;

/** Undefined: there is no such program any more. */
export function findProgram(calls: LibbpfCalls, id: number): FoundProgram | undefined {
  const fd = calls.programById(id);
  if (fd < 0) return undefined;
  const maps = Buffer.alloc(MOST_MAPS * 4);
  const about = programInformation(calls, fd, maps);
  calls.closeFd(fd);
  if (about === undefined) return undefined;
  const name = about.toString("latin1", 64, 80).replace(/\0.*$/s, "");
  const count = Math.min(about.readUInt32LE(52), MOST_MAPS);
  const beats = Array.from({ length: count }, (_, index) => heartbeatOf(calls, maps.readUInt32LE(index * 4)));
  const last = beats.find((beat) => beat !== undefined) ?? 0n;
  return { id, name, isAlive: process.hrtime.bigint() - last <= STALE_NANOSECONDS };
}

/** `struct bpf_prog_info`: ... id 4 · nr_map_ids 52 · map_ids 56 (where to put them) · name 64, 16 bytes */
function programInformation(calls: LibbpfCalls, fd: number, maps: Uint8Array): Buffer | undefined {
  const about = Buffer.alloc(232);
  about.writeUInt32LE(maps.length / 4, 52);
  about.writeBigUInt64LE(koffi.address(maps), 56);
  return calls.information(fd, about, number32(about.length)) < 0 ? undefined : about;
}

/** `struct bpf_map_info`: ... name 24, 16 bytes. Undefined: the map is another one. */
function heartbeatOf(calls: LibbpfCalls, id: number): bigint | undefined {
  const fd = calls.mapById(id);
  if (fd < 0) return undefined;
  const about = Buffer.alloc(80);
  const isHere = calls.information(fd, about, number32(about.length)) >= 0;
  const name = about.toString("latin1", 24, 40).replace(/\0.*$/s, "");
  const beat = isHere && name === "heartbeat" ? new BpfMap(calls, fd).get(number32(0), 8) : undefined;
  calls.closeFd(fd);
  return beat?.readBigUInt64LE();
}
