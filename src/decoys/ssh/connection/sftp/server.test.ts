import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import test from "node:test";
import { chance } from "../../../../testkit/chance.ts";
import { FakePeer } from "../../../../testkit/fake-peer.ts";
import { Reader } from "../../../../wire/reader.ts";
import { Writer } from "../../../../wire/writer.ts";
import { accountOf } from "../account.ts";
import { testFileSystem } from "../testing/file-system.ts";
import { fields } from "../testing/visit.ts";
import { Fxp, OpenFlag } from "./messages.ts";
import { SftpServer } from "./server.ts";

/** A written file is offered to quarantine when it has been left alone for a while. */
const QUIET_MS = 5000;

const NAMES = [
  "posix-rename@openssh.com",
  "statvfs@openssh.com",
  "fstatvfs@openssh.com",
  "hardlink@openssh.com",
  "fsync@openssh.com",
  "lsetstat@openssh.com",
  "limits@openssh.com",
  "expand-path@openssh.com",
  "copy-data",
  "home-directory",
  "users-groups-by-id@openssh.com",
];

/** One SFTP session over the virtual file system, whose answers are read as `status 2 No such file` and the like. */
class Transfer {
  readonly peer: FakePeer;
  readonly server: SftpServer;
  flowing = true;
  exit: number | undefined;
  #out: Buffer = Buffer.alloc(0);

  constructor(settings: { user?: string; maxBytes?: number; extensions?: readonly string[] } = {}) {
    this.peer = new FakePeer();
    this.server = new SftpServer({
      peer: this.peer,
      fs: testFileSystem(this.peer, settings.maxBytes),
      account: accountOf(this.peer.persona, settings.user ?? "root"),
      extensions: (settings.extensions ?? NAMES).map((name) => ({ name, version: "1" })),
      output: {
        out: (bytes) => {
          this.#out = Buffer.concat([this.#out, bytes]);
          return this.flowing;
        },
        err: () => true,
        exited: (status) => {
          this.exit = "code" in status ? status.code : -1;
        },
      },
    });
  }

  greeted(): this {
    this.ask(Fxp.init, fields(3));
    return this;
  }

  /** Sends one request (its id is 9) and gives its answers, type first, id left out. */
  ask(type: number, body: Uint8Array): string {
    const id = type === Fxp.init ? Buffer.alloc(0) : fields(9);
    this.server.input(
      new Writer()
        .u32(1 + id.length + body.length)
        .u8(type)
        .bytes(id)
        .bytes(body)
        .finish(),
    );
    return this.answers().join(" | ");
  }

  answers(): string[] {
    const lines: string[] = [];
    const reader = new Reader(this.#out);
    while (reader.left > 0) {
      const packet = reader.string32();
      lines.push(describe(packet[0] ?? 0, new Reader(packet, 5)));
    }
    this.#out = Buffer.alloc(0);
    return lines;
  }

  /** Opens a file; gives its handle. */
  open(path: string, flags: number, attributes: Uint8Array = fields(0)): Buffer {
    const answer = this.ask(Fxp.open, Buffer.concat([fields(path, flags), attributes]));
    assert.match(answer, /^handle /);
    return Buffer.from(answer.slice(7), "hex");
  }

  write(handle: Buffer, at: number, data: string | Uint8Array): string {
    return this.ask(Fxp.write, new Writer().string32(handle).u64(BigInt(at)).string32(data).finish());
  }

  read(handle: Buffer, at: number, bytes: number): string {
    return this.ask(Fxp.read, new Writer().string32(handle).u64(BigInt(at)).u32(bytes).finish());
  }
}

function describe(type: number, reader: Reader): string {
  switch (type) {
    case Fxp.version:
      return `version ${
        reader
          .rest()
          .toString("latin1")
          .match(/[a-z][\w@.-]{3,}/g)
          ?.join(" ") ?? ""
      }`;
    case Fxp.status:
      return `status ${reader.u32()} ${reader.string32()}`;
    case Fxp.handle:
      return `handle ${reader.string32().toString("hex")}`;
    case Fxp.data:
      return `data ${reader.string32().toString("latin1")}`;
    case Fxp.name:
      return describeNames(reader);
    case Fxp.attrs:
      return `attrs ${describeAttributes(reader)}`;
    default:
      return `reply ${reader.rest().toString("hex")}`;
  }
}

function describeNames(reader: Reader): string {
  const count = reader.u32();
  const entries = Array.from({ length: count }, () => {
    const name = reader.string32().toString("latin1");
    const long = reader.string32().toString("latin1");
    const attributes = describeAttributes(reader);
    return attributes === "" ? name : `${long}`;
  });
  return `names ${entries.join(", ")}`;
}

function describeAttributes(reader: Reader): string {
  if (reader.u32() === 0) return "";
  const size = reader.u64();
  const [uid, gid, mode, , modified] = [reader.u32(), reader.u32(), reader.u32(), reader.u32(), reader.u32()];
  return `${mode.toString(8)} ${uid}:${gid} ${size} ${modified}`;
}

const OK = "status 0 Success";
const NO_FILE = "status 2 No such file";
const DENIED = "status 3 Permission denied";
const FAILURE = "status 4 Failure";
const BAD = "status 5 Bad message";

test("the version answer lists the persona's extensions (draft-ietf-secsh-filexfer-02 §4)", () => {
  assert.equal(new Transfer().ask(Fxp.init, fields(3)), `version ${NAMES.join(" ")}`);
});

test("paths: what exists, what does not, what may not be seen", () => {
  const transfer = new Transfer().greeted();
  assert.equal(transfer.ask(Fxp.realpath, fields("")), "names /root");
  assert.equal(transfer.ask(Fxp.realpath, fields("nope")), "names /root/nope");
  assert.equal(transfer.ask(Fxp.realpath, fields("nope/x")), NO_FILE);
  assert.equal(transfer.ask(Fxp.realpath, fields("../etc/hostname")), "names /etc/hostname");
  assert.equal(transfer.ask(Fxp.stat, fields("/etc/hostname")), "attrs 100644 0:0 7 1748736000");
  assert.equal(transfer.ask(Fxp.lstat, fields("/nope")), NO_FILE);
  assert.equal(transfer.ask(Fxp.readlink, fields("/etc/hostname")), BAD);
  assert.equal(transfer.ask(Fxp.rmdir, fields("/etc/hostname")), NO_FILE);
  assert.equal(transfer.ask(Fxp.remove, fields("/etc")), FAILURE);
  const ada = new Transfer({ user: "ada" }).greeted();
  assert.equal(ada.ask(Fxp.opendir, fields("/root")), DENIED);
  assert.equal(ada.ask(Fxp.mkdir, fields("/etc/x", 0)), DENIED);
});

test("a directory is listed as ls -l shows it, then ends", () => {
  const transfer = new Transfer().greeted();
  const handle = Buffer.from(transfer.ask(Fxp.opendir, fields("/home")).slice(7), "hex");
  const lines = transfer.ask(Fxp.readdir, fields(handle)).replace("names ", "").split(", ");
  assert.equal(lines[0], "drwxr-xr-x    3 root     root         4096 Jun  1  2025 .");
  assert.match(lines[1] ?? "", /^drwxr-xr-x +\d+ root {5}root {9}4096 Jun {2}1 {2}2025 \.\.$/);
  assert.equal(lines[2], "drwx------    2 ada      ada          4096 Jun  1  2025 ada");
  assert.equal(transfer.ask(Fxp.readdir, fields(handle)), "status 1 End of file");
  assert.equal(transfer.ask(Fxp.close, fields(handle)), OK);
  assert.equal(transfer.ask(Fxp.close, fields(handle)), NO_FILE);
  assert.equal(transfer.ask(Fxp.readdir, fields(handle)), FAILURE);
});

test("a file is read by pieces, and what was taken is reported", () => {
  const transfer = new Transfer().greeted();
  const handle = transfer.open("/etc/hostname", OpenFlag.read);
  assert.equal(transfer.read(handle, 0, 3), "data wil");
  assert.equal(transfer.read(handle, 3, 1 << 20), "data low\n");
  assert.equal(transfer.read(handle, 7, 10), "status 1 End of file");
  assert.equal(transfer.write(handle, 0, "x"), NO_FILE);
  assert.equal(transfer.ask(Fxp.fstat, fields(handle)), "attrs 100644 0:0 7 1748736000");
  assert.equal(transfer.ask(Fxp.close, fields(handle)), OK);
  assert.deepEqual(transfer.peer.observations(), [
    { kind: "file.read", fields: { path: Buffer.from("/etc/hostname"), way: "sftp", size: 7 } },
  ]);
});

test("a directory can be opened but not read or written", () => {
  const transfer = new Transfer().greeted();
  const handle = transfer.open("/etc", OpenFlag.read);
  assert.equal(transfer.read(handle, 0, 10), FAILURE);
  assert.equal(transfer.ask(Fxp.open, fields("/etc", OpenFlag.write, 0)), FAILURE);
  assert.equal(transfer.ask(Fxp.open, fields("/etc/hostname", OpenFlag.write | OpenFlag.create | OpenFlag.exclusive, 0)), FAILURE);
});

test("an uploaded file is found again and is in quarantine, its way told", () => {
  const transfer = new Transfer().greeted();
  const handle = transfer.open("bot", OpenFlag.write | OpenFlag.create | OpenFlag.truncate, fields(4, 0o777));
  assert.equal(transfer.write(handle, 0, "\x7fELF"), OK);
  assert.equal(transfer.write(handle, 4, "rest and more"), OK);
  assert.equal(transfer.ask(Fxp.fsetstat, Buffer.concat([fields(handle), new Writer().u32(1).u64(8n).finish()])), OK);
  assert.equal(transfer.ask(Fxp.close, fields(handle)), OK);
  assert.match(transfer.ask(Fxp.stat, fields("/root/bot")), /^attrs 100755 0:0 8 /);
  transfer.peer.clock.advance(QUIET_MS);
  assert.deepEqual(
    transfer.peer.captures.map(({ meta, bytes, closed }) => [meta.name, meta.way, bytes.toString("latin1"), closed]),
    [["/root/bot", "sftp", "\x7fELFrest", true]],
  );
});

test("a file larger than the disk is caught whole, and the visitor sees success", () => {
  const transfer = new Transfer({ maxBytes: 100_000 }).greeted();
  const handle = transfer.open("/tmp/big", OpenFlag.write | OpenFlag.create);
  for (let at = 0; at < 300_000; at += 30_000) assert.equal(transfer.write(handle, at, Buffer.alloc(30_000, at / 30_000)), OK);
  transfer.ask(Fxp.close, fields(handle));
  transfer.peer.clock.advance(QUIET_MS);
  const whole = transfer.peer.captures.find(({ bytes }) => bytes.length === 300_000);
  assert.ok(whole?.closed);
  assert.deepEqual([whole.bytes[0], whole.bytes[100_000], whole.bytes[299_999]], [0, 3, 9]);
});

test("attributes are set by path and by handle; appending ignores the offset", () => {
  const transfer = new Transfer().greeted();
  const handle = transfer.open("f", OpenFlag.write | OpenFlag.create | OpenFlag.append);
  transfer.write(handle, 0, "ab");
  transfer.write(handle, 0, "cd");
  assert.equal(transfer.ask(Fxp.fsetstat, Buffer.concat([fields(handle), fields(4 | 8, 0o600, 1, 1_600_000_000)])), OK);
  assert.equal(transfer.ask(Fxp.stat, fields("f")), "attrs 100600 0:0 4 1600000000");
  assert.equal(transfer.ask(Fxp.setstat, Buffer.concat([fields("f"), new Writer().u32(1).u64(1n).finish()])), OK);
  assert.match(transfer.ask(Fxp.stat, fields("f")), /^attrs 100600 0:0 1 /);
  assert.equal(transfer.ask(Fxp.setstat, fields("f", 2, 1000, 1000)), OK);
  assert.match(transfer.ask(Fxp.lstat, fields("f")), /^attrs 100600 1000:1000 1 /);
  assert.equal(transfer.ask(Fxp.setstat, fields("nope", 4, 0o644)), NO_FILE);
});

test("renaming never replaces a file, posix-rename does; links are made in OpenSSH's order", () => {
  const transfer = new Transfer().greeted();
  transfer.open("a", OpenFlag.write | OpenFlag.create);
  transfer.open("b", OpenFlag.write | OpenFlag.create);
  assert.equal(transfer.ask(Fxp.rename, fields("a", "b")), FAILURE);
  assert.equal(transfer.ask(Fxp.rename, fields("nope", "c")), NO_FILE);
  assert.equal(transfer.ask(Fxp.rename, fields("a", "c")), OK);
  assert.equal(transfer.ask(Fxp.extended, fields("posix-rename@openssh.com", "c", "b")), OK);
  assert.equal(transfer.ask(Fxp.extended, fields("hardlink@openssh.com", "b", "d")), OK);
  assert.equal(transfer.ask(Fxp.symlink, fields("target", "link")), OK);
  assert.equal(transfer.ask(Fxp.readlink, fields("link")), "names target");
  assert.match(transfer.ask(Fxp.lstat, fields("link")), /^attrs 120777 /);
  assert.equal(transfer.ask(Fxp.mkdir, fields("dir", 4, 0o777)), OK);
  assert.match(transfer.ask(Fxp.stat, fields("dir")), /^attrs 40755 /);
  assert.equal(transfer.ask(Fxp.mkdir, fields("dir", 0)), FAILURE);
  assert.equal(transfer.ask(Fxp.rmdir, fields("dir")), OK);
});

test("OpenSSH's extensions answer as sftp-server 9.2 does", () => {
  const transfer = new Transfer().greeted();
  const ask = (...values: readonly (string | number | Uint8Array)[]) => transfer.ask(Fxp.extended, fields(...values));
  assert.equal(ask("foo@x"), "status 8 Operation unsupported");
  assert.equal(ask("limits@openssh.com"), "reply 0000000000040000000000000003fc00000000000003fc0000000000000003fb");
  assert.match(ask("statvfs@openssh.com", "/"), /^reply 00000000000010000000000000001000[0-9a-f]{128}00000000000000ff$/);
  assert.equal(ask("expand-path@openssh.com", "~/x"), "names /root/x");
  assert.equal(ask("expand-path@openssh.com", "~nosuch/x"), "status 2 no such user");
  assert.equal(ask("expand-path@openssh.com", "rel"), "names /root/rel");
  assert.equal(ask("home-directory", "ada"), "names /home/ada");
  assert.equal(ask("home-directory", ""), FAILURE);
  assert.equal(
    ask("users-groups-by-id@openssh.com", fields(0, 77_777), fields(1000)),
    "reply 0000000c00000004726f6f74000000000000000700000003616461",
  );
  assert.equal(ask("fsync@openssh.com", fields(77)), NO_FILE);
  assert.equal(ask("lsetstat@openssh.com", "/etc/hostname", 0), OK);
  assert.equal(
    new Transfer({ extensions: [] }).greeted().ask(Fxp.extended, fields("limits@openssh.com")),
    "status 8 Operation unsupported",
  );
});

test("copy-data copies between two open files", () => {
  const transfer = new Transfer().greeted();
  const from = transfer.open("/etc/hostname", OpenFlag.read);
  const to = transfer.open("copy", OpenFlag.write | OpenFlag.create);
  const request = (source: Buffer) => new Writer().string32("copy-data").string32(source).u64(1n).u64(0n).string32(to).u64(0n).finish();
  assert.equal(transfer.ask(Fxp.extended, request(from)), OK);
  assert.equal(transfer.ask(Fxp.extended, request(to)), FAILURE);
  const back = transfer.open("copy", OpenFlag.read);
  assert.equal(transfer.read(back, 0, 100), "data illow\n");
});

test("what sftp-server dies of ends the session with its status; a type that nobody knows gets no answer", () => {
  const early = new Transfer();
  early.ask(Fxp.stat, fields("a"));
  assert.equal(early.exit, 255);
  const long = new Transfer().greeted();
  long.server.input(fields(0x50_000));
  assert.equal(long.exit, undefined);
  long.server.input(Buffer.from([Fxp.stat]));
  assert.equal(long.exit, 11);
  const short = new Transfer().greeted();
  assert.equal(short.ask(99, Buffer.alloc(0)), "");
  assert.equal(short.exit, undefined);
  short.ask(Fxp.stat, Buffer.from([0]));
  assert.equal(short.exit, 255);
  const ended = new Transfer().greeted();
  ended.server.endInput();
  assert.equal(ended.exit, 0);
});

test("requests wait while the visitor does not read, and are answered afterwards in order", () => {
  const transfer = new Transfer().greeted();
  const handle = transfer.open("/etc/hostname", OpenFlag.read);
  transfer.flowing = false;
  assert.equal(transfer.read(handle, 0, 1), "data w");
  assert.equal(transfer.read(handle, 1, 1), "");
  assert.equal(transfer.read(handle, 2, 1), "");
  transfer.flowing = true;
  transfer.server.drained();
  assert.deepEqual(transfer.answers(), ["data i", "data l"]);
});

test("at most 1019 handles are open", () => {
  const transfer = new Transfer().greeted();
  for (let count = 0; count < 1019; count += 1) transfer.open("/etc/hostname", OpenFlag.read);
  assert.equal(transfer.ask(Fxp.opendir, fields("/")), FAILURE);
  assert.equal(transfer.ask(Fxp.close, fields(Buffer.from([0, 0, 0, 7]))), OK);
  assert.equal(transfer.ask(Fxp.opendir, fields("/")), "handle 00000007");
});

test("random requests never throw, byte by byte or whole", () => {
  const random = chance("sftp");
  for (let run = 0; run < 200; run += 1) {
    const transfer = new Transfer().greeted();
    for (let step = 0; step < 30; step += 1) {
      const body = Buffer.concat([fields(9), randomFields(random)]);
      const packet = new Writer()
        .u32(1 + body.length)
        .u8([...Array(20).keys(), 200][random.integer(21)] ?? 0)
        .bytes(body)
        .finish();
      const cut = random.integer(packet.length);
      transfer.server.input(packet.subarray(0, cut));
      transfer.server.input(packet.subarray(cut));
    }
    transfer.server.end();
    assert.ok(transfer.answers().length >= 0);
  }
});

function randomFields(random: ReturnType<typeof chance>): Buffer {
  const parts = Array.from({ length: random.integer(6) }, () => {
    const texts = ["/", "/etc/hostname", "x", "..", "/tmp/a", "copy-data", "limits@openssh.com", Buffer.from([0, 0, 0, random.integer(4)])];
    return random.integer(2) === 0 ? fields(texts[random.integer(texts.length)] ?? "") : Buffer.from(random.bytes(random.integer(12)));
  });
  return Buffer.concat(parts);
}
