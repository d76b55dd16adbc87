import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { describe as describeMessage, fields, say } from "../../src/decoys/ssh/connection/testing/visit.ts";
import { authRequest, serviceRequest, TestClient } from "../../src/decoys/ssh/testclient/test-client.ts";
import { needs, programPath } from "../rig/needs.ts";
import { type SshSite, startSshSite } from "./ssh-site.ts";

/** Nothing is said for a while: programs need time to start. */
const pause = Buffer.alloc(0);

/** What a visitor sends after the login, one message after the other; both servers must answer the same. */
const open = say.open("session", 7);
const x11 = Buffer.concat([Buffer.from([0]), fields("MIT-MAGIC-COOKIE-1", "00".repeat(16), 0)]);
const sftp = say.request(0, "subsystem", fields("sftp"));
const raw = (number: number, body: Uint8Array) => Buffer.concat([Buffer.from([number]), body]);
const tcp = (host: string, port: number, more = "") =>
  say.open("direct-tcpip", 1, { body: Buffer.concat([fields(host, port, "192.0.2.1", 5), Buffer.from(more)]) });

const CASES: Readonly<Record<string, readonly Buffer[]>> = {
  "a command": [open, say.exec(0, "true")],
  "a command that fails": [open, say.exec(0, "echo hi; exit 3")],
  "a command with input and EOF": [open, say.exec(0, "cat"), say.data(0, "hello"), say.eof(0)],
  "a second use of a number": [open, say.open("session", 8), say.close(0), say.open("session", 9)],
  "data for no channel": [say.data(5, "x")],
  "extended data for no channel": [raw(95, fields(5, 1, "x"))],
  "EOF for no channel": [say.eof(5)],
  "CLOSE for no channel": [say.close(5)],
  "CLOSE twice": [open, say.close(0), say.close(0)],
  "a request for no channel": [say.request(5, "shell")],
  "a window for no channel": [say.adjust(5, 5), say.global("x")],
  "an open confirmation that nobody asked for": [raw(91, fields(5, 1, 1, 1))],
  "an open confirmation for an open channel": [open, raw(91, fields(0, 1, 1, 1))],
  "an open failure that nobody asked for": [raw(92, fields(5, 1, "", ""))],
  "successes that nobody asked for": [raw(99, fields(5)), raw(81, Buffer.alloc(0)), raw(82, Buffer.alloc(0)), say.global("x")],
  "unknown global requests": [say.global("foo"), say.global("keepalive@openssh.com")],
  "a session after no-more-sessions": [say.global("no-more-sessions@openssh.com"), open],
  "channel types of clients": ["foo", "x11", "forwarded-tcpip", "auth-agent@openssh.com"].map((type) => say.open(type, 3)),
  "a tunnel device": [say.open("tun@openssh.com", 3, { body: fields(1, 0) })],
  "eleven sessions": Array.from({ length: 11 }, (_, id) => say.open("session", id)),
  "data before anything runs": [open, say.data(0, "x"), say.eof(0), say.close(0)],
  "requests before anything runs": [
    open,
    ...["foo", "xon-xoff", "eow@openssh.com"].map((type) => say.request(0, type)),
    say.request(0, "signal", fields("INT")),
    say.request(0, "window-change", fields(1, 1, 1, 1)),
    say.request(0, "break", fields(100)),
    say.request(0, "subsystem", fields("foo")),
  ],
  "forwarding of the agent, twice": [open, say.request(0, "auth-agent-req@openssh.com"), say.request(0, "auth-agent-req@openssh.com")],
  "X11 forwarding, twice": [open, say.request(0, "x11-req", x11), say.request(0, "x11-req", x11)],
  variables: [open, ...["LANG", "LC_ALL", "PATH"].map((name) => say.request(0, "env", fields(name, "C")))],
  "two commands on one channel": [open, say.exec(0, "cat"), say.exec(0, "cat"), say.request(0, "shell"), say.close(0)],
  "two terminals": [open, say.terminal(0), say.terminal(0)],
  "signals to a program of root": [
    open,
    say.exec(0, "cat"),
    say.request(0, "signal", fields("FOO")),
    say.request(0, "signal", fields("TERM")),
  ],
  "an open that ends early": [Buffer.from([90, 0, 0, 0, 99])],
  "a global request that ends early": [Buffer.from([80])],
  "a session with more fields": [say.open("session", 7, { body: Buffer.from("zz") })],
  "a command without its text": [open, say.request(0, "exec")],
  "a command with more fields": [open, say.request(0, "exec", Buffer.concat([fields("true"), Buffer.from("zz")]))],
  "a shell with more fields": [open, say.request(0, "shell", Buffer.from("zz"))],
  "a variable without its value": [open, say.request(0, "env", fields("A"))],
  "a signal without its name": [open, say.request(0, "signal")],
  "a new size that ends early": [open, say.terminal(0), say.request(0, "window-change", fields(1))],
  "a terminal's name of 500 bytes": [open, say.request(0, "pty-req", fields("x".repeat(500), 0, 0, 0, 0, ""))],
  "unknown messages": [raw(101, Buffer.from("aa")), raw(127, Buffer.from("aa")), raw(83, Buffer.alloc(0))],
  "a window beyond 2^32": [open, say.adjust(0, 0xffff_ffff)],
  "a packet larger than granted": [open, say.exec(0, "wc -c"), say.data(0, Buffer.alloc(32_769)), say.eof(0)],
  "extended data from the visitor": [open, say.exec(0, "cat"), raw(95, fields(0, 1, "x")), raw(95, fields(0, 5, "x")), say.eof(0)],
  "data after EOF": [open, say.exec(0, "cat; sleep 0.4"), say.eof(0), say.data(0, "x")],
  "EOF twice": [open, say.exec(0, "sleep 0.4"), say.eof(0), say.eof(0)],
  "a tunnel to a port that refuses": [tcp("127.0.0.1", 1)],
  "a tunnel to port 70000": [tcp("127.0.0.1", 70_000)],
  "a tunnel that ends early": [say.open("direct-tcpip", 1, { body: fields("127.0.0.1") })],
  "a tunnel with more fields": [tcp("127.0.0.1", 1, "zz")],
  "a tunnel to a path that is not there": [say.open("direct-streamlocal@openssh.com", 3, { body: fields("/x", "", 0) })],
  "an end of listening that never was": [
    say.global("cancel-tcpip-forward", fields("", 1)),
    say.global("cancel-streamlocal-forward@openssh.com", fields("/x")),
  ],
  "proofs of keys": [say.global("hostkeys-prove-00@openssh.com", fields("zzz")), say.global("hostkeys-prove-00@openssh.com")],
  "SFTP: version and end": [
    open,
    sftp,
    pause,
    pause,
    say.data(0, fields(Buffer.concat([Buffer.from([1]), fields(3)]))),
    pause,
    pause,
    say.eof(0),
  ],
  "SFTP: a packet too long": [open, sftp, pause, pause, say.data(0, Buffer.concat([fields(0x99_999), Buffer.from([1])]))],
  "SFTP: a length alone": [open, sftp, pause, pause, say.data(0, fields(0x99_999))],
  "SFTP: a request before the version": [open, sftp, pause, pause, say.data(0, fields(Buffer.concat([Buffer.from([17]), fields(9, "/")])))],
  "CLOSE while a command sleeps": [open, say.exec(0, "sleep 0.5"), pause, say.close(0)],
  "CLOSE while a command writes": [open, say.exec(0, "sleep 0.3; echo x; sleep 5"), pause, say.close(0)],
};

const { privateKey } = generateKeyPairSync("ed25519");
let site: SshSite;
let sshd: { port: number; child: ChildProcess; folder: string } | undefined;

before(async () => {
  if (needs("sshd", "ssh-keygen", "root").skip !== false) return;
  site = await startSshSite("debian-12", { acceptKeys: "any" });
  sshd = await startSshd(publicBlob(privateKey));
});

after(async () => {
  if (sshd === undefined) return;
  sshd.child.kill("SIGKILL");
  rmSync(sshd.folder, { recursive: true, force: true });
  await site.stop();
});

test("channels answer good and bad input as Debian's sshd does", needs("sshd", "ssh-keygen", "root"), async () => {
  const real = sshd?.port ?? 0;
  const waiting = Object.entries(CASES);
  assert.ok(waiting.length > 50);
  const doubtful: (readonly [string, readonly Buffer[]])[] = [];
  const worker = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      if ((await difference(real, one, 1)) !== undefined) doubtful.push(one);
    }
  };
  await Promise.all(Array.from({ length: 5 }, worker));
  // On a busy machine a real server may still be starting its program: what differed is asked again, one by one and with more patience.
  const different: unknown[] = [];
  for (const one of doubtful) {
    const again = (await difference(real, one, 4)) && (await difference(real, one, 8));
    if (again !== undefined) different.push(again);
  }
  assert.deepEqual(different, []);
});

async function difference(real: number, [name, payloads]: readonly [string, readonly Buffer[]], patience: number): Promise<unknown> {
  const [theirs, ours] = await Promise.all([converse(real, payloads, patience), converse(site.port, payloads, patience)]);
  return JSON.stringify(theirs) === JSON.stringify(ours) ? undefined : { name, theirs, ours };
}

/** Logs in with the key, says each message, and gives all answers, one line each, and how the connection stands at the end. */
async function converse(port: number, payloads: readonly Buffer[], patience: number): Promise<readonly string[]> {
  const client = new TestClient((size) => randomBytes(size), { ident: "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3" });
  const socket = connect(port, "127.0.0.1");
  let end = "open";
  socket.on("data", (bytes: Buffer) => {
    client.receive(bytes);
    socket.write(client.take());
  });
  socket.on("error", () => {
    end = "closed";
  });
  socket.on("close", () => {
    end = "closed";
  });
  socket.write(client.take());
  await until(() => client.exchanges > 0);
  const tell = (payload: Buffer) => {
    client.send(payload);
    socket.write(client.take());
  };
  tell(serviceRequest());
  tell(keyRequest(client.sessionId ?? Buffer.alloc(0)));
  await until(() => client.received.some(([number]) => number === 52));
  await delay(150 * patience);
  const from = client.received.length;
  for (const payload of payloads) {
    if (end === "open" && payload.length > 0) tell(payload);
    await delay(120 * patience);
  }
  await delay(700 * patience);
  socket.destroy();
  return [...inOneOrder(client.received.slice(from).map(line)), end];
}

function line(payload: Buffer): string {
  const number = payload[0] ?? 0;
  if (number === 1) return `DISCONNECT ${payload.toString("latin1", 9)}`;
  return number === 3 ? "UNIMPLEMENTED" : describeMessage(payload);
}

/** What sshd sends at a program's end depends on which it notices first; the same messages in another order are the same. */
function inOneOrder(lines: readonly string[]): readonly string[] {
  const last = lines.findIndex((one) => one.startsWith("CLOSE"));
  const first = lines.findIndex((one) => /^(EOF|REQUEST \d+ (exit|eow))/.test(one));
  if (first < 0 || last < first) return lines;
  return [...lines.slice(0, first), ...lines.slice(first, last).sort(), ...lines.slice(last)];
}

async function until(ready: () => boolean): Promise<void> {
  for (let tries = 0; !ready(); tries += 1) {
    assert.ok(tries < 400, "no answer");
    await delay(25);
  }
}

function publicBlob(key: KeyObject): Buffer {
  const der = createPublicKey(createPrivateKey(key.export({ format: "pem", type: "pkcs8" }))).export({ format: "der", type: "spki" });
  return fields("ssh-ed25519", der.subarray(-32));
}

/** RFC 4252 §7: the request is what is signed, behind the session's id. */
function keyRequest(sessionId: Buffer): Buffer {
  const key = publicBlob(privateKey);
  const asked = authRequest("root", "publickey", Buffer.concat([Buffer.from([1]), fields("ssh-ed25519", key)]));
  const signature = sign(null, Buffer.concat([fields(sessionId), asked]), privateKey);
  return Buffer.concat([asked, fields(fields("ssh-ed25519", signature))]);
}

async function startSshd(key: Buffer): Promise<NonNullable<typeof sshd>> {
  const folder = mkdtempSync(join(tmpdir(), "utsusemi-sshd-"));
  const port = await freePort();
  mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, "host")]);
  writeFileSync(join(folder, "keys"), `ssh-ed25519 ${key.toString("base64")}\n`, { mode: 0o600 });
  const settings = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${join(folder, "host")}`,
    `AuthorizedKeysFile ${join(folder, "keys")}`,
    "StrictModes no",
    "PermitRootLogin yes",
    "UsePAM no",
    "PidFile none",
    "X11Forwarding yes",
    "PrintMotd no",
    "AcceptEnv LANG LC_*",
    "Subsystem sftp /usr/lib/openssh/sftp-server",
    "MaxStartups 100",
  ];
  writeFileSync(join(folder, "config"), `${settings.join("\n")}\n`);
  const child = spawn(programPath("sshd") ?? "sshd", ["-D", "-e", "-f", join(folder, "config")], { stdio: "ignore" });
  await delay(600);
  return { port, child, folder };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  assert(typeof address === "object" && address !== null);
  probe.close();
  await once(probe, "close");
  return address.port;
}
