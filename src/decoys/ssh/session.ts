import type { Settings } from "../../decoy/decoy.ts";
import type { Cancel, Peer } from "../../decoy/peer.ts";
import type { Session } from "../../decoy/session.ts";
import { Reader } from "../../wire/reader.ts";
import { Writer } from "../../wire/writer.ts";
import { authFamilies } from "./auth/auth-family.ts";
import { UserAuth } from "./auth/user-auth.ts";
import { openConnection } from "./connection/connection.ts";
import type { Connection } from "./connection/ports.ts";
import type { SshOptions } from "./options.ts";
import type { SshPersona } from "./persona.ts";
import type { Fault } from "./transport/fault.ts";
import { message } from "./transport/message.ts";
import { serverFor } from "./transport/server.ts";
import { Transport, type TransportUser, unexpected } from "./transport/transport.ts";

const MS_PER_SECOND = 1000;
const AUTH_SERVICE = "ssh-userauth";

/**
 * One visit over SSH: the transport feeds the login, and after it the channels. What is not yet needed is not yet made: most visitors
 * never get beyond the identification.
 */
export class SshSession implements Session, TransportUser {
  readonly #peer: Peer;
  readonly #settings: Settings<SshOptions, SshPersona>;
  readonly #transport: Transport;
  #cancelGrace: Cancel | undefined;
  #auth: UserAuth | undefined;
  #connection: Connection | undefined;

  constructor(peer: Peer, settings: Settings<SshOptions, SshPersona>) {
    this.#peer = peer;
    this.#settings = settings;
    this.#transport = new Transport(peer, serverFor(settings.persona), this);
  }

  start(): void {
    const { graceSeconds } = this.#settings.persona.auth;
    if (graceSeconds > 0) this.#cancelGrace = this.#peer.after(graceSeconds * MS_PER_SECOND, () => this.#transport.close());
    this.#transport.start();
  }

  receive(bytes: Uint8Array): void {
    this.#transport.receive(bytes);
  }

  drained(): void {
    this.#transport.drained();
  }

  end(): void {
    this.#cancelGrace?.();
    this.#auth?.end();
    this.#connection?.end();
    this.#transport.end();
  }

  receiveMessage(payload: Uint8Array): Fault | undefined {
    const number = payload[0] ?? 0;
    if (this.#connection !== undefined) return receiveOpen(this.#connection, number, payload);
    if (number === message.serviceRequest) return this.#startService(payload);
    if (this.#auth === undefined && !authFamilies[this.#settings.persona.family].withoutService) return unexpected(number);
    return this.#login().receive(payload);
  }

  backlogSent(): void {
    this.#connection?.drained();
  }

  /** RFC 4253 §10: `byte 5, string service`. */
  #startService(payload: Uint8Array): Fault | undefined {
    const reader = new Reader(payload, 1);
    const name = reader.string32();
    if (reader.short || reader.left > 0) return { what: "malformed message", number: message.serviceRequest };
    if (name.toString("latin1") !== AUTH_SERVICE) return { what: "service", name: name.toString("latin1") };
    this.#login();
    this.#transport.send(new Writer().u8(message.serviceAccept).string32(AUTH_SERVICE).finish());
    return undefined;
  }

  #login(): UserAuth {
    this.#auth ??= new UserAuth({
      peer: this.#peer,
      persona: this.#settings.persona,
      options: this.#settings.options,
      transport: this.#transport,
      accepted: (user) => this.#open(user),
    });
    return this.#auth;
  }

  #open(user: string): void {
    this.#cancelGrace?.();
    this.#auth = undefined;
    const transport = this.#transport;
    const ports = {
      peer: this.#peer,
      persona: this.#settings.persona,
      options: this.#settings.options,
      visitorIdent: transport.visitorIdent,
      sessionId: transport.sessionId,
      send: (payload: Uint8Array) => transport.send(payload),
      unimplemented: () => transport.unimplemented(),
      disconnect: (code: number, text: string) => transport.disconnect(code, text),
    };
    this.#connection = openConnection(ports, user);
  }
}

function receiveOpen(connection: Connection, number: number, payload: Uint8Array): Fault | undefined {
  if (number < message.connectionFirst || number > message.connectionLast) return unexpected(number);
  connection.receive(payload);
  return undefined;
}
