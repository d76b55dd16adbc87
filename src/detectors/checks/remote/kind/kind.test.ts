import assert from "node:assert/strict";
import test from "node:test";
import { exchange, openPort, remoteView } from "../../../views/build-view.ts";
import type { RemoteView } from "../../../views/remote-view.ts";
import { checks as traitChecks } from "../trait/index.ts";
import { examples as traitExamples } from "../trait/testing/examples.ts";
import { checks } from "./index.ts";
import { examples } from "./testing/examples.ts";
import { REAL, realHost, realPort } from "./testing/real-servers.ts";

const all = [...checks, ...traitChecks];

for (const { id, judge } of all) {
  test(`${id} is shown, is clean, and is unknown where nothing was looked at`, () => {
    const example = { ...examples, ...traitExamples }[id] ?? assert.fail("no example");
    assert.equal(judge(example.shown).verdict, "shown");
    assert.equal(judge(example.clean).verdict, "clean");
    assert.equal(judge(remoteView()).verdict, "unknown");
    assert.equal(judge(remoteView({ ports: [openPort(4711)] })).verdict === "shown", false);
  });
}

test("each check has an id and a reason of its own, a source, and makes a honeypot likelier", () => {
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
  assert.equal(new Set(all.map(({ reason }) => reason)).size, all.length);
  for (const { id, ratio, source, looksAt } of all)
    assert.ok(ratio > 1 && source !== "" && looksAt !== "" && /^[a-z0-9]+(\.[a-z0-9-]+)+$/.test(id), id);
  assert.deepEqual(
    Object.keys({ ...examples, ...traitExamples }).filter((id) => !all.some((check) => check.id === id)),
    [],
  );
});

const faults = (view: RemoteView) => all.flatMap((check) => (check.judge(view).verdict === "shown" ? [check.id] : []));

for (const name of REAL) {
  test(`no fault is found with a real ${name}`, () => {
    // Redis was run without a password, and that is what is said of it.
    assert.deepEqual(faults(realHost(name)), name === "redis" ? ["trait.open.redis"] : []);
  });
}

test("no fault is found with a host that runs all of them", () => {
  const [, , ...others] = REAL;
  assert.deepEqual(faults(realHost("openssh", ...others)), ["trait.open.redis"]);
});

test("a connection that OpenSSH sheds was not asked: another text than its greeting shows nothing", () => {
  const openssh = realPort("openssh");
  const shed = ["Exceeded MaxStartups\r\n", "Not allowed at this time\r\n"].flatMap((text) =>
    openssh.exchanges.map((_, index) => openssh.exchanges.with(index, exchange(openssh.exchanges[index]?.stimulus ?? "", text))),
  );
  for (const exchanges of shed) assert.deepEqual(faults(remoteView({ ports: [{ ...openssh, exchanges }] })), []);
});

test("MariaDB that was told to show a version of MySQL keeps its printable salts", () => {
  const greeting = "SgAAAAo4LjAuMzYABQAAAHJsSWVEYTxFAP73CAIA/4EVAAAAAAAAHQAAACk6J1VVLHlBdUpSPgBteXNxbF9uYXRpdmVfcGFzc3dvcmQA";
  const told = exchange("null", Buffer.from(greeting, "base64"));
  assert.deepEqual(faults(remoteView({ ports: [openPort(3306, [told])] })), []);
});

test("an echo of our own question is no file server", () => {
  const negotiate = Buffer.from(`00000080fe534d42${"00".repeat(60)}2400010001000000${"00".repeat(64)}`, "hex");
  const echoes = ["smb.dialects", "smb.negotiate2", "smb.negotiate2.none"].map((id) => exchange(id, negotiate, { said: negotiate }));
  const smb = faults(remoteView({ ports: [openPort(7, echoes)] })).filter((id) => id.startsWith("smb."));
  assert.deepEqual(smb, []);
});

test("an FTP name that is refused by itself is no login that failed fast", () => {
  const turns = [
    { from: "us" as const, atMs: 254, bytes: Buffer.from("USER root\r\n") },
    { from: "them" as const, atMs: 255, bytes: Buffer.from("530 Non-anonymous sessions must use encryption.\r\n") },
  ];
  const refused = openPort(21, [{ stimulus: "ftp.pass-empty", over: "plain", turns, ended: "silence" }]);
  assert.deepEqual(faults(remoteView({ ports: [refused] })), []);
});

/** Answers that are meant to break whoever reads them. */
const HOSTILE: readonly Uint8Array[] = [
  new Uint8Array(),
  Buffer.alloc(200_000, 0xff),
  Buffer.alloc(200_000, 0x00),
  Buffer.alloc(200_000, "a\r\n"),
  Buffer.from("SSH-2.0-OpenSSH_9.2p1\r\n\xff\xff\xff\xff\x00\x14", "latin1"),
  Buffer.from("SSH-2.0-OpenSSH_99999999999999999999.1\r\n\0\0\0\x0c\x04\x14aaaaaaaaaaaaaaaa", "latin1"),
  Buffer.from(`HTTP/1.1 200 ${"a".repeat(100_000)}\r\n${":".repeat(50_000)}\r\n\r\n`),
  Buffer.from("\xff\xff\xff\x00\x0a\x00", "latin1"),
  Buffer.from("\x04\x01\xff\xff\0\0\0\0\0\xff\xff\xff\xff", "latin1"),
  Buffer.from("RFB 003.008\n\xff", "latin1"),
  Buffer.from("NTLMSSP\0\x02\0\0\0", "latin1"),
  Buffer.from("220 \x1b]0;x\x07\n".repeat(1000), "latin1"),
];

test("nothing that a host answers makes a check throw, or wait", () => {
  const stimuli = [...new Set(REAL.flatMap((name) => realPort(name).exchanges.map(({ stimulus }) => stimulus)))];
  const more = [
    "sip.register",
    "sip.register.again",
    "vnc.challenge",
    "mongodb.buildinfo",
    "ntp.udp.time",
    "modbus.read",
    "modbus.unknown-function",
    "snmp.udp.public",
    "pop3.odd",
    "imap.capability",
    "smtp.odd",
  ];
  const before = performance.now();
  for (const bytes of HOSTILE) {
    const view = remoteView({
      ports: [22, 7, 80].map((port) =>
        openPort(
          port,
          [...stimuli, ...more].map((one) => exchange(one, bytes, { said: "?" })),
        ),
      ),
    });
    for (const { judge } of all) judge(view);
  }
  assert.ok(performance.now() - before < 20_000);
});
