import type { Peer } from "../../../decoy/peer.ts";
import type { SshOptions } from "../options.ts";
import type { SshPersona } from "../persona.ts";

/**
 * The border between the transport (RFC 4253), which encrypts and rekeys, and the connection layer (RFC 4254), which has channels.
 * Payloads are whole messages, their number first; the transport holds them back by itself while keys change.
 */
export interface Connection {
  /** A decrypted message of the visitor, number 80 to 127. The view is valid only during the call. */
  receive(payload: Uint8Array): void;
  /** `send` returned false before: the backlog is sent, go on producing. */
  drained(): void;
  /** The visitor is gone; nothing can be sent any more. */
  end(): void;
}

export interface ConnectionPorts {
  readonly peer: Peer;
  readonly persona: SshPersona;
  readonly options: SshOptions;
  /** Queues one message for the visitor; copied before it returns. False: the backlog is long, produce no more until `drained()`. */
  send(payload: Uint8Array): boolean;
  /** Answers a message of the visitor that this server does not know (SSH_MSG_UNIMPLEMENTED, with that message's sequence number). */
  unimplemented(): void;
  /** Sends SSH_MSG_DISCONNECT and hangs up. */
  disconnect(code: number, message: string): void;
  /** The visitor's identification line, such as `SSH-2.0-OpenSSH_9.2p1`: servers send some messages only to products that know them. */
  readonly visitorIdent: string;
  /** RFC 4253 §7.2: identifies the connection in signatures, such as the proof of host keys. */
  readonly sessionId: Uint8Array;
}
