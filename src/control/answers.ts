import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { type Context, Hono } from "hono";
import type { ControlPorts } from "./api.ts";
import { tcpGuard } from "./guard.ts";
import { controlRoutes } from "./routes.ts";

/** Answers one request. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Who asks over TCP must know the token, and ask for this host. */
export interface Guarded {
  readonly token: string;
  port(): number;
}

/**
 * The control interface with its web framework. Loaded at the first request: most sensors are seldom asked, and it takes 8 MiB and a
 * good part of the start.
 */
export function answersOf(ports: ControlPorts, ending: AbortSignal, guarded?: Guarded): Answer {
  const routes = controlRoutes(ports, ending, guarded === undefined ? localUser : () => "token");
  const app = guarded === undefined ? routes : new Hono().use(tcpGuard(guarded.token, () => guarded.port())).route("/", routes);
  return getRequestListener(app.fetch);
}

/** On the Unix socket only the sensor's own account and root can ask; which user that is, their client says. */
function localUser(context: Context): string {
  const given = context.req.header("x-utsusemi-uid") ?? "";
  return `uid ${/^\d{1,10}$/.test(given) ? given : (process.getuid?.() ?? 0)}`;
}
