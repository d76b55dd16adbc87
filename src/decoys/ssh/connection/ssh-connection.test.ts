import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { verify } from "node:crypto";
import test from "node:test";
import { chance } from "../../../testkit/chance.ts";
import { Reader } from "../../../wire/reader.ts";
import { fields, say, Visit } from "./testing/visit.ts";

const OPENED = "OPENED 7 0 0 32768";
const GRANTED = "ADJUST 7 2097152";
const OPENSSH = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3";

function openSession(settings: ConstructorParameters<typeof Visit>[0] = {}): Visit {
  const visit = new Visit(settings);
  assert.deepEqual(visit.talk(say.open("session", 7)), [OPENED]);
  return visit;
}

test("a session grants its window when something runs, and ends as sshd ends it (RFC 4254 §6.5, §6.10)", () => {
  const visit = openSession();
  assert.deepEqual(visit.talk(say.exec(0, "uname")), [
    GRANTED,
    "SUCCESS 7",
    "DATA 7 uname",
    "EOF 7",
    "REQUEST 7 exit-status 0 00000000",
    "CLOSE 7",
  ]);
  assert.deepEqual(visit.talk(say.close(0), say.open("session", 8)), ["OPENED 8 0 0 32768"]);
});

test("to an OpenSSH visitor sshd says eow too, unless the visitor sent EOF before", () => {
  assert.deepEqual(openSession({ ident: OPENSSH }).talk(say.exec(0, "exit 3")).slice(2), [
    "EOF 7",
    "REQUEST 7 exit-status 0 00000003",
    "REQUEST 7 eow@openssh.com 0",
    "CLOSE 7",
  ]);
  const visit = openSession({ ident: OPENSSH });
  assert.deepEqual(visit.talk(say.exec(0, "cat"), say.data(0, "x"), say.eof(0)).slice(2), [
    "DATA 7 x",
    "EOF 7",
    "REQUEST 7 exit-status 0 00000000",
    "CLOSE 7",
  ]);
});

test("a signal ends with exit-signal, standard error travels as extended data", () => {
  assert.equal(openSession().talk(say.exec(0, "kill KILL"))[3], "REQUEST 7 exit-signal 0 000000044b494c4c000000000000000000");
  assert.deepEqual(openSession().talk(say.exec(0, "both")).slice(2, 4), ["DATA 7 out\\n", "STDERR 7 err\\n"]);
});

test("a message for a channel that does not exist ends the connection in sshd's words", () => {
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [say.data(5, "x"), "data packet referred to nonexistent channel 5"],
    [Buffer.concat([Buffer.from([95]), fields(5, 1, "x")]), "extended data packet referred to nonexistent channel 5"],
    [say.eof(5), "ieof packet referred to nonexistent channel 5"],
    [say.close(5), "oclose packet referred to nonexistent channel 5"],
    [say.request(5, "shell"), "server_input_channel_req: unknown channel 5"],
    [Buffer.concat([Buffer.from([91]), fields(5, 1, 1, 1)]), "open confirmation packet referred to nonexistent channel 5"],
    [Buffer.concat([Buffer.from([92]), fields(5, 1, "", "")]), "open failure packet referred to nonexistent channel 5"],
  ];
  for (const [payload, text] of cases) assert.deepEqual(new Visit().talk(payload), [`DISCONNECT 2 ${text}`]);
  assert.deepEqual(new Visit().talk(say.adjust(5, 1)), [], "a window for nobody is ignored");
  assert.deepEqual(new Visit({ ssh: { family: "dropbear" } }).talk(say.eof(5)), ["HANGUP close"]);
});

test("messages whose fields do not fit end the connection without a word", () => {
  const cases: readonly (readonly Uint8Array[])[] = [
    [Buffer.from([80])],
    [Buffer.from([90, 0, 0, 0, 99])],
    [say.open("session", 7, { body: Buffer.from("zz") })],
    [say.open("session", 7), say.request(0, "exec")],
    [say.open("session", 7), say.request(0, "exec", Buffer.concat([fields("cat"), Buffer.from("zz")]))],
    [say.open("session", 7), say.request(0, "env", fields("A"))],
    [say.open("direct-tcpip", 7, { body: fields("127.0.0.1") })],
    [say.open("session", 7), say.adjust(0, 0xffff_ffff)],
  ];
  for (const payloads of cases) {
    const visit = new Visit();
    assert.equal(visit.talk(...payloads).at(-1), "HANGUP close");
    assert.equal(visit.peer.observations().at(-1)?.kind, "malformed");
  }
});

test("channel types that sshd does not open fail with its code and text", () => {
  for (const type of ["foo", "x11", "forwarded-tcpip", "auth-agent@openssh.com"]) {
    assert.deepEqual(new Visit().talk(say.open(type, 3)), ["OPEN-FAILED 3 2 open failed"]);
  }
  assert.deepEqual(new Visit().talk(say.open("tun@openssh.com", 3, { body: fields(1, 0) })), [
    "DEBUG Server has rejected tunnel device forwarding",
    "OPEN-FAILED 3 2 open failed",
  ]);
});

test("ten sessions are open at once, not eleven; a closed one makes room", () => {
  const visit = new Visit();
  for (let id = 0; id < 10; id += 1) assert.deepEqual(visit.talk(say.open("session", id)), [`OPENED ${id} ${id} 0 32768`]);
  assert.deepEqual(visit.talk(say.open("session", 10)), ["OPEN-FAILED 10 2 open failed"]);
  assert.deepEqual(visit.talk(say.close(4), say.open("session", 11)), ["CLOSE 4", "OPENED 11 4 0 32768"]);
});

test("global requests are answered when an answer is wanted", () => {
  const visit = new Visit();
  assert.deepEqual(visit.talk(say.global("keepalive@openssh.com")), ["REQUEST-FAILURE"]);
  assert.deepEqual(visit.talk(say.global("foo", undefined, false)), []);
  assert.deepEqual(visit.talk(Buffer.from([81]), Buffer.from([82])), []);
  assert.deepEqual(visit.talk(Buffer.from([101, 97])), ["UNIMPLEMENTED"]);
  assert.deepEqual(visit.talk(say.global("no-more-sessions@openssh.com"), say.open("session", 1)), [
    "REQUEST-SUCCESS",
    "DISCONNECT 2 Possible attack: attempt to open a session after additional sessions disabled",
  ]);
});

test("a wish to listen is recorded and refused, or seems to succeed when the operator says so", () => {
  const visit = new Visit();
  const refused = ["DEBUG Server has disabled port forwarding.", "REQUEST-FAILURE"];
  assert.deepEqual(visit.talk(say.global("tcpip-forward", fields("0.0.0.0", 8080))), refused);
  assert.deepEqual(visit.talk(say.global("streamlocal-forward@openssh.com", fields("/tmp/s"))), refused);
  const seen = visit.peer.observations().flatMap((one) => (one.kind === "tunnel.request" ? [one.fields] : []));
  assert.deepEqual(
    seen.map(({ way, port, answer }) => [way, port, answer]),
    [
      ["tcpip-forward", 8080, "refused"],
      ["streamlocal-forward@openssh.com", 0, "refused"],
    ],
  );
  const accepting = new Visit({ options: { listening: "accept" } });
  assert.deepEqual(accepting.talk(say.global("tcpip-forward", fields("", 8080))), ["REQUEST-SUCCESS"]);
  const [line = ""] = accepting.talk(say.global("tcpip-forward", fields("", 0)));
  assert.ok(Number.parseInt(line.replace("REQUEST-SUCCESS ", ""), 16) >= 32_768);
  assert.deepEqual(accepting.talk(say.global("cancel-tcpip-forward", fields("", 8080))), ["REQUEST-SUCCESS"]);
  assert.deepEqual(accepting.talk(say.global("cancel-tcpip-forward", fields("", 8080))), ["REQUEST-FAILURE"]);
});

test("host keys are announced after the login and proved with signatures over the session id", () => {
  const visit = new Visit({ channels: { hostkeysProof: true } });
  const [line = ""] = visit.take();
  const keys = Buffer.from(line.replace("GLOBAL hostkeys-00@openssh.com 0 ", ""), "hex");
  const kinds: string[] = [];
  for (const reader = new Reader(keys); reader.left > 0; ) kinds.push(new Reader(reader.string32()).string32().toString());
  assert.deepEqual(kinds, ["ssh-rsa", "ecdsa-sha2-nistp256", "ssh-ed25519"]);
  const blob = fields("ssh-ed25519", ed25519(visit).raw);
  const [answer = ""] = visit.talk(say.global("hostkeys-prove-00@openssh.com", fields(blob)));
  const proof = new Reader(new Reader(Buffer.from(answer.replace("REQUEST-SUCCESS ", ""), "hex")).string32());
  assert.equal(proof.string32().toString(), "ssh-ed25519");
  const signed = fields("hostkeys-prove-00@openssh.com", Buffer.alloc(32, 1), blob);
  const key = {
    key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), ed25519(visit).raw]),
    format: "der",
    type: "spki",
  } as const;
  assert.ok(verify(null, signed, key, proof.string32()));
  assert.deepEqual(visit.talk(say.global("hostkeys-prove-00@openssh.com", fields("zzz"))), ["REQUEST-FAILURE"]);
  assert.deepEqual(visit.talk(say.global("hostkeys-prove-00@openssh.com")), ["REQUEST-SUCCESS"]);
});

function ed25519(visit: Visit): { readonly raw: Uint8Array } {
  const key = visit.peer.keys.hostKeys.find((one) => one.kind === "ed25519");
  assert.ok(key?.kind === "ed25519");
  return key;
}

test("what a session may ask for before it runs, and after", () => {
  const visit = openSession();
  const answers = (...payloads: Uint8Array[]) => visit.talk(...payloads).map((line) => line.replace(" 7", ""));
  assert.deepEqual(answers(say.request(0, "foo"), say.request(0, "signal", fields("INT"))), ["FAILURE", "FAILURE"]);
  assert.deepEqual(answers(say.request(0, "window-change", fields(1, 1, 1, 1)), say.request(0, "break", fields(9))), [
    "SUCCESS",
    "FAILURE",
  ]);
  const x11 = Buffer.concat([Buffer.from([0]), fields("MIT-MAGIC-COOKIE-1", "00", 0)]);
  assert.deepEqual(answers(say.request(0, "x11-req", x11), say.request(0, "x11-req", x11)), ["SUCCESS", "FAILURE"]);
  const agent = say.request(0, "auth-agent-req@openssh.com");
  assert.deepEqual(answers(agent, agent), ["SUCCESS", "FAILURE"]);
  assert.deepEqual(answers(say.request(0, "subsystem", fields("foo"))), ["FAILURE"]);
  assert.deepEqual(answers(...["LANG", "LC_ALL", "FOO"].map((name) => say.request(0, "env", fields(name, "C")))), [
    "SUCCESS",
    "SUCCESS",
    "FAILURE",
  ]);
  assert.deepEqual(answers(say.exec(0, "cat"), say.exec(0, "cat"), say.request(0, "shell")).slice(1), ["SUCCESS", "FAILURE", "FAILURE"]);
  assert.deepEqual(visit.system.started[0]?.environment, { LANG: "C", LC_ALL: "C" });
});

test("a second terminal is a protocol error", () => {
  const visit = openSession();
  assert.deepEqual(visit.talk(say.terminal(0), say.terminal(0)), ["SUCCESS 7", "DISCONNECT 2 Protocol error: you already have a pty."]);
});

test("signals reach the programs of users, and root's only where the server delivers them", () => {
  const ada = openSession({ user: "ada" });
  ada.talk(say.exec(0, "cat"));
  assert.deepEqual(ada.talk(say.request(0, "signal", fields("FOO"))), ["FAILURE 7"]);
  assert.ok(ada.talk(say.request(0, "signal", fields("TERM"))).includes("REQUEST 7 exit-signal 0 000000045445524d000000000000000000"));
  const root = openSession();
  assert.equal(root.talk(say.exec(0, "cat"), say.request(0, "signal", fields("TERM"))).at(-1), "FAILURE 7");
});

test("a terminal is recorded: size, what is shown, what is typed, and new sizes", () => {
  const visit = openSession();
  visit.talk(say.terminal(0, 100, 30), say.request(0, "shell"), say.data(0, "id"), say.notice(0, "window-change", fields(90, 20, 0, 0)));
  const chunks = visit.peer.deeds.flatMap((deed) => (deed.what === "record" ? [deed.chunk] : []));
  assert.deepEqual(
    chunks.map((chunk) => (chunk.way === "size" ? `${chunk.columns}x${chunk.rows}` : `${chunk.way} ${chunk.bytes}`)),
    ["100x30", "out $ ", "in id", "out id", "90x20"],
  );
  assert.deepEqual(visit.talk(say.close(0)), ["REQUEST 7 exit-signal 0 00000003485550000000000000000000", "CLOSE 7"]);
  const kinds = visit.peer.observations().map(({ kind }) => kind);
  assert.deepEqual(kinds, ["terminal.open", "terminal.close"]);
  assert.deepEqual(visit.system.calls.slice(-1), ["end"]);
});

test("CLOSE of the visitor ends a command's input; its status and our CLOSE follow when it ends (RFC 4254 §5.3)", () => {
  const visit = openSession();
  visit.talk(say.exec(0, "cat"));
  assert.deepEqual(visit.talk(say.close(0)), ["REQUEST 7 exit-status 0 00000000", "CLOSE 7"]);
  const writing = openSession();
  writing.talk(say.open("session", 8, { window: 0 }));
  writing.talk(say.exec(1, "print 5000"), say.close(1));
  assert.equal(writing.peer.observations().at(-1)?.kind, "terminal.close");
  assert.deepEqual(writing.talk(say.open("session", 9)), ["OPENED 9 1 0 32768"]);
});

test("a packet larger than granted is dropped, as in sshd", () => {
  const visit = openSession();
  visit.talk(say.exec(0, "cat"));
  assert.deepEqual(visit.talk(say.data(0, Buffer.alloc(32_769))), []);
});

test("output stops at the visitor's window and goes on with it; the status overtakes what waits (RFC 4254 §5.2)", () => {
  const visit = new Visit();
  visit.talk(say.open("session", 7, { window: 3, packet: 2 }));
  assert.deepEqual(visit.talk(say.exec(0, "abcdefg")).slice(2), ["DATA 7 ab", "DATA 7 c", "REQUEST 7 exit-status 0 00000000"]);
  assert.deepEqual(visit.talk(say.adjust(0, 3)), ["DATA 7 de", "DATA 7 f"]);
  assert.deepEqual(visit.talk(say.adjust(0, 9)), ["DATA 7 g", "EOF 7", "CLOSE 7"]);
});

test("a program is held back while the window or the connection is full, and told when it may go on", () => {
  const visit = new Visit();
  visit.talk(say.open("session", 7, { window: 2500 }));
  visit.talk(say.exec(0, "print 5000"));
  const sent = visit.talk(say.adjust(0, 100_000)).filter((line) => line.startsWith("DATA"));
  assert.equal(sent.join("").replaceAll("DATA 7 ", "").length, 2500);
  assert.ok(visit.system.calls.includes("drained"));
  const blocked = new Visit();
  blocked.talk(say.open("session", 7));
  blocked.flowing = false;
  assert.deepEqual(blocked.talk(say.exec(0, "print 5000")), [GRANTED, "SUCCESS 7"]);
  assert.equal(blocked.drain().filter((line) => line.startsWith("DATA")).length, 5);
});

test("input that a program does not read is held within the window, and delivered in order", () => {
  const visit = openSession({ user: "ada" });
  visit.talk(say.exec(0, "deaf"));
  visit.talk(say.data(0, "a"), say.data(0, "b"), say.data(0, "c"), say.eof(0));
  assert.deepEqual(visit.system.calls, ["input a"]);
  visit.talk(say.request(0, "signal", fields("USR1")));
  visit.talk(say.request(0, "signal", fields("USR1")));
  visit.talk(say.request(0, "signal", fields("USR1")));
  assert.deepEqual(
    visit.system.calls.filter((call) => !call.startsWith("signal")),
    ["input a", "input b", "input c", "endInput"],
  );
});

test("when much is held the visitor is not read, until it is taken", () => {
  const visit = openSession();
  visit.talk(say.exec(0, "deaf"), ...Array.from({ length: 20 }, () => say.data(0, Buffer.alloc(32_768))));
  assert.deepEqual(
    visit.peer.deeds.filter(({ what }) => what === "pause" || what === "resume").map(({ what }) => what),
    ["pause"],
  );
  visit.talk(say.close(0));
  assert.equal(visit.peer.deeds.at(-1)?.what === "resume" || visit.peer.deeds.some(({ what }) => what === "resume"), true);
});

test("the window is granted again as it is used, and whoever ignores it is sent away", () => {
  const visit = openSession();
  visit.talk(say.exec(0, "print 0"));
  const cat = openSession();
  cat.talk(say.exec(0, "cat"));
  const chunk = Buffer.alloc(32_768);
  const lines = [1, 2, 3, 4].flatMap(() => cat.talk(say.data(0, chunk))).filter((line) => line.startsWith("ADJUST"));
  assert.deepEqual(lines, ["ADJUST 7 131072"]);
  const deaf = openSession();
  deaf.talk(say.exec(0, "deaf"));
  const all = Array.from({ length: 80 }, () => say.data(0, chunk));
  assert.deepEqual(deaf.talk(...all), ["DISCONNECT 2 channel 0: peer ignored channel window"]);
});

test("tunnels: refused, prohibited, or answered by a canned service; all recorded", () => {
  const to = (host: string, port: number) => say.open("direct-tcpip", 1, { body: fields(host, port, "127.0.0.1", 5000) });
  assert.deepEqual(new Visit().talk(to("192.0.2.9", 3306)), ["OPEN-FAILED 1 2 Connection refused"]);
  assert.deepEqual(new Visit({ options: { tunnels: "prohibit" } }).talk(to("192.0.2.9", 3306)), ["OPEN-FAILED 1 1 open failed"]);
  assert.deepEqual(new Visit().talk(to("192.0.2.9", 70_000)), ["OPEN-FAILED 1 1 open failed"]);
  const visit = new Visit();
  assert.deepEqual(visit.talk(to("mx.example.com", 25)), ["OPENED 1 0 2097152 32768", "DATA 1 220 mx.example.com ESMTP Postfix\\r\\n"]);
  assert.deepEqual(visit.talk(say.data(0, "MAIL FROM:<a@b>\r\nRC"), say.data(0, "PT TO:<c@d>\r\nDATA\r\n")), [
    "DATA 1 250 2.1.0 Ok\\r\\n",
    "DATA 1 250 2.1.5 Ok\\r\\n",
    "DATA 1 354 End data with <CR><LF>.<CR><LF>\\r\\n",
  ]);
  assert.deepEqual(visit.talk(say.data(0, "Subject: x\r\nQUIT\r\n\r\n.\r\n")), ["DATA 1 250 2.0.0 Ok: queued as 4C7F1208E5\\r\\n"]);
  assert.deepEqual(visit.talk(say.data(0, "QUIT\r\n")), ["DATA 1 221 2.0.0 Bye\\r\\n", "EOF 1"]);
  assert.deepEqual(visit.talk(say.eof(0)), ["CLOSE 1"]);
  const shown = visit.peer.observations().map(({ kind }) => kind);
  assert.deepEqual(shown, ["tunnel.request", "tunnel.data"]);
  assert.equal(visit.booted, 0);
});

test("a web service answers one request and closes", () => {
  const visit = new Visit();
  visit.talk(say.open("direct-tcpip", 1, { body: fields("192.0.2.9", 80, "127.0.0.1", 5000) }));
  const lines = visit.talk(say.data(0, "GET / HTTP/1.0\r\n"), say.data(0, "\r\n"));
  assert.match(lines[0] ?? "", /^DATA 1 HTTP\/1\.1 200 OK\\r\\nDate: .* GMT\\r\\n/);
  assert.equal(lines[1], "EOF 1");
});

test("a login that does nothing has no system and no channel; the end closes what was started, once", () => {
  const idle = new Visit();
  idle.connection.end();
  assert.equal(idle.booted, 0);
  const visit = openSession();
  visit.talk(say.exec(0, "cat"), say.open("session", 8), say.exec(1, "cat"));
  visit.connection.end();
  visit.connection.end();
  assert.equal(visit.booted, 1);
  assert.equal(visit.system.closed, 1);
  assert.deepEqual(visit.system.calls, ["end", "end"]);
});

test("random messages never throw, and the sum of what is sent keeps to the windows", () => {
  const random = chance("connection");
  for (let run = 0; run < 300; run += 1) {
    const visit = new Visit({ seed: run });
    visit.talk(say.open("session", 1), say.exec(0, "cat"), say.open("session", 2), say.request(1, "subsystem", fields("sftp")));
    for (let step = 0; step < 40; step += 1) visit.talk(randomMessage(random));
    visit.connection.end();
  }
});

const TYPES = [
  "session",
  "direct-tcpip",
  "exec",
  "shell",
  "pty-req",
  "env",
  "subsystem",
  "signal",
  "tcpip-forward",
  "sftp",
  "LANG",
  "scp -t /tmp",
];

function randomMessage(random: ReturnType<typeof chance>): Buffer {
  const number = [80, 90, 91, 93, 94, 94, 94, 95, 96, 97, 98, 98, 98, 98, random.integer(256)][random.integer(15)] ?? 0;
  const parts: Buffer[] = [Buffer.from([number])];
  if (number >= 91 && random.integer(8) > 0) parts.push(fields(random.integer(3)));
  for (let count = random.integer(6); count > 0; count -= 1) parts.push(randomField(random));
  return Buffer.concat(parts);
}

function randomField(random: ReturnType<typeof chance>): Buffer {
  switch (random.integer(4)) {
    case 0:
      return fields(random.integer(4));
    case 1:
      return Buffer.from(random.bytes(random.integer(20)));
    case 2:
      return fields(Buffer.from(random.bytes(random.integer(60))));
    default:
      return Buffer.concat([fields(TYPES[random.integer(TYPES.length)] ?? ""), Buffer.from([1])]);
  }
}
