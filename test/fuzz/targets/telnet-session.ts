import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { telnet } from "../../../src/decoys/telnet/decoy.ts";
import { telnetOptions } from "../../../src/decoys/telnet/options.ts";
import type { TelnetPersona } from "../../../src/decoys/telnet/persona.ts";
import { checkObservation } from "../../../src/events/check-observation.ts";
import { checkShape } from "../../../src/shape/shape.ts";
import { FakePeer } from "../../../src/testkit/fake-peer.ts";
import type { FuzzTarget } from "../fuzz-target.ts";

const { value: options } = checkShape(telnetOptions, {});
assert.ok(options !== undefined);

const persona: TelnetPersona = {
  dialect: "busybox",
  answersOptions: false,
  opening: "ff fd 01",
  greeting: "\r\n",
  terminalType: "linux",
  login: {
    kind: "util-linux",
    prompt: "login: ",
    passwordPrompt: "Password: ",
    echo: true,
    beforePassword: "",
    afterPassword: "",
    failure: "\r\nLogin incorrect\r\n",
    failureDelayMs: 3000,
    maxTries: 5,
    tooMany: "",
    graceSeconds: 60,
    timeout: "",
    success: "",
  },
};

const LOGIN = "root\r\0";

/** First byte: the dialect, whether options are answered, and whether somebody is logged in first. A zero byte lets time pass. */
function run(input: Uint8Array): void {
  const control = input[0] ?? 0;
  const peer = new FakePeer();
  const session = telnet.open(peer, {
    options: options ?? { admission: { credentials: [], differentPasswords: 0 } },
    persona: { ...persona, dialect: (control & 1) === 1 ? "rfc854" : "busybox", answersOptions: (control & 2) === 2 },
  });
  session.start?.();
  const lines = (control & 4) === 4 ? [LOGIN, "xc3511\r\0"] : [];
  for (const line of lines) {
    session.receive(Buffer.from(line, "latin1"));
    peer.clock.advance(50);
  }
  for (const piece of Buffer.from(input.subarray(1)).toString("latin1").split("\xfe\xfe")) {
    if (peer.hungUp === undefined) session.receive(Buffer.from(piece, "latin1"));
    peer.clock.advance(40);
  }
  session.end?.();
  assert.equal(peer.sentAfterHangUp, 0);
  assert.ok(peer.sent().length < 1 << 20, "says too much");
  for (const { kind, fields } of peer.observations()) assert.equal(checkObservation(kind, fields), undefined);
}

export const target: FuzzTarget = {
  name: "telnet-session",
  run,
  maxInputBytes: 600,
  maxCpuMs: 400,
  share: 0.05,
  seeds: [
    "\0root\r\0\xfe\xfebad\r\n",
    "\x03\xff\xfb\x18\xff\xfa\x18\0xterm\xff\xf0root\r\n",
    "\x04enable\r\nsh\r\n/bin/busybox ECCHI\r\n",
    "\x05ls -la /\t\t\r\x03\x04",
    "\x06\xff\xfa\x1f\0P\0\x18\xff\xf0echo $((1<<99))\r",
  ].map((text) => Buffer.from(text, "latin1")),
};
