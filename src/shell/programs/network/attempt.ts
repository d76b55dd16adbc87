import { toBytes } from "../../bytes.ts";
import type { Execution, Process } from "../../program.ts";
import { connect, type Fate } from "./reach.ts";
import { resolve } from "./resolver.ts";

/** Programs that open a connection. It is recorded; nothing leaves; it ends as network/reach.ts decides. */
export interface Attempt {
  readonly fate: Fate | "unknown";
  readonly address: string;
}

export function* attempt(
  process: Process,
  to: { readonly way: string; readonly host: string; readonly port: number; readonly withinMs?: number | undefined },
): Execution<Attempt> {
  const found = yield* resolve(process, to.host);
  const fate =
    found === undefined
      ? "unknown"
      : yield* connect(process, { host: to.host, address: found.address, port: to.port }, { withinMs: to.withinMs });
  process.observe({
    kind: "tunnel.request",
    fields: { way: to.way, host: toBytes(to.host), port: to.port, answer: fate === "open" ? "open" : "refused" },
  });
  return { fate, address: found?.address ?? "" };
}

/** What this machine's own servers say first. */
export function greeting(process: Process, port: number): string {
  const { services, machine } = process.system.persona;
  const ssh = services["ssh"];
  if (port === 22 && typeof ssh === "object" && ssh !== null && "ident" in ssh && typeof ssh.ident === "string") return `${ssh.ident}\r\n`;
  return port === 80
    ? `HTTP/1.1 400 Bad Request\r\nServer: ${machine.versions["nginx"]?.split(" ").at(-1) ?? "nginx"}\r\nConnection: close\r\n\r\n`
    : "";
}

/** Reports what the visitor sent to the other side. */
export function reportSaid(process: Process, to: { readonly host: string; readonly port: number }, said: string | undefined): void {
  if (said !== undefined && said !== "")
    process.observe({ kind: "tunnel.data", fields: { host: toBytes(to.host), port: to.port, bytes: toBytes(said.slice(0, 1024)) } });
}
