/**
 * Global requests (RFC 4254 §4): nothing is ever listened on; who asks is recorded, and answered as sshd's configuration would.
 */
import { Buffer } from "node:buffer";
import type { Reader } from "../../../wire/reader.ts";
import { Writer } from "../../../wire/writer.ts";
import { proveHostKeys } from "./host-keys.ts";
import { encodeDebug } from "./messages.ts";
import type { Outbox } from "./outbox.ts";
import type { ConnectionPorts } from "./ports.ts";
import { reactionsOf } from "./reactions.ts";

export interface GlobalContext {
  readonly ports: ConnectionPorts;
  readonly outbox: Outbox;
  readonly wantReply: boolean;
  /** Listeners that we pretend to have, as `host:port` or a path. */
  readonly listeners: Set<string>;
  /** no-more-sessions@openssh.com: further sessions are an attack. */
  forbidSessions(): void;
}

/** The body of a success; undefined: failure; `broken`: the fields do not fit. */
export type GlobalAnswer = Uint8Array | undefined | "broken";

type Handler = (context: GlobalContext, body: Reader) => GlobalAnswer;

const NOTHING = new Uint8Array(0);
const MAX_LISTENERS = 100;
/** Ports that Linux gives to those who ask for none in particular. */
const FIRST_FREE_PORT = 32_768;
const FREE_PORTS = 28_232;

export function answerGlobalRequest(type: string, context: GlobalContext, body: Reader): GlobalAnswer {
  const handler = Object.hasOwn(HANDLERS, type) ? HANDLERS[type] : undefined;
  return handler?.(context, body);
}

const HANDLERS: Readonly<Record<string, Handler>> = {
  "tcpip-forward": listenTcp,
  "cancel-tcpip-forward": cancelTcp,
  "streamlocal-forward@openssh.com": listenPath,
  "cancel-streamlocal-forward@openssh.com": cancelPath,
  "no-more-sessions@openssh.com": noMoreSessions,
  "hostkeys-prove-00@openssh.com": ({ ports }, body) => (ports.persona.connection.hostkeysProof ? proveHostKeys(ports, body) : undefined),
};

/** `string address to bind, uint32 port` (RFC 4254 §7.1); port 0: any, told in the answer. */
function listenTcp(context: GlobalContext, body: Reader): GlobalAnswer {
  const host = body.string32();
  const port = body.u32();
  if (body.short) return "broken";
  const accepted = context.ports.options.connection.listening === "accept" && (port !== 0 || context.wantReply) && port <= 0xffff;
  report(context, { way: "tcpip-forward", host, port, accepted });
  if (!accepted || context.listeners.size >= MAX_LISTENERS) return refuse(context);
  const given = port === 0 ? freePort(context.ports) : port;
  context.listeners.add(`${host.toString("latin1")}:${given}`);
  return port === 0 ? new Writer(4).u32(given).finish() : NOTHING;
}

function cancelTcp(context: GlobalContext, body: Reader): GlobalAnswer {
  const name = `${body.string32().toString("latin1")}:${body.u32()}`;
  if (body.short) return "broken";
  return context.listeners.delete(name) ? NOTHING : undefined;
}

/** `string path` (PROTOCOL of OpenSSH, section 2.4) */
function listenPath(context: GlobalContext, body: Reader): GlobalAnswer {
  const path = body.string32();
  if (body.short) return "broken";
  const accepted = context.ports.options.connection.listening === "accept";
  report(context, { way: "streamlocal-forward@openssh.com", host: path, port: 0, accepted });
  if (!accepted || context.listeners.size >= MAX_LISTENERS) return refuse(context);
  context.listeners.add(path.toString("latin1"));
  return NOTHING;
}

function cancelPath(context: GlobalContext, body: Reader): GlobalAnswer {
  const path = body.string32().toString("latin1");
  if (body.short) return "broken";
  return context.listeners.delete(path) ? NOTHING : undefined;
}

function noMoreSessions(context: GlobalContext): GlobalAnswer {
  if (context.ports.persona.family !== "openssh") return undefined;
  context.forbidSessions();
  return NOTHING;
}

function refuse({ ports, outbox }: GlobalContext): undefined {
  if (reactionsOf[ports.persona.family].explains) outbox.send(encodeDebug("Server has disabled port forwarding."));
  return undefined;
}

function freePort({ peer }: ConnectionPorts): number {
  return FIRST_FREE_PORT + (Buffer.from(peer.random(2)).readUInt16BE() % FREE_PORTS);
}

function report({ ports }: GlobalContext, asked: { way: string; host: Buffer; port: number; accepted: boolean }): void {
  const { way, host, port, accepted } = asked;
  const answer = accepted ? "seems to listen" : "refused";
  ports.peer.observe({ kind: "tunnel.request", fields: { way, host: Buffer.from(host), port, answer } });
}
