import { Buffer } from "node:buffer";
import type { Peer } from "../../../../decoy/peer.ts";
import { explain } from "../../../../shell/errno.ts";
import type { Errno, FileSystem } from "../../../../shell/file-system.ts";
import type { Output } from "../../../../shell/system.ts";
import type { Account } from "../account.ts";
import type { ScpCommand } from "./command.ts";

export interface ScpPorts {
  readonly peer: Peer;
  readonly fs: FileSystem;
  readonly account: Account;
  readonly output: Output;
}

/** What both directions of scp's far end share: speaking, failing, counting errors, ending. */
export class Transfer {
  readonly command: ScpCommand;
  readonly ports: ScpPorts;
  #errors = 0;
  #flowing = true;
  #ended = false;

  constructor(command: ScpCommand, ports: ScpPorts) {
    this.command = command;
    this.ports = ports;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** False: the visitor does not keep up. */
  get flowing(): boolean {
    return this.#flowing;
  }

  drained(): void {
    this.#flowing = true;
  }

  say(text: string): void {
    this.send(Buffer.from(text, "latin1"));
  }

  send(bytes: Uint8Array): void {
    if (!this.#ended && !this.ports.output.out(bytes)) this.#flowing = false;
  }

  /** The lone zero byte that means: go on. */
  accept(): void {
    this.say("\0");
  }

  /** Tells an error as scp tells it to the other side, and goes on. */
  fail(message: string): void {
    this.#errors += 1;
    this.say(`\x01scp: ${message}\n`);
  }

  failPath(path: string, error: Errno): void {
    this.fail(`${path}: ${explain(error)}`);
  }

  /** An error that the other side told. */
  countError(): void {
    this.#errors += 1;
  }

  /** With -v, what happens is told on standard error. */
  trace(line: string): void {
    if (this.command.verbose && !this.#ended) this.ports.output.err(Buffer.from(line, "latin1"));
  }

  /** Exit status 1 after any error. */
  finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.ports.output.exited({ code: this.#errors > 0 ? 1 : 0 });
  }

  /** An error that ends the program. */
  die(message: string): void {
    this.fail(message);
    this.finish();
  }

  protocolError(why: string): void {
    this.die(`protocol error: ${why}`);
  }

  /** Nobody is there any more. */
  abandon(): void {
    this.#ended = true;
  }

  /** `path` for the file system: relative to the home directory, `~` as the shell expands it. */
  absolute(path: string): string {
    const { home } = this.ports.account;
    const base = home === "/" ? "" : home;
    if (path === "~" || path.startsWith("~/")) return `${base}${path.slice(1)}` || "/";
    return path.startsWith("/") ? path : `${base}/${path}`;
  }
}
