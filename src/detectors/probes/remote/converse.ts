import type { Duplex } from "node:stream";
import type { Step } from "../../stimuli/stimulus.ts";
import type { Exchange, Turn } from "../../views/remote-view.ts";
import type { Clock } from "./clock.ts";
import { Ear } from "./ear.ts";

export type Talk = Pick<Exchange, "turns" | "ended">;

export interface ConverseOptions {
  readonly clock: Clock;
  readonly maxBytes: number;
  /** Every piece is a turn of its own. */
  readonly isDatagram?: boolean;
  /** Of the whole conversation. */
  readonly maxMs: number;
  /** What every `hear` waits at most is multiplied by this, down to `LEAST_PATIENCE_MS`. */
  readonly patience?: number;
  readonly signal: AbortSignal;
}

const LEAST_PATIENCE_MS = 700;

/** Says and hears the steps on a connection that stands, then ends it. Never throws for what the other side does. */
export async function converse(stream: Duplex, steps: readonly Step[], options: ConverseOptions): Promise<Talk> {
  const ear = new Ear(stream, options);
  try {
    return { ended: await saidAll(ear, { stream, steps, options }), turns: ear.turns() };
  } finally {
    ear.leave();
    stream.destroy();
  }
}

interface Script {
  readonly stream: Duplex;
  readonly steps: readonly Step[];
  readonly options: ConverseOptions;
}

async function saidAll(ear: Ear, { stream, steps, options }: Script): Promise<Exchange["ended"]> {
  const endMs = options.clock.nowMs() + options.maxMs;
  let ended: Exchange["ended"] = "us";
  for (const step of steps) {
    if (ear.ended !== undefined) return ear.ended;
    if ("hear" in step) {
      const uptoMs = Math.min(patient(step.hear.uptoMs, options.patience), endMs - options.clock.nowMs());
      ended = await ear.hear(uptoMs, step.hear.quietMs);
      continue;
    }
    ended = "us";
    if (!saidOne(ear, stream, step)) break;
  }
  // What was said last must leave before the connection is destroyed.
  if (ended === "us") await ear.flushed();
  return ear.ended ?? ended;
}

/** False: the conversation makes no sense any more. */
function saidOne(ear: Ear, stream: Duplex, step: Exclude<Step, { readonly hear: unknown }>): boolean {
  if ("halfClose" in step) stream.end();
  else {
    const bytes = "say" in step ? step.say : step.reply(ear.heard());
    if (bytes === undefined) return false;
    ear.say(bytes);
  }
  return true;
}

function patient(uptoMs: number, patience = 1): number {
  return Math.max(Math.min(uptoMs, LEAST_PATIENCE_MS), uptoMs * patience);
}

/** How long these steps take when nobody answers. */
export function silentMs(steps: readonly Step[]): number {
  return steps.reduce((sum, step) => sum + ("hear" in step ? step.hear.uptoMs : 0), 0);
}

/** Turns as one text. */
export function heardIn(turns: readonly Turn[]): Buffer {
  return Buffer.concat(turns.filter(({ from }) => from === "them").map(({ bytes }) => bytes));
}
