import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { accountOf } from "../../src/decoys/ssh/connection/account.ts";
import { SftpServer } from "../../src/decoys/ssh/connection/sftp/server.ts";
import { bootSystem } from "../../src/shell/boot.ts";
import { Writer } from "../../src/wire/writer.ts";
import { MeasuredPeer } from "./red-turns.ts";

const MAX_TURN_MS = 300;
const INPUT_BYTES = 32_768;

/** `uint32 length, byte type, uint32 id, ...` (draft-ietf-secsh-filexfer-02 §3) */
function request(type: number, fill: (writer: Writer) => Writer): Buffer {
  const body = fill(new Writer()).finish();
  return Buffer.from(
    new Writer()
      .u32(5 + body.length)
      .u8(type)
      .u32(1)
      .bytes(body)
      .finish(),
  );
}

const INIT = Buffer.from([0, 0, 0, 5, 1, 0, 0, 0, 3]);
const createFile = (path: string) => request(3, (writer) => writer.string32(path).u32(0x1a).u32(0));
const openDirectory = (path: string) => request(11, (writer) => writer.string32(path));
const stat = (path: string) => request(17, (writer) => writer.string32(path));
const link = (target: string, path: string) => request(20, (writer) => writer.string32(target).string32(path));
const truncate = (handle: number, size: number) => request(10, (writer) => writer.u32(4).u32(handle).u32(1).u32(0).u32(size));

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

const FLOODS: Readonly<Record<string, readonly Buffer[]>> = {
  "a thousand listings of a directory of fifteen thousand": [
    ...times(15_000, (index) => createFile(`/tmp/f${index}`)),
    ...times(1_000, () => openDirectory("/tmp")),
    ...times(1_000, (index) => request(12, (writer) => writer.u32(4).u32(index))),
  ],
  "links to links by way of two thousand dots": [
    link("/etc/passwd", "/tmp/l0"),
    ...times(39, (index) => link(`${"./".repeat(2_030)}l${index}`, `/tmp/l${index + 1}`)),
    ...times(3_000, () => stat("/tmp/l38")),
  ],
  "a file that grows to 16 MiB and shrinks": [
    createFile("/tmp/s"),
    ...times(1_000, (index) => truncate(0, index % 2 === 0 ? 16_777_216 : 1)),
  ],
};

describe("no pile of SFTP requests holds the worker", () => {
  for (const [name, packets] of Object.entries(FLOODS)) {
    test(name, async () => {
      const peer = new MeasuredPeer();
      const system = bootSystem(peer);
      const seen = { bytes: 0 };
      const output = {
        out: (bytes: Uint8Array) => {
          seen.bytes += bytes.length;
          return true;
        },
        err: () => true,
        exited: () => undefined,
      };
      const server = new SftpServer({ peer, fs: system.fs, account: accountOf(peer.persona, "root"), extensions: [], output });
      const all = Buffer.concat([INIT, ...packets]);
      for (let at = 0; at < all.length; at += INPUT_BYTES) {
        peer.measure(() => server.input(all.subarray(at, at + INPUT_BYTES)));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
      peer.measure(() => server.end());
      peer.measure(() => system.close());
      peer.stop();
      assert.ok(peer.longestMs < MAX_TURN_MS, `${Math.round(peer.longestMs)} ms in one turn`);
      assert.ok(seen.bytes > 1_000, "nothing was answered");
    });
  }
});
