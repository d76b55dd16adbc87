import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { checkShape } from "../../../../shape/shape.ts";
import { FakePeer, type FakePeerSettings } from "../../../../testkit/fake-peer.ts";
import { Reader } from "../../../../wire/reader.ts";
import { Writer } from "../../../../wire/writer.ts";
import { sshOptions } from "../../options.ts";
import type { SshPersona } from "../../persona.ts";
import { debianOpenssh } from "../../testclient/test-personas.ts";
import type { ConnectionOptions } from "../settings.ts";
import { SshConnection } from "../ssh-connection.ts";
import { testFileSystem } from "./file-system.ts";
import { ScriptedSystem } from "./scripted-system.ts";

export interface VisitSettings extends FakePeerSettings {
  readonly user?: string;
  readonly ssh?: Partial<SshPersona>;
  readonly channels?: Partial<SshPersona["connection"]>;
  readonly options?: Partial<ConnectionOptions>;
  readonly ident?: string;
}

/** One connection after its login, whose messages are seen and written as one line each. */
export class Visit {
  readonly peer: FakePeer;
  readonly system: ScriptedSystem;
  readonly connection: SshConnection;
  /** Systems that were started: one at most. */
  booted = 0;
  /** False makes `send` say that the backlog is long. */
  flowing = true;
  #lines: string[] = [];
  #over = false;

  constructor(settings: VisitSettings = {}) {
    this.peer = new FakePeer(settings);
    this.system = new ScriptedSystem(testFileSystem(this.peer));
    const { value } = checkShape(sshOptions, { admission: {}, connection: {} });
    assert.ok(value !== undefined);
    const persona = { ...debianOpenssh, ...settings.ssh };
    const ports = {
      peer: this.peer,
      persona: { ...persona, connection: { ...persona.connection, hostkeysProof: false, ...settings.channels } },
      options: { ...value, connection: { ...value.connection, ...settings.options } },
      visitorIdent: settings.ident ?? "SSH-2.0-paramiko_3.4.0",
      sessionId: Buffer.alloc(32, 1),
      send: (payload: Uint8Array) => this.#sent(payload),
      unimplemented: () => this.#lines.push("UNIMPLEMENTED"),
      disconnect: (code: number, text: string) => {
        this.#over = true;
        this.#lines.push(`DISCONNECT ${code} ${text}`);
      },
    };
    this.connection = new SshConnection(ports, settings.user ?? "root", () => {
      this.booted += 1;
      return this.system;
    });
  }

  /** Sends messages of the visitor; gives what we sent since the last call, one line a message. */
  talk(...payloads: readonly Uint8Array[]): string[] {
    for (const payload of payloads) {
      if (this.#over || this.peer.hungUp !== undefined) break;
      this.connection.receive(payload);
      this.peer.clock.advance(0);
    }
    return this.take();
  }

  take(): string[] {
    const lines = this.#lines;
    this.#lines = [];
    if (this.peer.hungUp !== undefined) lines.push(`HANGUP ${this.peer.hungUp}`);
    return lines;
  }

  drain(): string[] {
    this.flowing = true;
    this.connection.drained();
    return this.take();
  }

  #sent(payload: Uint8Array): boolean {
    assert.ok(!this.#over, "nothing may be sent after DISCONNECT");
    this.#lines.push(describe(payload));
    return this.flowing;
  }
}

const NAMES: Readonly<Record<number, string>> = {
  4: "DEBUG",
  80: "GLOBAL",
  81: "REQUEST-SUCCESS",
  82: "REQUEST-FAILURE",
  91: "OPENED",
  92: "OPEN-FAILED",
  93: "ADJUST",
  94: "DATA",
  95: "STDERR",
  96: "EOF",
  97: "CLOSE",
  98: "REQUEST",
  99: "SUCCESS",
  100: "FAILURE",
};

/** `DATA 7 hi\n`, `REQUEST 7 exit-status 00000000`: a message as a test writes it. */
export function describe(payload: Uint8Array): string {
  const number = payload[0] ?? 0;
  const reader = new Reader(payload, 1);
  const text = () => JSON.stringify(reader.string32().toString("latin1")).slice(1, -1);
  const name = NAMES[number] ?? String(number);
  switch (name) {
    case "DEBUG":
      reader.u8();
      return `${name} ${text()}`;
    case "GLOBAL":
      return `${name} ${text()} ${reader.u8()} ${reader.rest().toString("hex")}`;
    case "REQUEST-SUCCESS":
      return `${name} ${reader.rest().toString("hex")}`.trimEnd();
    case "REQUEST-FAILURE":
      return name;
    case "OPENED":
      return `${name} ${reader.u32()} ${reader.u32()} ${reader.u32()} ${reader.u32()}`;
    case "OPEN-FAILED":
      return `${name} ${reader.u32()} ${reader.u32()} ${text()}`;
    case "ADJUST":
      return `${name} ${reader.u32()} ${reader.u32()}`;
    case "DATA":
      return `${name} ${reader.u32()} ${text()}`;
    case "STDERR":
      return `${name} ${reader.u32()} ${reader.u32() === 1 ? "" : "?"}${text()}`;
    case "REQUEST":
      return `${name} ${reader.u32()} ${text()} ${reader.u8()} ${reader.rest().toString("hex")}`.trimEnd();
    default:
      return `${name} ${reader.u32()}`;
  }
}

const text = (value: string | Uint8Array) => (typeof value === "string" ? Buffer.from(value, "latin1") : value);

/** Messages of the visitor. */
export const say = {
  open: (type: string, id: number, more: { window?: number; packet?: number; body?: Uint8Array } = {}) =>
    new Writer()
      .u8(90)
      .string32(type)
      .u32(id)
      .u32(more.window ?? 0x200000)
      .u32(more.packet ?? 0x8000)
      .bytes(more.body ?? new Uint8Array(0))
      .finish(),
  request: (id: number, type: string, body: Uint8Array = new Uint8Array(0)) =>
    new Writer().u8(98).u32(id).string32(type).u8(1).bytes(body).finish(),
  /** A request that wants no reply. */
  notice: (id: number, type: string, body: Uint8Array) => new Writer().u8(98).u32(id).string32(type).u8(0).bytes(body).finish(),
  exec: (id: number, command: string) => say.request(id, "exec", fields(command)),
  data: (id: number, bytes: string | Uint8Array) => new Writer().u8(94).u32(id).string32(text(bytes)).finish(),
  adjust: (id: number, bytes: number) => new Writer().u8(93).u32(id).u32(bytes).finish(),
  eof: (id: number) => new Writer().u8(96).u32(id).finish(),
  close: (id: number) => new Writer().u8(97).u32(id).finish(),
  global: (type: string, body: Uint8Array = new Uint8Array(0), wantReply = true) =>
    new Writer()
      .u8(80)
      .string32(type)
      .u8(wantReply ? 1 : 0)
      .bytes(body)
      .finish(),
  terminal: (id: number, columns = 80, rows = 24) => say.request(id, "pty-req", fields("xterm", columns, rows, 0, 0, "\0")),
};

/** Fields one after another: a text as `string`, a number as `uint32`. */
export function fields(...values: readonly (string | number | Uint8Array)[]): Buffer {
  const writer = new Writer();
  for (const value of values) {
    if (typeof value === "number") writer.u32(value);
    else writer.string32(text(value));
  }
  return writer.finish();
}
