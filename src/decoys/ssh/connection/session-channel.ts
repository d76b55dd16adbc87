/**
 * A session channel (RFC 4254 §6): what the visitor may ask of it, and the program that runs behind it.
 *
 * As in sshd, a session is larval until a shell, a command or a subsystem runs; terminal, environment and forwarding can be asked for only
 * before, signals and new window sizes always. Order at the end: EOF, exit-status or exit-signal, eow (to OpenSSH), CLOSE; while output
 * still waits for the visitor's window, the status goes first.
 */
import { Buffer } from "node:buffer";
import type { ExitStatus, Output, Running, TerminalRequest } from "../../../shell/system.ts";
import type { Reader } from "../../../wire/reader.ts";
import { Writer } from "../../../wire/writer.ts";
import type { Behind } from "./behind.ts";
import type { Channel } from "./channel.ts";
import type { Launch, LaunchRequest } from "./launch.ts";
import type { ConnectionPorts } from "./ports.ts";
import { reactionsOf } from "./reactions.ts";
import { SIGNALS, signalNumber } from "./signals.ts";
import { describeModes, parseTerminalModes } from "./terminal-modes.ts";

/** What a session needs of its connection. */
export interface SessionPorts {
  readonly connection: ConnectionPorts;
  /** The uid behind the login. */
  readonly uid: number;
  /** Finds the program that a request wants; undefined when there is no such subsystem. */
  launch(request: LaunchRequest): Launch | undefined;
  /** Numbers terminals within the connection. */
  nextTerminal(): number;
  /** Ends the connection with sshd's words. */
  disconnect(text: string): void;
}

/** `broken`: the request's fields do not fit its type. */
export type Outcome = "granted" | "refused" | "broken";

const MAX_VARIABLES = 128;
const MAX_ENVIRONMENT_BYTES = 65_536;
const MAX_SHOWN_BYTES = 4096;

type Handler = (session: SessionChannel, body: Reader) => Outcome;

export class SessionChannel implements Behind {
  readonly #channel: Channel;
  readonly #ports: SessionPorts;
  readonly #environment: Record<string, string> = {};
  #environmentBytes = 0;
  #terminal: TerminalRequest | undefined;
  #x11 = false;
  #agent = false;
  #number = 0;
  #launch: Launch | undefined;
  /** A program that ends at once has ended before `start` gives it to us. */
  #state: "larval" | "starting" | "running" | "over" = "larval";
  #program: Running | undefined;
  #visitorClosed = false;

  constructor(channel: Channel, ports: SessionPorts) {
    this.#channel = channel;
    this.#ports = ports;
  }

  /** A request of the visitor, its fields after `want reply`. */
  request(type: string, body: Reader): Outcome {
    const larval = Object.hasOwn(LARVAL, type) ? LARVAL[type] : undefined;
    if (larval !== undefined) return this.#launch === undefined ? larval(this, body) : "refused";
    const always = Object.hasOwn(ALWAYS, type) ? ALWAYS[type] : undefined;
    return always?.(this, body) ?? "refused";
  }

  receive(bytes: Uint8Array): boolean {
    if (this.#launch?.recorded === true) this.#record("in", bytes);
    return this.#running?.input(Buffer.from(bytes)) ?? true;
  }

  /** A terminal has no end of input: sshd leaves its program waiting. */
  finish(): void {
    if (this.#terminal === undefined) this.#running?.endInput();
  }

  drained(): void {
    this.#running?.drained();
  }

  /** With a terminal the program is hung up; without one its input ends, and it goes on until it notices, as under sshd. */
  visitorClosed(): boolean {
    this.#visitorClosed = true;
    if (this.#running === undefined) return false;
    if (this.#terminal === undefined) this.#running.endInput();
    else this.#stop("HUP");
    // Who waits for room to write must find out that nobody reads.
    this.#running?.drained();
    return this.#running !== undefined;
  }

  end(): void {
    this.#stop("HUP");
  }

  #stop(signal: string): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#state = "over";
    running.end();
    this.#channel.request("exit-signal", encodeExitSignal(signal));
    this.#observeClose({ signal });
  }

  /**
   *   string    name
   *   string    value                         RFC 4254 §6.4
   */
  setVariable(body: Reader): Outcome {
    const name = body.string32();
    const value = body.string32();
    if (isBroken(body)) return "broken";
    this.#ports.connection.peer.observe({
      kind: "session.environment",
      fields: { name: Buffer.from(name.subarray(0, MAX_SHOWN_BYTES)), value: Buffer.from(value.subarray(0, MAX_SHOWN_BYTES)) },
    });
    const key = name.toString("latin1");
    const bytes = this.#environmentBytes + name.length + value.length;
    const known = this.#ports.connection.persona.connection.acceptEnv.some((pattern) => fits(key, pattern));
    if (!known || bytes > MAX_ENVIRONMENT_BYTES || Object.keys(this.#environment).length > MAX_VARIABLES) return "refused";
    this.#environmentBytes = bytes;
    this.#environment[key] = value.toString("latin1");
    return "granted";
  }

  /**
   *   string    TERM
   *   uint32    columns, rows, width and height in pixels
   *   string    terminal modes                RFC 4254 §6.2, §8
   */
  openTerminal(body: Reader): Outcome {
    const type = body.string32().toString("latin1");
    const columns = body.u32();
    const rows = body.u32();
    body.bytes(8);
    const modes = body.string32();
    if (this.#terminal !== undefined) {
      this.#ports.disconnect("Protocol error: you already have a pty.");
      return "refused";
    }
    if (isBroken(body)) return "broken";
    this.#terminal = { type: type.slice(0, MAX_SHOWN_BYTES), columns: clampCells(columns), rows: clampCells(rows) };
    const values = describeModes(parseTerminalModes(modes));
    if (values.length > 0) this.#ports.connection.peer.observe({ kind: "protocol.note", fields: { what: "terminal modes", values } });
    return "granted";
  }

  /** `boolean single connection, string protocol, string cookie, uint32 screen` (RFC 4254 §6.3.1) */
  forwardX11(body: Reader): Outcome {
    body.u8();
    body.string32();
    body.string32();
    body.u32();
    if (isBroken(body)) return "broken";
    if (this.#x11 || !this.#ports.connection.persona.connection.x11) return "refused";
    this.#x11 = true;
    return "granted";
  }

  forwardAgent(body: Reader): Outcome {
    if (isBroken(body)) return "broken";
    if (this.#agent || !this.#ports.connection.persona.connection.agent) return "refused";
    this.#agent = true;
    return "granted";
  }

  /** `shell` has no field, `exec` a command, `subsystem` a name (RFC 4254 §6.5). */
  start(kind: LaunchRequest["kind"], body: Reader): Outcome {
    const command = kind === "shell" ? undefined : body.string32().toString("latin1");
    if (isBroken(body)) return "broken";
    const launch = this.#ports.launch({
      kind,
      environment: this.#environment,
      ...(command === undefined ? {} : { command }),
      ...(this.#terminal === undefined ? {} : { terminal: this.#terminal }),
    });
    if (launch === undefined) return "refused";
    this.#launch = launch;
    this.#number = this.#ports.nextTerminal();
    this.#observeOpen(launch);
    // The window is granted first, then the request is answered, then the program is heard: so does sshd.
    this.#channel.attach(this);
    this.#state = "starting";
    return "granted";
  }

  /** The reply to the last request is sent: what it started may speak now. */
  replied(): void {
    const launch = this.#launch;
    if (this.#state !== "starting" || launch === undefined) return;
    this.#state = "running";
    this.#program = launch.start(this.#output(), this.#number);
  }

  /** `uint32 columns, rows, width, height in pixels` (RFC 4254 §6.7); granted without a terminal too, as in sshd. */
  resize(body: Reader): Outcome {
    const columns = clampCells(body.u32());
    const rows = clampCells(body.u32());
    body.bytes(8);
    if (isBroken(body)) return "broken";
    if (this.#terminal === undefined) return "granted";
    this.#terminal = { ...this.#terminal, columns, rows };
    this.#running?.resize(columns, rows);
    if (this.#launch?.recorded === true) this.#recordSize(columns, rows);
    return "granted";
  }

  /** `string signal name without SIG` (RFC 4254 §6.9) */
  signal(body: Reader): Outcome {
    const name = body.string32().toString("latin1");
    const { persona } = this.#ports.connection;
    if (isBroken(body) || !Object.hasOwn(SIGNALS, name)) return "refused";
    if (this.#ports.uid === 0 && !reactionsOf[persona.family].signalsRoot) return "refused";
    if (this.#running === undefined || this.#launch?.kind === "subsystem") return "refused";
    this.#running.signal(name);
    return "granted";
  }

  /** `uint32 length in ms` (RFC 4335): a break on a pseudo-terminal does nothing that is seen. */
  sendBreak(body: Reader): Outcome {
    body.u32();
    if (isBroken(body)) return "broken";
    return this.#terminal === undefined || this.#running === undefined ? "refused" : "granted";
  }

  get #running(): Running | undefined {
    return this.#state === "running" ? this.#program : undefined;
  }

  #output(): Output {
    return {
      out: (bytes) => this.#write(bytes, false),
      err: (bytes) => this.#write(bytes, true),
      exited: (status) => this.#exit(status),
      wantsInput: () => this.#channel.wantInput(),
    };
  }

  #write(bytes: Uint8Array, stderr: boolean): boolean {
    if (this.#state !== "running") return true;
    if (this.#visitorClosed) return this.#breakPipe();
    if (this.#launch?.recorded === true) this.#record("out", bytes);
    return this.#channel.write(bytes, stderr);
  }

  /** Who writes to a visitor that has closed the channel dies of it, once it is not in the middle of writing. */
  #breakPipe(): boolean {
    this.#ports.connection.peer.after(0, () => {
      this.#stop("PIPE");
      this.#channel.close();
    });
    return false;
  }

  #exit(status: ExitStatus): void {
    if (this.#state !== "running") return;
    this.#state = "over";
    this.#observeClose(status);
    if (!this.#channel.busy) this.#channel.endOutput();
    if ("code" in status) this.#channel.request("exit-status", new Writer(4).u32(status.code).finish());
    else this.#channel.request("exit-signal", encodeExitSignal(status.signal));
    if (this.#saysEow() && !this.#channel.inputEnded) this.#channel.request("eow@openssh.com", new Uint8Array(0));
    this.#channel.close();
  }

  #saysEow(): boolean {
    const { persona, visitorIdent } = this.#ports.connection;
    return reactionsOf[persona.family].sendsEow && /^SSH-2\.0-OpenSSH/.test(visitorIdent);
  }

  #record(way: "in" | "out", bytes: Uint8Array): void {
    this.#ports.connection.peer.record({ terminal: this.#number, way, bytes });
  }

  #recordSize(columns: number, rows: number): void {
    this.#ports.connection.peer.record({ terminal: this.#number, way: "size", columns, rows });
  }

  #observeOpen({ command, recorded }: Launch): void {
    const terminal = this.#terminal;
    const size = terminal && { type: Buffer.from(terminal.type, "latin1"), columns: terminal.columns, rows: terminal.rows };
    const line = command === undefined ? {} : { command: Buffer.from(command, "latin1") };
    this.#ports.connection.peer.observe({ kind: "terminal.open", fields: { terminal: this.#number, ...size, ...line } });
    if (recorded && terminal !== undefined) this.#recordSize(terminal.columns, terminal.rows);
  }

  #observeClose(status: ExitStatus): void {
    const code = "code" in status ? status.code : 128 + signalNumber(status.signal);
    this.#ports.connection.peer.observe({ kind: "terminal.close", fields: { terminal: this.#number, status: code } });
  }
}

const LARVAL: Readonly<Record<string, Handler>> = {
  shell: (session, body) => session.start("shell", body),
  exec: (session, body) => session.start("exec", body),
  subsystem: (session, body) => session.start("subsystem", body),
  "pty-req": (session, body) => session.openTerminal(body),
  "x11-req": (session, body) => session.forwardX11(body),
  "auth-agent-req@openssh.com": (session, body) => session.forwardAgent(body),
  env: (session, body) => session.setVariable(body),
};

const ALWAYS: Readonly<Record<string, Handler>> = {
  "window-change": (session, body) => session.resize(body),
  signal: (session, body) => session.signal(body),
  break: (session, body) => session.sendBreak(body),
};

/** `string signal, boolean core dumped, string message, string language` (RFC 4254 §6.10) */
function encodeExitSignal(name: string): Buffer {
  const known = Object.hasOwn(SIGNALS, name) ? name : "SIG@openssh.com";
  return new Writer().string32(known).u8(0).string32("").string32("").finish();
}

function isBroken(body: Reader): boolean {
  return body.short || body.left > 0;
}

function fits(name: string, pattern: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** The kernel keeps window sizes in 16 bits. */
function clampCells(cells: number): number {
  return cells & 0xffff;
}
