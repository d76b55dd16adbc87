import type { Endpoint } from "../decoy/endpoint.ts";
import type { FileSystem } from "./file-system.ts";

/**
 * The emulated machine behind a visit: one for each connection, made by `bootSystem(peer)`, shared by all its terminals, exec channels
 * and file transfers. What a source changes is kept in the peer's memory and found again at its next visit.
 */
export interface System {
  readonly fs: FileSystem;
  /** Starts a login shell or a command. Output comes through `output`, cut anywhere; `exited` comes last, exactly once, unless `end()` was called. */
  start(request: StartRequest, output: Output): Running;
  /** Keeps the source's changes in the peer's memory and stops everything. Call it once, when the connection ends. */
  close(): void;
}

export interface StartRequest {
  readonly user: string;
  /** Run by the user's shell with -c; absent: a login shell. */
  readonly command?: string;
  /** Present when the visitor has a terminal: the line discipline echoes, edits and turns ^C into a signal. */
  readonly terminal?: TerminalRequest;
  readonly environment?: Readonly<Record<string, string>>;
  /** How the visitor came, for `who`, SSH_CONNECTION and the like. */
  readonly via: "ssh" | "telnet";
  readonly origin: Endpoint;
  readonly destination: Endpoint;
  /** Number of this terminal in events and recordings. */
  readonly number: number;
}

export interface TerminalRequest {
  readonly type: string;
  readonly columns: number;
  readonly rows: number;
}

export interface Output {
  /** Standard output, or all output when there is a terminal. False: hold back until `Running.drained()`. */
  out(bytes: Uint8Array): boolean;
  /** Standard error, without a terminal. */
  err(bytes: Uint8Array): boolean;
  exited(status: ExitStatus): void;
  /** After `Running.input` returned false: more may come. */
  wantsInput?(): void;
}

export type ExitStatus = { readonly code: number } | { readonly signal: string };

export interface Running {
  /** What the visitor typed or piped in. False: hold back until `wantsInput` is called. */
  input(bytes: Uint8Array): boolean;
  /** No more input (half-close). */
  endInput(): void;
  resize(columns: number, rows: number): void;
  /** A signal's name without SIG, such as INT. */
  signal(name: string): void;
  /** After `Output` returned false: go on. */
  drained(): void;
  /** The visitor is gone: HUP, and no more output. */
  end(): void;
}
