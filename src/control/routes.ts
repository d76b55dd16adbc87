import { Hono } from "hono";
import { streamText } from "hono/streaming";
import type { Event } from "../events/event.ts";
import type { ControlPorts, EventQuery, SessionQuery, TimeSpan } from "./api.ts";
import { addSuspects, type WhoAsks } from "./suspects-routes.ts";

const MAX_QUEUED_EVENTS = 20_000;
const NDJSON = "application/x-ndjson; charset=utf-8";

/**
 * The control interface's paths. Everything is read from the archive and the sensor's status; only what is thought of sources can be changed.
 * @param ending the sensor ends: who follows events gets the last of them, and then the end
 */
export function controlRoutes(ports: ControlPorts, ending: AbortSignal, whoAsks: WhoAsks): Hono {
  const app = new Hono();
  app.get("/v1/status", (context) => context.json(ports.status()));
  app.get("/v1/events", (context) => {
    const query = eventQuery(context.req.query());
    if (typeof query === "string") return context.json({ error: query }, 400);
    return context.body(lines(ports.archive.events(query)), 200, { "content-type": NDJSON });
  });
  app.get("/v1/events/live", (context) => streamText(context, (stream) => follow(ports, stream, ending)));
  app.get("/v1/sessions", (context) => {
    const query = sessionQuery(context.req.query());
    if (typeof query === "string") return context.json({ error: query }, 400);
    return context.body(lines(ports.archive.sessions(query)), 200, { "content-type": NDJSON });
  });
  app.get("/v1/sessions/:id", (context) => {
    const events = ports.archive.session(context.req.param("id"));
    return events.length === 0
      ? context.json({ error: "no such visit" }, 404)
      : context.body(lines(events), 200, { "content-type": NDJSON });
  });
  app.get("/v1/sessions/:id/recordings/:terminal", (context) => {
    const terminal = Number(context.req.param("terminal"));
    const cast = Number.isSafeInteger(terminal) ? ports.archive.recording(context.req.param("id"), terminal) : undefined;
    return cast === undefined
      ? context.json({ error: "no such recording" }, 404)
      : context.body(cast, 200, { "content-type": "application/x-asciicast" });
  });
  app.get("/v1/journal/heads", (context) => context.json(ports.heads()));
  app.get("/v1/files", (context) => context.body(lines(ports.archive.files()), 200, { "content-type": NDJSON }));
  app.get("/v1/counts", (context) => {
    const span = timeSpan(context.req.query());
    return typeof span === "string" ? context.json({ error: span }, 400) : context.json(ports.archive.counts(span));
  });
  addSuspects(app, ports, whoAsks);
  app.notFound((context) => context.json({ error: "no such path" }, 404));
  app.onError((error, context) => context.json({ error: `a fault of ours: ${error.message}` }, 500));
  return app;
}

interface LineStream {
  readonly aborted: boolean;
  write(text: string): Promise<unknown>;
  onAbort(listener: () => void): void;
}

/** Passes on events as they become durable, until the reader goes. One who reads too slowly is cut off rather than buffered for without end. */
async function follow(ports: ControlPorts, stream: LineStream, ending: AbortSignal): Promise<void> {
  let queue: Event[] = [];
  let wake: () => void = () => undefined;
  const stop = ports.onDurable((events) => {
    queue.push(...events);
    wake();
  });
  stream.onAbort(() => wake());
  ending.addEventListener("abort", () => wake());
  // The first line tells the reader that from now on nothing is missed.
  await stream.write('{"live":true}\n');
  while (!stream.aborted && queue.length <= MAX_QUEUED_EVENTS) {
    const batch = queue;
    queue = [];
    if (batch.length > 0) await stream.write(lines(batch));
    if (queue.length === 0 && ending.aborted) break;
    if (queue.length === 0 && !stream.aborted) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  stop();
}

function lines(items: readonly unknown[]): string {
  return items.map((item) => `${JSON.stringify(item)}\n`).join("");
}

type Parameters = Readonly<Record<string, string>>;

/** A query that can be asked, or what is wrong with it. */
function eventQuery(given: Parameters): EventQuery | string {
  const known = ["since", "until", "kind", "session", "source", "text", "limit", "after", "order"];
  const wrong = problem(given, known);
  if (wrong !== undefined) return wrong;
  const { limit, order, ...texts } = given;
  if (order !== undefined && order !== "newest" && order !== "oldest") return "order must be newest or oldest";
  return { ...texts, ...(limit === undefined ? {} : { limit: Number(limit) }), ...(order === undefined ? {} : { order }) };
}

function sessionQuery(given: Parameters): SessionQuery | string {
  const wrong = problem(given, ["since", "until", "source", "decoy", "limit", "after"]);
  if (wrong !== undefined) return wrong;
  const { limit, ...texts } = given;
  return { ...texts, ...(limit === undefined ? {} : { limit: Number(limit) }) };
}

function timeSpan(given: Parameters): TimeSpan | string {
  return problem(given, ["since", "until"]) ?? given;
}

function problem(given: Parameters, known: readonly string[]): string | undefined {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) return `${unknown} is not known; known are ${known.join(", ")}`;
  const { limit, since, until } = given;
  if (limit !== undefined && !/^[1-9]\d{0,5}$/.test(limit)) return "limit must be a whole number from 1 to 999999";
  if ([since, until].some((time) => time !== undefined && Number.isNaN(Date.parse(time)))) return "since and until must be RFC 3339 times";
  return undefined;
}
