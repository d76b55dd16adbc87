import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type SshPersona, sshPersona } from "../../../src/decoys/ssh/persona.ts";
import { dropbear } from "../../../src/decoys/ssh/transport/family/dropbear.ts";
import type { IdentOutcome } from "../../../src/decoys/ssh/transport/family/family.ts";
import { openssh } from "../../../src/decoys/ssh/transport/family/openssh.ts";
import { twisted } from "../../../src/decoys/ssh/transport/family/twisted.ts";
import { checkShape } from "../../../src/shape/shape.ts";
import type { FuzzTarget } from "../fuzz-target.ts";

const FAMILIES = [openssh, dropbear, twisted] as const;

/** Without clear texts, and with all of them: families read differently with them. */
const PERSONAS = [{}, { invalidIdent: "Protocol mismatch.\n", majorVersionsDiffer: "bad version 1.9\n", packetTooLong: "too long\n" }].map(
  persona,
);

function persona(texts: object): SshPersona {
  const names = { kex: [], hostKeys: [], ciphers: [], macs: [], compressions: [], moduliBits: [] };
  const { value, problems } = checkShape(sshPersona, {
    ...names,
    ident: "SSH-2.0-Example",
    family: "openssh",
    gexOldRequest: false,
    texts,
    rekey: { maxBytes: 1, maxSeconds: 0 },
    auth: { methods: [], maxTries: 6, graceSeconds: 120, failureDelayMs: 0, prompt: "Password: " },
    unsupportedFails: false,
    connection: { windowBytes: 1, packetBytes: 1, hostkeysProof: false, sftp: true, sftpExtensions: [] },
  });
  if (value === undefined) throw new Error(JSON.stringify(problems));
  return value;
}

/** First byte: family and persona. Once an outcome is reached, more bytes don't change it. */
function run(input: Uint8Array): void {
  const choice = input[0] ?? 0;
  const family = FAMILIES[choice % FAMILIES.length] ?? openssh;
  const shown = PERSONAS[(choice >> 4) & 1];
  assert.ok(shown);
  const bytes = input.subarray(1);
  const outcome = family.readIdent(bytes, shown);
  check(outcome, bytes.length);
  if (outcome.status !== "done") return;
  const taken = family.readIdent(bytes.subarray(0, outcome.size), shown);
  assert.deepEqual(taken, outcome, "what follows an identification changes it");
}

function check(outcome: IdentOutcome, size: number): void {
  if (outcome.status === "partial") return;
  assert.ok(outcome.size > 0 && outcome.size <= size, `${outcome.size} bytes taken of ${size}`);
  if (outcome.status === "done") assert.ok(outcome.ident.length <= outcome.size && Buffer.from(outcome.ident).indexOf(10) < 0);
}

export const target: FuzzTarget = {
  name: "ssh-ident",
  run,
  maxInputBytes: 12_000,
  share: 0.5,
  words: ["SSH-2.0-", "SSH-1.99-", "SSH-1.5-", "\r\n", "\r", "GET / HTTP/1.0\r\n"],
  seeds: [0, 1, 2, 16, 17, 18].flatMap((choice) =>
    ["SSH-2.0-OpenSSH_9.2p1 Debian\r\n\x00\x00", "hello\r\nSSH-1.99-x\n", "SSH-1.5-old\n", "Probe-x\n", "\x80\x00\x00\x00AAAA\n"].map(
      (text) => Buffer.concat([Buffer.of(choice), Buffer.from(text, "latin1")]),
    ),
  ),
};
