import { Buffer } from "node:buffer";
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import process, { hrtime } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { nsPerCall, unlessRefused } from "./batches.ts";
import type { Measurements } from "./measurement-names.ts";
import { type PacketCounters, readPacketCounters } from "./packet-counters.ts";

/**
 * The test for a logger such as Sebek, which sends what every read() returns out by UDP and hides the packets from the host's own tools:
 * many reads of one byte, as `dd if=/dev/zero of=/dev/null bs=1` makes them, cost it time and packets that nothing else costs. Idle and
 * reading phases of the same length take turns, so that what others send falls on both alike.
 */

const ROUNDS = 3;
const PHASE_MS = 80;
const READS = 1000;
const OTHER_CALLS = 250;

interface Round {
  readonly idleMs: number;
  readonly readingMs: number;
  readonly reads: number;
  readonly idlePackets: PacketCounters | undefined;
  readonly readingPackets: PacketCounters | undefined;
}

interface Batches {
  readonly reads: number[];
  readonly writes: number[];
  readonly others: number[];
}

/** Nothing where /dev/zero or /dev/null cannot be opened. Takes about half a second. */
export async function measureReadRate(): Promise<Measurements> {
  const zero = unlessRefused(() => openSync("/dev/zero", "r"));
  const nothing = unlessRefused(() => openSync("/dev/null", "w"));
  try {
    return zero === undefined || nothing === undefined ? {} : await measureRounds(zero, nothing);
  } finally {
    for (const file of [zero, nothing]) if (file !== undefined) closeSync(file);
  }
}

async function measureRounds(zero: number, nothing: number): Promise<Measurements> {
  const batches: Batches = { reads: [], writes: [], others: [] };
  const rounds: Round[] = [];
  readingPhase({ zero, nothing }, { reads: [], writes: [], others: [] }, 5); // The first calls also compile the code.
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await measureRound({ zero, nothing }, batches));
  return {
    "readRate.nsPerRead": batches.reads,
    "readRate.nsPerWrite": batches.writes,
    "readRate.quietNsPerCall": batches.others,
    "readRate.reads": rounds.map(({ reads }) => reads),
    "readRate.readingMs": rounds.map(({ readingMs }) => readingMs),
    "readRate.idleMs": rounds.map(({ idleMs }) => idleMs),
    "clock.sleepOvershootMs": rounds.map(({ idleMs }) => idleMs - PHASE_MS),
    ...packetMeasurements(rounds),
  };
}

async function measureRound(files: { readonly zero: number; readonly nothing: number }, batches: Batches): Promise<Round> {
  const start = hrtime.bigint();
  const before = readPacketCounters();
  const asleep = hrtime.bigint();
  await sleep(PHASE_MS);
  const idleMs = millisecondsSince(asleep);
  const between = readPacketCounters();
  const reading = hrtime.bigint();
  const reads = readingPhase(files, batches, Math.min(4 * PHASE_MS, millisecondsSince(start)));
  const readingMs = millisecondsSince(reading);
  return {
    idleMs,
    readingMs,
    reads,
    idlePackets: sentBetween(before, between),
    readingPackets: sentBetween(between, readPacketCounters()),
  };
}

/** Returns how many reads there were. */
function readingPhase({ zero, nothing }: { readonly zero: number; readonly nothing: number }, batches: Batches, forMs: number): number {
  const byte = Buffer.alloc(1);
  const start = hrtime.bigint();
  let reads = 0;
  for (; millisecondsSince(start) < forMs; reads += READS) {
    batches.reads.push(nsPerCall(() => readSync(zero, byte, 0, 1, null), READS));
    batches.writes.push(nsPerCall(() => writeSync(nothing, byte, 0, 1, null), OTHER_CALLS));
    batches.others.push(nsPerCall(() => process.ppid, OTHER_CALLS));
  }
  return reads;
}

function packetMeasurements(rounds: readonly Round[]): Measurements {
  const idle = rounds.flatMap(({ idlePackets }) => idlePackets ?? []);
  const reading = rounds.flatMap(({ readingPackets }) => readingPackets ?? []);
  if (idle.length < rounds.length || reading.length < rounds.length) return {};
  return {
    "readRate.packetsOut": reading.map(({ others }) => others),
    "readRate.packetsOutIdle": idle.map(({ others }) => others),
    "readRate.loopbackPackets": reading.map(({ loopback }) => loopback),
    "readRate.loopbackPacketsIdle": idle.map(({ loopback }) => loopback),
  };
}

function sentBetween(before: PacketCounters | undefined, after: PacketCounters | undefined): PacketCounters | undefined {
  if (before === undefined || after === undefined) return undefined;
  return { loopback: after.loopback - before.loopback, others: after.others - before.others };
}

function millisecondsSince(start: bigint): number {
  return Number(hrtime.bigint() - start) / 1e6;
}
