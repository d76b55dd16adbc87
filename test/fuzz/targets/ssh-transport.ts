import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { SshPersona } from "../../../src/decoys/ssh/persona.ts";
import { debianOpenssh } from "../../../src/decoys/ssh/testclient/test-personas.ts";
import { serverFor } from "../../../src/decoys/ssh/transport/server.ts";
import { Transport } from "../../../src/decoys/ssh/transport/transport.ts";
import { checkObservation } from "../../../src/events/check-observation.ts";
import { FakePeer } from "../../../src/testkit/fake-peer.ts";
import { Writer } from "../../../src/wire/writer.ts";
import type { FuzzTarget } from "../fuzz-target.ts";

const PERSONAS: readonly SshPersona[] = (["openssh", "dropbear", "twisted"] as const).map((family) => ({ ...debianOpenssh, family }));

/**
 * First byte: family, and the size of the pieces. Whole or in pieces, the same is sent; nothing after hanging up.
 * How it hangs up may differ: what lies unread resets a connection.
 */
function run(input: Uint8Array): void {
  const control = input[0] ?? 0;
  const persona = PERSONAS[control % PERSONAS.length] ?? debianOpenssh;
  const stream = input.subarray(1);
  const size = 1 + 4 * (control >> 2);
  const pieces = Array.from({ length: Math.ceil(stream.length / size) }, (_, at) => stream.subarray(at * size, (at + 1) * size));
  const whole = talk(persona, [stream]);
  assert.deepEqual(talk(persona, pieces), whole);
}

function talk(persona: SshPersona, pieces: readonly Uint8Array[]): { sent: string; hungUp: boolean; messages: string[] } {
  const peer = new FakePeer();
  const messages: string[] = [];
  const transport = new Transport(peer, serverFor(persona), {
    receiveMessage: (payload) => {
      messages.push(Buffer.from(payload).toString("hex"));
      return undefined;
    },
    backlogSent: () => undefined,
  });
  transport.start();
  for (const piece of pieces) transport.receive(Uint8Array.from(piece));
  // A reset follows in the next turn.
  peer.clock.advance(0);
  transport.end();
  assert.equal(peer.sentAfterHangUp, 0);
  for (const { kind, fields } of peer.observations()) assert.equal(checkObservation(kind, fields), undefined);
  return { sent: peer.sent().toString("hex"), hungUp: peer.hungUp !== undefined, messages };
}

/** A message in an unencrypted packet (RFC 4253 §6). */
function packet(payload: Uint8Array): Buffer {
  const padding = 16 - ((payload.length + 5) % 8) - 4;
  return new Writer()
    .u32(1 + payload.length + padding)
    .u8(padding)
    .bytes(payload)
    .bytes(Buffer.alloc(padding))
    .finish();
}

function kexInit(kex: string): Buffer {
  const writer = new Writer().u8(20).bytes(Buffer.alloc(16));
  const both = ["aes128-ctr", "aes128-ctr", "hmac-sha2-256", "hmac-sha2-256", "none", "none", "", ""];
  for (const names of [kex, "ssh-ed25519,rsa-sha2-256", ...both]) writer.string32(names);
  return packet(writer.u8(0).u32(0).finish());
}

const IDENT = Buffer.from("SSH-2.0-OpenSSH_9.2p1\r\n");
const point = packet(new Writer().u8(30).string32(Buffer.alloc(32, 9)).finish());
const STREAMS: readonly Buffer[] = [
  Buffer.concat([IDENT, kexInit("curve25519-sha256,kex-strict-c-v00@openssh.com,ext-info-c"), point, packet(Buffer.of(21))]),
  Buffer.concat([IDENT, kexInit("curve25519-sha256"), packet(Buffer.from("\x02\0\0\0\x01x", "latin1")), point]),
  Buffer.concat([
    IDENT,
    kexInit("diffie-hellman-group-exchange-sha256"),
    packet(new Writer().u8(34).u32(2048).u32(3072).u32(8192).finish()),
  ]),
  Buffer.concat([IDENT, kexInit("none-that-exists"), packet(Buffer.of(1, 0, 0, 0, 2))]),
  Buffer.concat([IDENT, packet(Buffer.of(5, 0, 0, 0, 1, 65)), packet(Buffer.of(3, 0, 0, 0, 0)), Buffer.from("ffffffff0000000000", "hex")]),
];

export const target: FuzzTarget = {
  name: "ssh-transport",
  run,
  maxInputBytes: 3_000,
  share: 0.1,
  seeds: STREAMS.flatMap((stream, at) => [at % 3, 0x78 + (at % 3)].map((control) => Buffer.concat([Buffer.of(control), stream]))),
};
