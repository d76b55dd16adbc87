import { watchSteward } from "../../steward/client/watch.ts";
import { socketOf } from "../../steward/place.ts";
import type { Sight } from "../../steward/verbs/api.ts";
import { visible } from "../../wire/visible.ts";
import type { AskOptions } from "../disguise/ask.ts";
import { say } from "../output.ts";
import { Screen } from "../screen.ts";
import { traceLine } from "./trace-line.ts";

interface TraceOptions extends AskOptions {
  readonly for?: number;
  readonly count?: number;
  readonly logs?: boolean;
}

/** Shows what the engine sees and does, until it is told to end, has shown enough, or the engine goes down. */
export async function wireTrace(options: TraceOptions): Promise<void> {
  const { folder, count = Number.POSITIVE_INFINITY, logs = false } = options;
  const ending = new AbortController();
  const end = () => ending.abort();
  const screen = new Screen(end);
  const line = options.json === true ? jsonLine : textLine;
  let shown = 0;
  const onSight = (sight: Sight) => {
    if (shown >= count) return;
    screen.line(line(sight));
    shown += 1;
    if (shown >= count) end();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, end);
  const timer = options.for === undefined ? undefined : setTimeout(end, options.for * 1000);
  screen.open();
  await watchSteward({ logs }, { place: { folder, socket: socketOf(folder) }, onSight, signal: ending.signal });
  clearTimeout(timer);
  await screen.close();
  if (!ending.signal.aborted) say("The wire disguise went down.");
}

function jsonLine(sight: Sight): string {
  return JSON.stringify({ time: new Date().toISOString(), ...sight });
}

function textLine(sight: Sight): string {
  return visible(`${new Date().toISOString().slice(11, 23)}  ${traceLine(sight)}`);
}
