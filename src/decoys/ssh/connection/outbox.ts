import type { ConnectionPorts } from "./ports.ts";

/**
 * The way out of a connection: remembers whether the visitor keeps up, so that channels with much to say wait for `drained()`.
 * Replies and closings are sent all the same: they are small, and bounded by what the visitor asks.
 */
export class Outbox {
  #open = true;
  #flowing = true;
  readonly #ports: ConnectionPorts;

  constructor(ports: ConnectionPorts) {
    this.#ports = ports;
  }

  /** False: the backlog is long; bulk data must wait. */
  get flowing(): boolean {
    return this.#flowing;
  }

  send(payload: Uint8Array): void {
    if (!this.#open) return;
    if (!this.#ports.send(payload)) this.#flowing = false;
  }

  /** The backlog is gone. */
  drained(): void {
    this.#flowing = true;
  }

  /** Sends DISCONNECT (RFC 4253 §11.1) as a protocol error; nothing can be sent afterwards. */
  disconnect(text: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.#ports.disconnect(2, text);
  }

  /** Hangs up without a word, as sshd does on a message that it cannot parse. */
  hangUp(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#ports.peer.hangUp("close");
  }

  /** True until the connection has been ended from our side. */
  get open(): boolean {
    return this.#open;
  }

  close(): void {
    this.#open = false;
  }
}
