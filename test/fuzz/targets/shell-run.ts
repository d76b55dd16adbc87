import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { checkObservation } from "../../../src/events/check-observation.ts";
import { bootSystem } from "../../../src/shell/boot.ts";
import { FakePeer } from "../../../src/testkit/fake-peer.ts";
import { testPersona } from "../../../src/testkit/test-persona.ts";
import type { FuzzTarget } from "../fuzz-target.ts";

const ENOUGH_MS = 2000;

/** First byte: a terminal or none. The rest is what a visitor types, or the script that is run. */
function run(input: Uint8Array): void {
  const control = input[0] ?? 0;
  const script = Buffer.from(input.subarray(1)).toString("latin1");
  const peer = new FakePeer({ persona: testPersona });
  const system = bootSystem(peer);
  let exits = 0;
  let bytes = 0;
  const count = (chunk: Uint8Array) => {
    bytes += chunk.length;
    return true;
  };
  const hasTerminal = (control & 1) === 1;
  const running = system.start(
    {
      user: "root",
      via: "ssh",
      origin: peer.visitor,
      destination: peer.local,
      number: 0,
      ...(hasTerminal ? { terminal: { type: "xterm", columns: 80, rows: 24 } } : { command: script }),
    },
    { out: count, err: count, exited: () => (exits += 1) },
  );
  peer.clock.advance(100);
  if (hasTerminal) running.input(Buffer.from(script, "latin1"));
  else running.endInput();
  peer.clock.advance(ENOUGH_MS);
  running.end();
  system.close();
  assert.ok(exits <= 1, "exits more than once");
  assert.ok(bytes < 64 << 20, "prints without end");
  for (const { kind, fields } of peer.observations()) {
    assert.notEqual(kind, "fault");
    assert.equal(checkObservation(kind, fields), undefined);
  }
}

export const target: FuzzTarget = {
  name: "shell-run",
  run,
  maxInputBytes: 300,
  maxCpuMs: 2500,
  share: 0.02,
  seeds: [
    '\0for i in 1 2 3; do echo $i; done | while read x; do echo "<$x>"; done',
    "\0f() { local a=$1; [ $a -gt 0 ] && f $((a-1)); echo ${a:-x}; }; f 3 > /tmp/o; cat /tmp/o",
    "\0case $0 in *sh) echo ${PATH//:/ };; esac; [[ abc =~ ^a(.)c$ ]] && echo ${BASH_REMATCH[1]}",
    "\0a=(1 2 3); echo ${a[@]:1} ${#a[@]} {1..3} $(echo hi) `echo ho` <<< x",
    "\x01ls\t\x1b[A\x01\x05\x15echo hi\r\x12e\x03\x1a\x04",
    "\x01cat\rhello\r\x04sleep 100 &\rjobs\rfg\r\x03exit\r",
    "\x01while :; do :; done\r\x03echo back\r",
  ].map((text) => Buffer.from(text, "latin1")),
};
