import type { Stimulus } from "../../stimuli/stimulus.ts";
import { heardIn } from "./converse.ts";
import { datagrams } from "./datagrams.ts";
import { inLanes } from "./lanes.ts";
import { fit, type PortPlan, type Task, tasksFor, type Wanted } from "./plan.ts";
import { guarded, type PortRecord, type Run, talk } from "./run.ts";
import { learn } from "./scan.ts";

/** What was already sent to each port: what one call had no time for, a later one may send. */
export type SentBook = Map<PortRecord, Set<string>>;

export interface Sending {
  readonly stimuli: readonly Stimulus[];
  /** When the last may begin. */
  readonly untilMs: number;
  readonly sent: SentBook;
  /** No other call follows: what is unsent now is left out. */
  readonly isLast: boolean;
}

/** Sends the stimuli to the ports: first what is planned by what is known, then what the answers made worth asking. */
export async function sendStimuli(run: Run, records: readonly PortRecord[], sending: Sending): Promise<void> {
  for (let round = 0; round < 2; round++) {
    const wanted = records.map((record) => ({ record, tasks: unsent(tasksFor(record, sending.stimuli), sending.sent.get(record)) }));
    if (wanted.every(({ tasks }) => tasks.length === 0)) return;
    const leftMs = sending.untilMs - run.clock.nowMs();
    if (leftMs > 0) await sendRound(run, { wanted, phaseMs: round === 0 ? leftMs * FIRST_SHARE : leftMs }, sending);
  }
  if (sending.isLast) nameUnsent(run, records, sending);
}

function nameUnsent(run: Run, records: readonly PortRecord[], { stimuli, sent }: Sending): void {
  for (const record of records)
    for (const { stimulus } of unsent(tasksFor(record, stimuli), sent.get(record))) run.leftOut.unsent(NO_TIME, stimulus.id);
}

function unsent(tasks: readonly Task[], sent: ReadonlySet<string> | undefined): readonly Task[] {
  return tasks.filter(({ stimulus }) => sent?.has(stimulus.id) !== true);
}

/** What answers teach needs time too. */
const FIRST_SHARE = 0.7;

interface Round {
  readonly wanted: readonly Wanted[];
  readonly phaseMs: number;
}

async function sendRound(run: Run, { wanted, phaseMs }: Round, sending: Sending): Promise<void> {
  const ports = fit(wanted, phaseMs, run.limits);
  run.progress.plan(ports.reduce((sum, { tasks }) => sum + tasks.length, 0));
  await Promise.all(ports.map((port) => sendToPort(run, port, sending)));
}

const NO_TIME = "the time allowed does not suffice";

async function sendToPort(run: Run, { record, tasks, patience }: PortPlan, { untilMs, sent }: Sending): Promise<void> {
  const already = sent.get(record) ?? new Set();
  sent.set(record, already);
  await inLanes(tasks, run.limits.perPortAtOnce, async ({ stimulus, rank }) => {
    if (run.signal.aborted || run.clock.nowMs() > untilMs) return;
    already.add(stimulus.id);
    await guarded(run, stimulus.id, () => sendOne(run, record, { stimulus, rank, patience }));
    run.progress.step(stimulus.id);
  });
}

interface Sent {
  readonly stimulus: Stimulus;
  readonly rank: number;
  readonly patience: number;
}

async function sendOne(run: Run, record: PortRecord, { stimulus, rank, patience }: Sent): Promise<void> {
  const over = record.speaksTls && stimulus.protocol !== "tls" ? "tls" : "plain";
  const conversation = { steps: stimulus.steps, rank, patience, over } as const;
  const talked = await (record.transport === "udp"
    ? datagrams(run, record, { ...conversation, stimulus })
    : talk(run, record, conversation));
  if (talked === undefined) return run.leftOut.unsent(NO_TIME, stimulus.id);
  record.exchanges.push({ stimulus: stimulus.id, over, ...talked });
  const heard = heardIn(talked.turns);
  if (record.protocols.size === 0 && heard.length > 0) learn(run, record, heard);
}
