import type { Command } from "commander";
import { controlClient } from "../control/client.ts";
import type { Settings } from "../daemon/settings.ts";
import { catalogue } from "../events/catalogue.ts";
import type { Event } from "../events/event.ts";
import { eventLine } from "../insight/event-line.ts";
import type { EventQuery } from "../store/index/index-reader.ts";
import { knownKind } from "./known-kind.ts";
import { configOption, isoTime, jsonOption, stateOption, wholeNumber } from "./options.ts";
import { print, printJson, say } from "./output.ts";
import { controlSocket, type Place, withStore } from "./state.ts";

interface EventsOptions extends Place {
  readonly json?: boolean;
  readonly follow?: boolean;
  readonly since?: string;
  readonly kind?: string;
  readonly limit: number;
  readonly text?: string;
  readonly source?: string;
}

export function addEvents(program: Command): void {
  program
    .command("events")
    .description("what happened, oldest first")
    .addOption(jsonOption())
    .option("--follow", "go on with what happens from now")
    .option("--since <time>", "from this time on (ISO 8601)", isoTime)
    .option("--kind <kind>", "only this kind (docs/events.md)", knownKind(Object.keys(catalogue)))
    .option("--source <address>", "only this visitor")
    .option("--text <words>", "only events with all these words; a word may end in *")
    .option("--limit <n>", "the newest n", wholeNumber(1), 100)
    .addOption(stateOption())
    .addOption(configOption())
    .action(showEvents);
}

async function showEvents(options: EventsOptions): Promise<void> {
  const show = options.json === true ? printJson : (event: Event) => print(eventLine(event));
  await withStore(options, async (reader, settings) => {
    // Following begins before the past is read, so that nothing falls between; what both have is shown once.
    const live = options.follow === true ? await beginToFollow(settings) : undefined;
    const past = reader.questions.events(queryOf(options)).reverse();
    for (const event of past) show(event);
    if (live === undefined) return;
    const seen = new Set(past.map(({ id }) => id));
    for await (const event of live) if (!seen.has(event.id) && fits(event, options)) show(event);
    say("The sensor ended.");
  });
}

/** The sensor's events from now on. Resolves when the sensor has begun to pass them on. */
async function beginToFollow(settings: Settings): Promise<AsyncIterable<Event>> {
  const live = controlClient(controlSocket(settings)).lines("/v1/events/live");
  await live.next();
  return eventsIn(live);
}

/** What is no event (another version's answer) is left out. */
async function* eventsIn(lines: AsyncIterable<unknown>): AsyncGenerator<Event> {
  for await (const line of lines) if (isEvent(line)) yield line;
}

function queryOf({ since, kind, limit, text, source }: EventsOptions): EventQuery {
  return {
    limit,
    ...(since === undefined ? {} : { since }),
    ...(kind === undefined ? {} : { kind }),
    ...(text === undefined ? {} : { text }),
    ...(source === undefined ? {} : { source }),
  };
}

function fits(event: Event, { kind, source, text }: EventsOptions): boolean {
  if (kind !== undefined && event.kind !== kind) return false;
  if (source !== undefined && event.source?.address !== source) return false;
  const whole = JSON.stringify(event).toLowerCase();
  return (text ?? "").split(/\s+/).every((word) => whole.includes(word.replace(/\*$/, "").toLowerCase()));
}

function isEvent(value: unknown): value is Event {
  return (
    typeof value === "object" &&
    value !== null &&
    "v" in value &&
    value.v === 1 &&
    "kind" in value &&
    typeof value.kind === "string" &&
    Object.hasOwn(catalogue, value.kind)
  );
}
