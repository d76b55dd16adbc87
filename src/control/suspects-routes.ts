import type { Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { parseJson } from "../wire/parse-json.ts";
import type { ControlPorts, SuspectsChanged, SuspectsPort } from "./api.ts";

/** Who asks, for the record: a local user's number, or the token. */
export type WhoAsks = (context: Context) => string;

const MOST_BYTES = 4096;
const STATES: readonly string[] = ["trusted", "known", "suspect", "hostile"];

/**
 * What is thought of sources, and what operators make of it:
 *
 *     GET  /v1/suspects?state=suspect     every source, or those of one state
 *     POST /v1/suspects/forgive           {"source": "192.0.2.1"}
 *     POST /v1/suspects/trust             {"network": "192.0.2.0/24", "days": 7}
 *     POST /v1/suspects/distrust          {"network": "192.0.2.0/24"}
 *
 * A change has to be sent as JSON: a page of somebody else's cannot do that without being asked about first (CORS), which nobody answers here.
 */
export function addSuspects(app: Hono, { suspects }: ControlPorts, whoAsks: WhoAsks): void {
  app.get("/v1/suspects", (context) => {
    const { state, ...other } = context.req.query();
    const [unknown] = Object.keys(other);
    if (unknown !== undefined) return context.json({ error: `${unknown} is not known; known is state` }, 400);
    if (state !== undefined && !STATES.includes(state)) return context.json({ error: `state must be one of ${STATES.join(", ")}` }, 400);
    return context.json(suspects.list().filter((one) => state === undefined || one.state === state));
  });
  for (const change of ["forgive", "trust", "distrust"] as const)
    app.post(
      `/v1/suspects/${change}`,
      bodyLimit({ maxSize: MOST_BYTES, onError: (context) => context.json({ error: "that is too long" }, 413) }),
      (context) => changed(context, suspects[change], whoAsks(context)),
    );
}

async function changed(context: Context, change: SuspectsPort["forgive"], by: string): Promise<Response> {
  if (!/^application\/json(?:;|$)/.test(context.req.header("content-type") ?? ""))
    return context.json({ error: "the content type must be application/json" }, 415);
  const body = parseJson(await context.req.text());
  const made: SuspectsChanged = body === undefined ? { status: 400, error: "that is no JSON" } : change(body, by);
  return "error" in made ? context.json({ error: made.error }, made.status) : context.json(made);
}
