import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import test from "node:test";
import type { FileSystem } from "../../../../shell/file-system.ts";
import type { Running } from "../../../../shell/system.ts";
import { chance } from "../../../../testkit/chance.ts";
import { FakePeer } from "../../../../testkit/fake-peer.ts";
import { accountOf } from "../account.ts";
import { testFileSystem } from "../testing/file-system.ts";
import { parseScpCommand } from "./command.ts";
import { startScp } from "./scp.ts";

/** A written file is offered to quarantine when it has been left alone for a while. */
const QUIET_MS = 5000;

const ROOT = { uid: 0, gid: 0, groups: [0] };

/** The far end of one copy; what it says is text, one code unit a byte. */
class Copy {
  readonly peer: FakePeer;
  readonly fs: FileSystem;
  flowing = true;
  said = "";
  errors = "";
  exit: number | undefined;
  #running: Running | undefined;

  constructor(fs?: FileSystem, peer = new FakePeer()) {
    this.peer = peer;
    this.fs = fs ?? testFileSystem(this.peer);
  }

  run(args: string): this {
    const command = parseScpCommand(args.split(" "));
    assert.ok(command !== undefined);
    const output = {
      out: (bytes: Uint8Array) => {
        this.said += Buffer.from(bytes).toString("latin1");
        return this.flowing;
      },
      err: (bytes: Uint8Array) => {
        this.errors += Buffer.from(bytes).toString("latin1");
        return true;
      },
      exited: (status: object) => {
        this.exit = "code" in status && typeof status.code === "number" ? status.code : -1;
      },
    };
    this.#running = startScp(command, { peer: this.peer, fs: this.fs, account: accountOf(this.peer.persona, "root"), output });
    return this;
  }

  /** Sends all at once, then EOF; gives what was said and the exit status. */
  send(input: string): string {
    this.#running?.input(Buffer.from(input, "latin1"));
    this.#running?.endInput();
    return `${this.said}rc=${this.exit}`;
  }

  byteByByte(input: string): string {
    for (const byte of Buffer.from(input, "latin1")) this.#running?.input(Buffer.from([byte]));
    this.#running?.endInput();
    return `${this.said}rc=${this.exit}`;
  }

  drain(): void {
    this.flowing = true;
    this.#running?.drained();
  }
}

/** Measured on scp of OpenSSH 9.2p1: its arguments, what the other side sends, what it says, its status. */
const SINK: readonly (readonly [string, string, string])[] = [
  ["-t .", "C0644 5 x\nhello\0", "\0\0\0rc=0"],
  ["-t nodir/x", "C0644 5 x\nhello\0", "\0\x01scp: nodir/x: No such file or directory\n\x01scp: protocol error: lost connection\nrc=1"],
  ["-t .", "X", "\0\x01scp: protocol error: lost connection\nrc=1"],
  ["-t .", "C0644 5 ../x\n", "\0\x01scp: error: unexpected filename: ../x\nrc=1"],
  ["-t .", "D0755 0 q\n", "\0\x01scp: protocol error: received directory without -r\nrc=1"],
  ["-r -p -t .", "T1 0 2 0\nD0755 0 q\nC0600 2 z\nab\0E\n", "\0\0\0\0\0\0rc=0"],
  ["-t .", "C0644 x\n", "\0\x01scp: protocol error: size not present\nrc=1"],
  ["-t .", "\n", "\0\x01scp: protocol error: unexpected <newline>\nrc=1"],
  ["-t x2", "C0644 5 f\nhel", "\0\0\x01scp: Broken pipe\nrc=1"],
  ["-d -t x", "", "\x01scp: x: Not a directory\nrc=1"],
  ["-t .", "Cxx\n", "\0\x01scp: protocol error: bad mode\nrc=1"],
  ["-t .", "C0644 5 x\nhello", "\0\0rc=1"],
  ["-t /", "C0644 0 etc\n\0", "\0\x01scp: /etc: Is a directory\n\x01scp: protocol error: lost connection\nrc=1"],
  ["-t .", "hello\n", "\0\x01scp: hello\nrc=1"],
  ["-t .", "C0644 2 a\nab\0hello\n", "\0\0\0\x01scp: protocol error: expected control record\nrc=1"],
  ["-t", "", "\x01scp: ambiguous target\nrc=1"],
  ["-t .", "\x01foo\nC0644 2 a\nab\0", "\0\0\0rc=1"],
  ["-r -t /etc", "D0755 0 hostname\n", "\0\x01scp: /etc/hostname: Not a directory\nrc=1"],
  ["-r -t .", "E\n", "\0\0rc=0"],
  ["-p -t .", "T1 0 2\n", "\0\x01scp: protocol error: atime.sec not delimited\nrc=1"],
];

test("taking files: every answer as scp 9.2 gives it, whole and byte by byte", () => {
  for (const [args, input, expected] of SINK) {
    assert.equal(new Copy().run(args).send(input), expected, `scp ${args} < ${JSON.stringify(input)}`);
    assert.equal(new Copy().run(args).byteByByte(input), expected, `scp ${args} < ${JSON.stringify(input)}, byte by byte`);
  }
});

test("what was taken is in the file system with its mode and times, and in quarantine", () => {
  const copy = new Copy().run("-r -p -t /tmp");
  assert.equal(copy.send("T1600000000 0 1600000001 0\nD0700 0 d\nC4755 3 bot\n\x7fEL\0E\nC0644 1 y\ny\0"), "\0\0\0\0\0\0\0\0rc=0");
  const bot = copy.fs.stat("/tmp/d/bot", ROOT);
  assert.ok(!("errno" in bot));
  assert.deepEqual([bot.mode, bot.size], [0o4755, 3]);
  const directory = copy.fs.stat("/tmp/d", ROOT);
  assert.ok(!("errno" in directory));
  assert.deepEqual([directory.mode, directory.modifyMs], [0o700, 1_600_000_000_000]);
  copy.peer.clock.advance(QUIET_MS);
  assert.deepEqual(
    copy.peer.captures.map(({ meta, bytes }) => [meta.name, meta.way, bytes.toString("latin1")]),
    [
      ["/tmp/d/bot", "scp", "\x7fEL"],
      ["/tmp/y", "scp", "y"],
    ],
  );
});

test("without -p the mask of a login applies", () => {
  const copy = new Copy().run("-t /tmp/z");
  copy.send("C0777 1 z\nz\0");
  const found = copy.fs.stat("/tmp/z", ROOT);
  assert.equal("mode" in found && found.mode, 0o755);
});

test("giving files: records, content and errors as scp 9.2 gives them", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["-f /etc/hostname", "\0\0\0", "C0644 7 hostname\nwillow\n\0rc=0"],
    ["-f /etc/hostname", "\0\x01err\n\0", "C0644 7 hostname\nrc=1"],
    ["-f /etc/hostname", "\0\x02err\n\0", "C0644 7 hostname\nrc=1"],
    ["-f nope", "\0", "\x01scp: nope: No such file or directory\nrc=1"],
    ["-f /etc", "\0", "\x01scp: /etc: not a regular file\nrc=1"],
    ["-r -f /etc", "\0\0\0\0\0", "D0755 0 etc\nC0644 7 hostname\nwillow\n\0E\nrc=0"],
    ["-p -f /etc/hostname", "\0\0\0\0", "T1748736000 0 1748736000 0\nC0644 7 hostname\nwillow\n\0rc=0"],
    ["-f /etc/hostname", "", "rc=1"],
    ["-f nope /etc/hostname", "\0\0\0", "\x01scp: nope: No such file or directory\nC0644 7 hostname\nwillow\n\0rc=1"],
  ];
  for (const [args, input, expected] of cases) {
    assert.equal(new Copy().run(args).send(input), expected, `scp ${args}`);
    assert.equal(new Copy().run(args).byteByByte(input), expected, `scp ${args}, byte by byte`);
  }
});

test("what is given is reported, and -v tells of it on standard error", () => {
  const copy = new Copy().run("-v -f /etc/hostname");
  copy.send("\0\0\0");
  assert.equal(copy.errors, "Sending file modes: C0644 7 hostname\n");
  assert.deepEqual(copy.peer.observations(), [{ kind: "file.read", fields: { path: Buffer.from("/etc/hostname"), way: "scp", size: 7 } }]);
});

test("giving stops while the visitor does not read", () => {
  const first = new Copy().run("-t /tmp/big");
  first.send(`C0644 100000 big\n${"x".repeat(100_000)}\0`);
  const copy = new Copy(first.fs, first.peer).run("-f /tmp/big");
  copy.flowing = false;
  assert.match(copy.send("\0\0\0"), /rc=undefined$/);
  assert.ok(copy.said.length < 50_000);
  for (let turn = 0; turn < 5; turn += 1) copy.drain();
  assert.equal(copy.exit, 0);
  assert.equal(copy.said.length, "C0644 100000 big\n".length + 100_000 + 1);
});

test("arguments that only the near end has are not the far end's", () => {
  assert.equal(parseScpCommand(["-P", "22", "-t", "x"]), undefined);
  assert.equal(parseScpCommand(["a", "b"]), undefined);
  assert.equal(parseScpCommand(["-t", "-f", "x"]), undefined);
  assert.deepEqual(parseScpCommand(["-rpt", "--", "-x"])?.paths, ["-x"]);
});

test("random input never throws", () => {
  const random = chance("scp");
  const pieces = [
    "C0644 5 x\n",
    "D0755 0 d\n",
    "E\n",
    "T1 0 2 0\n",
    "\0",
    "\x01e\n",
    "hello",
    "\n",
    "\x02",
    "C0644 99999999999999999999 x\n",
  ];
  for (let run = 0; run < 300; run += 1) {
    const args = ["-r -t /tmp", "-t /tmp/x", "-r -f /", "-p -f /etc/hostname"][random.integer(4)] ?? "";
    const copy = new Copy().run(args);
    const input = Array.from({ length: random.integer(20) }, () => pieces[random.integer(pieces.length)]).join("");
    assert.match(copy.send(input), /rc=[01]$/);
  }
});
