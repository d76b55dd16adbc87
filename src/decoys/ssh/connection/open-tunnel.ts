import { Buffer } from "node:buffer";
import type { Reader } from "../../../wire/reader.ts";
import { OpenFailure } from "./messages.ts";
import type { ConnectionPorts } from "./ports.ts";
import type { CannedService } from "./settings.ts";
import type { Target } from "./tunnel.ts";

/** How a wish for a tunnel is answered. */
export type TunnelPlan =
  | { readonly service: CannedService; readonly target: Target }
  | { readonly reason: number; readonly text: string }
  | "broken";

const MAX_PORT = 0xffff;

/**
 *   string    host to connect
 *   uint32    port to connect
 *   string    originator address
 *   uint32    originator port               RFC 4254 §7.2
 */
export function planTcpTunnel(ports: ConnectionPorts, body: Reader): TunnelPlan {
  const host = Buffer.from(body.string32());
  const port = body.u32();
  body.string32();
  const originatorPort = body.u32();
  if (body.short || body.left > 0) return "broken";
  const plan = answerTcp(ports, { host, port }, originatorPort);
  const answer = "service" in plan ? plan.service.name : "refused";
  ports.peer.observe({ kind: "tunnel.request", fields: { way: "direct-tcpip", host, port, answer } });
  return plan;
}

function answerTcp({ options }: ConnectionPorts, target: Target, originatorPort: number): Exclude<TunnelPlan, "broken"> {
  const { services, tunnels } = options.connection;
  if (target.port > MAX_PORT || originatorPort > MAX_PORT) return { reason: OpenFailure.prohibited, text: "open failed" };
  const service = services.find(({ ports }) => ports.includes(target.port));
  if (service !== undefined) return { service, target };
  if (tunnels === "prohibit") return { reason: OpenFailure.prohibited, text: "open failed" };
  return { reason: OpenFailure.connectFailed, text: "Connection refused" };
}

/** `string path, string reserved, uint32 reserved` (PROTOCOL of OpenSSH, section 2.4): nothing listens on any path. */
export function planPathTunnel(ports: ConnectionPorts, body: Reader): TunnelPlan {
  const path = Buffer.from(body.string32());
  body.string32();
  body.u32();
  if (body.short || body.left > 0) return "broken";
  ports.peer.observe({ kind: "tunnel.request", fields: { way: "direct-streamlocal", host: path, port: 0, answer: "refused" } });
  return { reason: OpenFailure.connectFailed, text: "open failed" };
}
