import { PAPER_PORTS } from "../../stimuli/printer-stimuli.ts";
import type { Stimulus } from "../../stimuli/stimulus.ts";
import { silentMs } from "./converse.ts";
import type { Limits } from "./limits.ts";
import type { PortRecord } from "./run.ts";

/**
 * What is said to which port, in which order, and what must be left out when time or the rate does not suffice. The order is by value:
 * quick stimuli before others, a protocol's own before those that go everywhere, and among equals as they were given. What does not fit
 * is dropped from the end, a whole stimulus at once, so that ports stay comparable.
 */
export interface Task {
  readonly stimulus: Stimulus;
  /** Lower is worth more. */
  readonly rank: number;
}

export interface PortPlan {
  readonly record: PortRecord;
  readonly tasks: readonly Task[];
  /** By what the stimuli's patience is multiplied, so that silence everywhere still fits. */
  readonly patience: number;
}

/** The stimuli for a port, most valuable first. */
export function tasksFor(record: PortRecord, stimuli: readonly Stimulus[]): readonly Task[] {
  return stimuli
    .map((stimulus, index) => ({ stimulus, index, isOwn: stimulus.ports.includes(record.port) || record.protocols.has(stimulus.protocol) }))
    .filter(({ stimulus, isOwn }) => isFor(stimulus, record, isOwn))
    .map(({ stimulus, index, isOwn }) => ({ stimulus, rank: ((stimulus.quick ? 0 : 2) + (isOwn ? 0 : 1)) * STEP + index }))
    .sort((a, b) => a.rank - b.rank);
}

/** A printer prints whatever it does not understand: it is asked in its own language only. */
function isFor(stimulus: Stimulus, { transport, port }: PortRecord, isOwn: boolean): boolean {
  if (stimulus.transport !== transport || isGreeting(stimulus)) return false;
  if (PAPER_PORTS.includes(port)) return stimulus.ports.includes(port);
  return isOwn || stimulus.sentTo === "every-port";
}

/** The greeting is heard by the scan itself. */
export function isGreeting({ id, transport }: Stimulus): boolean {
  return id === "null" && transport === "tcp";
}

export interface Wanted {
  readonly record: PortRecord;
  readonly tasks: readonly Task[];
}

/** What of it fits into `phaseMs`. */
export function fit(wanted: readonly Wanted[], phaseMs: number, limits: Limits): readonly PortPlan[] {
  const kept = withinRate(wanted, Math.floor((phaseMs / 1_000) * limits.perHostASecond * 0.85));
  const allMs = kept.reduce((sum, { tasks }) => sum + timeFor(tasks), 0);
  const everywhere = (phaseMs * limits.perHostAtOnce * 0.8) / Math.max(1, allMs);
  return kept.map(({ record, tasks }) => {
    const here = (phaseMs * limits.perPortAtOnce * 0.8) / Math.max(1, timeFor(tasks));
    return { record, tasks, patience: Math.min(1, everywhere, here) };
  });
}

function withinRate(wanted: readonly Wanted[], most: number): readonly Wanted[] {
  const counts = new Map<number, number>();
  for (const { rank } of wanted.flatMap(({ tasks }) => tasks)) counts.set(rank, (counts.get(rank) ?? 0) + 1);
  let left = most;
  const kept = new Set<number>();
  for (const [rank, ports] of [...counts].sort(([a], [b]) => a - b)) {
    left -= ports;
    if (left >= 0) kept.add(rank);
  }
  return wanted.map(({ record, tasks }) => ({ record, tasks: tasks.filter(({ rank }) => kept.has(rank)) }));
}

/** What a port's conversations take when it is silent, one after the other. */
function timeFor(tasks: readonly Task[]): number {
  return tasks.reduce((sum, { stimulus }) => sum + silentMs(stimulus.steps) + CONNECT_MS, 0);
}

const STEP = 100_000;
const CONNECT_MS = 50;
