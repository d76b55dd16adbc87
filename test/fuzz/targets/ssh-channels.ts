import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { Message } from "../../../src/decoys/ssh/connection/messages.ts";
import { SshConnection } from "../../../src/decoys/ssh/connection/ssh-connection.ts";
import { sshOptions } from "../../../src/decoys/ssh/options.ts";
import { debianOpenssh } from "../../../src/decoys/ssh/testclient/test-personas.ts";
import { checkObservation } from "../../../src/events/check-observation.ts";
import { checkShape } from "../../../src/shape/shape.ts";
import type { Output, Running, StartRequest, System } from "../../../src/shell/system.ts";
import { FakePeer } from "../../../src/testkit/fake-peer.ts";
import { Writer } from "../../../src/wire/writer.ts";
import type { FuzzTarget } from "../fuzz-target.ts";
import { virtualFiles } from "../virtual-files.ts";

const FAMILIES = ["openssh", "dropbear", "twisted"] as const;
const OPTIONS = checkShape(sshOptions, {}).value;
const MAX_BYTES_OUT = 1 << 20;

/**
 * First byte: whose reactions. Then messages, each behind a 16-bit length; a message 0 lets the backlog drain, 1 fills it.
 * Nothing is sent after the end, output is bounded, and what is observed is in the catalogue.
 */
function run(input: Uint8Array): void {
  const visit = new Visit((input[0] ?? 0) % FAMILIES.length);
  for (let at = 1; at + 2 <= input.length && !visit.over; ) {
    const size = (input[at] ?? 0) * 256 + (input[at + 1] ?? 0);
    visit.take(input.subarray(at + 2, at + 2 + size));
    at += 2 + size;
  }
  visit.end();
}

class Visit {
  readonly #peer = new FakePeer();
  readonly #connection: SshConnection;
  #flowing = true;
  #bytesOut = 0;
  #systems = 0;
  #ended = false;
  over = false;

  constructor(family: number) {
    assert.ok(OPTIONS !== undefined);
    const ports = {
      peer: this.#peer,
      persona: { ...debianOpenssh, family: FAMILIES[family] ?? "openssh" },
      options: OPTIONS,
      visitorIdent: "SSH-2.0-OpenSSH_9.2p1",
      sessionId: Buffer.alloc(32, 1),
      send: (payload: Uint8Array) => this.#send(payload),
      unimplemented: () => undefined,
      disconnect: () => {
        this.over = true;
      },
    };
    this.#connection = new SshConnection(ports, "root", (peer) => this.#boot(peer instanceof FakePeer ? peer : this.#peer));
  }

  take(message: Uint8Array): void {
    if (message[0] === 0 || message[0] === 1) {
      this.#flowing = message[0] === 0;
      if (this.#flowing) this.#connection.drained();
    } else {
      this.#connection.receive(message);
    }
    this.#peer.clock.advance(0);
    this.over ||= this.#peer.hungUp !== undefined;
  }

  end(): void {
    this.#connection.end();
    this.#ended = true;
    this.#peer.clock.advance(1_000);
    assert.equal(this.#peer.sentAfterHangUp, 0);
    for (const { kind, fields } of this.#peer.observations()) assert.equal(checkObservation(kind, fields), undefined);
  }

  #send(payload: Uint8Array): boolean {
    assert.ok(!this.#ended && payload.length > 0, "sends after the end");
    this.#bytesOut += payload.length;
    assert.ok(this.#bytesOut <= MAX_BYTES_OUT, "endless output");
    return this.#flowing;
  }

  #boot(peer: FakePeer): System {
    this.#systems += 1;
    assert.equal(this.#systems, 1);
    return { fs: virtualFiles(peer), start: (request, output) => echo(request, output), close: () => undefined };
  }
}

/** A program that echoes: its command first, then its input, until that ends or a signal comes. */
function echo({ command = "$ " }: StartRequest, output: Output): Running {
  let over = false;
  const exit = (): void => {
    if (!over) output.exited({ code: 0 });
    over = true;
  };
  output.out(Buffer.from(command, "latin1"));
  return {
    input: (bytes) => over || output.out(bytes),
    endInput: exit,
    resize: () => undefined,
    signal: exit,
    drained: () => output.wantsInput?.(),
    end: () => {
      over = true;
    },
  };
}

type Field = number | string | boolean | Buffer;

/** A message behind its 16-bit length; numbers are uint32. */
function message(number: number, ...fields: readonly Field[]): Buffer {
  const writer = new Writer().u8(number);
  for (const field of fields) {
    if (typeof field === "number") writer.u32(field);
    else if (typeof field === "boolean") writer.u8(field ? 1 : 0);
    else if (typeof field === "string") writer.string32(field);
    else writer.bytes(field);
  }
  const payload = writer.finish();
  return Buffer.concat([Buffer.from([payload.length >> 8, payload.length & 255]), payload]);
}

const open = (type = "session", ...more: readonly Field[]): Buffer => message(Message.channelOpen, type, 7, 0x20_0000, 0x8000, ...more);
const request = (type: string, ...more: readonly Field[]): Buffer => message(Message.channelRequest, 0, type, true, ...more);
const data = (text: string): Buffer => message(Message.channelData, 0, text);
const end = [message(Message.channelEof, 0), message(Message.channelClose, 0)];

const SESSIONS: readonly (readonly Buffer[])[] = [
  [
    open(),
    request("pty-req", "xterm", 80, 24, 0, 0, "\x03\0\0\0\x7f\0"),
    request("env", "LANG", "C"),
    request("shell"),
    data("id\n"),
    ...end,
  ],
  [open(), request("exec", "uname -a"), message(0), message(1), data("x"), message(0), ...end],
  [open(), request("exec", "scp -t /tmp"), data("C0644 3 x\n"), data("abc\0"), data("T1 0 2 0\nD0755 0 d\nE\n"), ...end],
  [open(), request("exec", "scp -rpf /etc"), data("\0\0\0\0"), data("\0\0\0\0"), ...end],
  [open(), request("subsystem", "sftp"), data("\0\0\0\x05\x01\0\0\0\x03\0\0\0\x0a\x10\0\0\0\x01\0\0\0\x01."), ...end],
  [
    open("direct-tcpip", "192.0.2.1", 80, "127.0.0.1", 9),
    data("GET / HTTP/1.0\r\n\r\n"),
    message(Message.channelExtendedData, 0, 1, "e"),
    ...end,
  ],
  [open("direct-streamlocal@openssh.com", "/run/x", "", 0), open("x11"), open("forwarded-tcpip", "a", 1, "b", 2)],
  [
    message(Message.globalRequest, "tcpip-forward", true, "0.0.0.0", 8080),
    message(Message.globalRequest, "cancel-tcpip-forward", true, "0.0.0.0", 8080),
  ],
  [
    message(Message.globalRequest, "keepalive@openssh.com", true),
    message(Message.globalRequest, "hostkeys-prove-00@openssh.com", true, "x"),
  ],
  [message(Message.globalRequest, "no-more-sessions@openssh.com", false), open(), message(Message.channelWindowAdjust, 0, 0xffff_ffff)],
  [
    open(),
    request("window-change", 1, 2, 3, 4),
    request("signal", "INT"),
    request("x11-req", false, "a", "b", 0),
    request("auth-agent-req@openssh.com"),
    request("break", 1),
  ],
];

export const target: FuzzTarget = {
  name: "ssh-channels",
  run,
  maxInputBytes: 3_000,
  share: 0.25,
  words: ["scp -t ", "scp -f ", "sftp-server", "exit-status"],
  seeds: SESSIONS.flatMap((messages, at) => [Buffer.concat([Buffer.of(at % FAMILIES.length), ...messages])]),
};
