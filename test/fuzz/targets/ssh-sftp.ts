import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { accountOf } from "../../../src/decoys/ssh/connection/account.ts";
import { Fxp } from "../../../src/decoys/ssh/connection/sftp/messages.ts";
import { SftpServer } from "../../../src/decoys/ssh/connection/sftp/server.ts";
import { checkObservation } from "../../../src/events/check-observation.ts";
import { FakePeer } from "../../../src/testkit/fake-peer.ts";
import type { FuzzTarget } from "../fuzz-target.ts";
import { virtualFiles } from "../virtual-files.ts";

const EXTENSIONS = [
  ["posix-rename@openssh.com", "1"],
  ["statvfs@openssh.com", "2"],
  ["fstatvfs@openssh.com", "2"],
  ["hardlink@openssh.com", "1"],
  ["fsync@openssh.com", "1"],
  ["lsetstat@openssh.com", "1"],
  ["limits@openssh.com", "1"],
  ["expand-path@openssh.com", "1"],
  ["copy-data", "1"],
  ["home-directory", "1"],
  ["users-groups-by-id@openssh.com", "1"],
].map(([name = "", version = ""]) => ({ name, version }));

/** First byte: root or ada, and the size of the pieces. Answers are whole packets; what is observed is in the catalogue. */
function run(input: Uint8Array): void {
  const control = input[0] ?? 0;
  const peer = new FakePeer();
  const answers: Buffer[] = [];
  let exits = 0;
  const server = new SftpServer({
    peer,
    fs: virtualFiles(peer),
    account: accountOf(peer.persona, control & 1 ? "ada" : "root"),
    extensions: EXTENSIONS,
    output: {
      out: (bytes) => answers.push(Buffer.from(bytes)) < 1_000,
      err: () => assert.fail("stderr"),
      exited: () => {
        exits += 1;
      },
    },
  });
  const size = 64 * (1 + (control >> 1));
  for (let at = 1; at < input.length; at += size) server.input(Buffer.from(input.subarray(at, at + size)));
  server.endInput();
  server.end();
  assert.ok(exits === 1, `exits ${exits} times`);
  for (const answer of answers) assert.equal(answer.readUInt32BE(), answer.length - 4);
  for (const { kind, fields } of peer.observations()) assert.equal(checkObservation(kind, fields), undefined);
}

type Field = number | string | bigint | Buffer;

/** Numbers are uint32, bigints uint64, texts length-prefixed. */
function packet(type: number, ...fields: readonly Field[]): Buffer {
  const body = Buffer.concat([Buffer.of(type), ...fields.map(encodeField)]);
  return Buffer.concat([encodeField(body.length), body]);
}

function encodeField(field: Field): Buffer {
  if (Buffer.isBuffer(field)) return field;
  if (typeof field === "string") return Buffer.concat([encodeField(field.length), Buffer.from(field)]);
  const bytes = Buffer.alloc(typeof field === "bigint" ? 8 : 4);
  if (typeof field === "bigint") bytes.writeBigUInt64BE(field);
  else bytes.writeUInt32BE(field);
  return bytes;
}

const HANDLE = "\0\0\0\0";
const ATTRIBUTES = [0xf, 9n, 1000, 1000, 0o644, 1, 2] as const;
const SESSIONS: readonly (readonly Buffer[])[] = [
  [packet(Fxp.realpath, 1, "."), packet(Fxp.stat, 2, "/etc/hostname"), packet(Fxp.lstat, 3, "x"), packet(Fxp.readlink, 4, "/etc")],
  [
    packet(Fxp.open, 1, "/tmp/x", 0x1a, 0),
    packet(Fxp.write, 2, HANDLE, 0n, "#!/bin/sh\n"),
    packet(Fxp.fstat, 3, HANDLE),
    packet(Fxp.close, 4, HANDLE),
  ],
  [packet(Fxp.open, 1, "/etc/hostname", 1, 0), packet(Fxp.read, 2, HANDLE, 0n, 100), packet(Fxp.fsetstat, 3, HANDLE, ...ATTRIBUTES)],
  [packet(Fxp.opendir, 1, "/etc"), packet(Fxp.readdir, 2, HANDLE), packet(Fxp.readdir, 3, HANDLE), packet(Fxp.close, 4, HANDLE)],
  [
    packet(Fxp.mkdir, 1, "/tmp/d", 4, 0o700),
    packet(Fxp.rename, 2, "/tmp/d", "/tmp/e"),
    packet(Fxp.symlink, 3, "e", "/tmp/l"),
    packet(Fxp.rmdir, 4, "/tmp/e"),
  ],
  [packet(Fxp.setstat, 1, "/etc/hostname", ...ATTRIBUTES), packet(Fxp.remove, 2, "/etc/hostname"), packet(99, 3)],
  ...EXTENSIONS.map(({ name }) => [
    packet(Fxp.open, 1, "/tmp/a", 0x1a, 0),
    packet(Fxp.open, 2, "/etc/hostname", 1, 0),
    packet(Fxp.extended, 3, name, "/tmp/a", "/tmp/b", 0n, 0n),
    packet(Fxp.extended, 4, name, "\0\0\0\x01", 0n, 0n, HANDLE, 0n),
  ]),
];

export const target: FuzzTarget = {
  name: "ssh-sftp",
  run,
  maxInputBytes: 4_000,
  share: 0.15,
  words: ["/tmp/", "../", "~ada", "/etc/hostname", "/////////"],
  seeds: SESSIONS.flatMap((packets, at) =>
    [at & 1, 0xfe | (at & 1)].map((control) => Buffer.concat([Buffer.of(control), packet(Fxp.init, 3), ...packets])),
  ),
};
