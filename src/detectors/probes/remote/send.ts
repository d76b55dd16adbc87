import type { Stimulus } from "../../stimuli/stimulus.ts";
import { heardIn } from "./converse.ts";
import { datagrams } from "./datagrams.ts";
import { inLanes } from "./lanes.ts";
import { fit, type PortPlan, type Task, tasksFor, type Wanted } from "./plan.ts";
import { guarded, type PortRecord, type Run, talk } from "./run.ts";
import { learn } from "./scan.ts";

/** Sends the stimuli to the ports: first what is planned by what is known, then what the answers made worth asking. */
export async function sendStimuli(run: Run, records: readonly PortRecord[], { stimuli, untilMs }: Sending): Promise<void> {
  const sent = new Map(records.map((record) => [record, new Set<string>()]));
  for (const round of ["known", "learnt"] as const) {
    const wanted = records.map((record) => ({ record, tasks: unsent(tasksFor(record, stimuli), sent.get(record)) }));
    if (round === "learnt" && wanted.every(({ tasks }) => tasks.length === 0)) return;
    await sendRound(run, wanted, untilMs);
    for (const { record, tasks } of wanted) for (const { stimulus } of tasks) sent.get(record)?.add(stimulus.id);
  }
}

export interface Sending {
  readonly stimuli: readonly Stimulus[];
  /** When the last may begin. */
  readonly untilMs: number;
}

function unsent(tasks: readonly Task[], sent: ReadonlySet<string> | undefined): readonly Task[] {
  return tasks.filter(({ stimulus }) => sent?.has(stimulus.id) !== true);
}

async function sendRound(run: Run, wanted: readonly Wanted[], untilMs: number): Promise<void> {
  const plan = fit(wanted, Math.max(0, untilMs - run.clock.nowMs()), run.limits);
  for (const [id, count] of plan.dropped) for (let n = 0; n < count; n++) run.leftOut.unsent(NO_TIME, id);
  run.progress.plan(plan.ports.reduce((sum, { tasks }) => sum + tasks.length, 0));
  await Promise.all(plan.ports.map((port) => sendToPort(run, port, untilMs)));
}

const NO_TIME = "the time allowed does not suffice";

async function sendToPort(run: Run, { record, tasks, patience }: PortPlan, untilMs: number): Promise<void> {
  await inLanes(tasks, run.limits.perPortAtOnce, async ({ stimulus, rank }) => {
    if (run.signal.aborted || run.clock.nowMs() > untilMs) return run.leftOut.unsent(NO_TIME, stimulus.id);
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
