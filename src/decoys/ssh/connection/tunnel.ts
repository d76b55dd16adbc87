/**
 * Channels that the visitor wants this host to connect onwards with. Nothing is ever connected: a canned service answers,
 * or the far end seems to refuse. What goes into a tunnel is shown to the operator by its first bytes.
 */
import { Buffer } from "node:buffer";
import type { Peer } from "../../../decoy/peer.ts";
import type { Behind } from "./behind.ts";
import type { Channel } from "./channel.ts";
import type { CannedService } from "./settings.ts";

export interface Target {
  readonly host: Buffer;
  readonly port: number;
}

/** Bytes of each tunnel that the operator is shown. */
const SHOWN_BYTES = 4096;
/** A piece of input longer than this is answered as it stands. */
const MAX_PIECE_BYTES = 65_536;

/** One canned service in one tunnel: pieces of input in, answers out; it remembers only the piece that is not whole. */
export class Tunnel implements Behind {
  readonly #channel: Channel;
  readonly #service: CannedService;
  readonly #target: Target;
  readonly #peer: Peer;
  #piece: Buffer = Buffer.alloc(0);
  #until: string;
  #shown: Buffer | undefined = Buffer.alloc(0);
  #closed = false;

  constructor(channel: Channel, service: CannedService, ports: { readonly peer: Peer; readonly target: Target }) {
    this.#channel = channel;
    this.#service = service;
    this.#target = ports.target;
    this.#peer = ports.peer;
    this.#until = service.ends;
  }

  start(): void {
    this.#say(this.#service.greeting);
  }

  receive(bytes: Uint8Array): boolean {
    this.#show(bytes);
    if (this.#closed) return true;
    this.#piece = Buffer.concat([this.#piece, bytes]);
    while (!this.#closed && this.#answerPiece());
    return true;
  }

  finish(): void {
    this.#report();
    this.#closed = true;
    this.#channel.close();
  }

  drained(): void {
    // Answers are small and wait in the channel.
  }

  visitorClosed(): boolean {
    this.#report();
    return false;
  }

  end(): void {
    this.#report();
  }

  /** Answers one whole piece; false when none is there. */
  #answerPiece(): boolean {
    const at = this.#piece.indexOf(this.#until, 0, "latin1");
    const whole = at >= 0 || this.#piece.length > MAX_PIECE_BYTES;
    if (!whole) return false;
    // The end of a long piece (a lone full stop) is looked up among the turns itself.
    const text = this.#until === this.#service.ends ? this.#piece.toString("latin1", 0, Math.max(at, 0)) : this.#until;
    this.#piece = this.#piece.subarray(at < 0 ? this.#piece.length : at + this.#until.length);
    const turn = this.#service.turns.find(({ starts }) => text.toLowerCase().startsWith(starts.toLowerCase()));
    this.#until = turn?.until || this.#service.ends;
    this.#say(turn?.answer ?? "");
    if (turn?.closes === true) {
      this.#closed = true;
      this.#report();
      this.#channel.endOutput();
    }
    return true;
  }

  #say(text: string): void {
    if (text === "") return;
    const filled = text
      .replaceAll("{host}", this.#target.host.toString("latin1"))
      .replaceAll("{port}", String(this.#target.port))
      .replaceAll("{date}", new Date(this.#peer.now().wallMs).toUTCString());
    this.#channel.write(Buffer.from(filled, "latin1"));
  }

  #show(bytes: Uint8Array): void {
    if (this.#shown === undefined) return;
    this.#shown = Buffer.concat([this.#shown, bytes.subarray(0, SHOWN_BYTES - this.#shown.length)]);
    if (this.#shown.length >= SHOWN_BYTES) this.#report();
  }

  #report(): void {
    const shown = this.#shown;
    this.#shown = undefined;
    if (shown === undefined || shown.length === 0) return;
    this.#peer.observe({ kind: "tunnel.data", fields: { host: this.#target.host, port: this.#target.port, bytes: shown } });
  }
}
