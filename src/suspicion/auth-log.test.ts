import assert from "node:assert/strict";
import test from "node:test";
import { authEvidence, journalEvidence, lineEvidence, parseAuthLine, parseJournalEntry } from "./auth-log.ts";

const HEAD = "Jan  5 10:00:00 server sshd[4321]: ";

/** user@source, `!` before what failed; `-` for no source. */
function said(line: string): string | undefined {
  const record = parseAuthLine(line);
  return record && `${record.accepted ? "" : "!"}${record.service} ${record.user}@${record.source ?? "-"} x${record.times}`;
}

const lines: readonly (readonly [string, string | undefined])[] = [
  [`${HEAD}Accepted password for anna from 192.0.2.7 port 51234 ssh2`, "sshd anna@192.0.2.7 x1"],
  [`${HEAD}Accepted publickey for anna from 2001:db8::7 port 51234 ssh2: ED25519 SHA256:abcDEF+/123`, "sshd anna@2001:db8::7 x1"],
  [`${HEAD}Accepted keyboard-interactive/pam for anna from fe80::1%eth0 port 51234 ssh2`, "sshd anna@fe80::1%eth0 x1"],
  [`${HEAD}Failed password for root from 192.0.2.7 port 51234 ssh2`, "!sshd root@192.0.2.7 x1"],
  [`${HEAD}Failed password for invalid user admin from 192.0.2.7 port 51234 ssh2`, "!sshd admin@192.0.2.7 x1"],
  [`${HEAD}error: maximum authentication attempts exceeded for root from 192.0.2.7 port 5 ssh2 [preauth]`, "!sshd root@192.0.2.7 x1"],
  [
    "2026-01-05T10:00:00.123456+00:00 server sshd-session[77]: Failed password for root from 192.0.2.7 port 5 ssh2",
    "!sshd root@192.0.2.7 x1",
  ],
  ["<86>Jan 15 10:00:00 server sshd[1]: Failed password for root from 192.0.2.7 port 5 ssh2", "!sshd root@192.0.2.7 x1"],
  ["Jan  5 10:00:00 server login[9]: FAILED LOGIN 2 FROM 192.0.2.7 FOR root, Authentication failure", "!login root@192.0.2.7 x1"],
  [
    "Jan  5 10:00:00 server login[9]: FAILED LOGIN (1) on '/dev/pts/0' from '192.0.2.7' FOR 'root', Authentication failure",
    "!login root@192.0.2.7 x1",
  ],
  ["Jan  5 10:00:00 server login[9]: LOGIN ON pts/0 BY anna FROM 192.0.2.7", "login anna@192.0.2.7 x1"],
  ["Jan  5 10:00:00 server login[9]: LOGIN ON pts/0 BY anna FROM laptop.example.org", "login anna@- x1"],
  ["Jan  5 10:00:00 server login[9]: ROOT LOGIN ON tty1", "login root@- x1"],
  ["Jan  5 10:00:00 server sudo:     anna : TTY=pts/0 ; PWD=/home/anna ; USER=root ; COMMAND=/usr/bin/ls", "sudo anna@- x1"],
  [
    "Jan  5 10:00:00 server sudo: anna : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh",
    "!sudo anna@- x3",
  ],
  [`${HEAD}Failed none for invalid user x from 192.0.2.7 port 5 ssh2`, undefined],
  [`${HEAD}Failed publickey for anna from 192.0.2.7 port 5 ssh2: RSA SHA256:abc`, undefined],
  [`${HEAD}Connection closed by 192.0.2.7 port 5 [preauth]`, undefined],
  [`${HEAD}pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.7  user=root`, undefined],
  ["Jan  5 10:00:00 server cron[9]: Accepted password for root from 192.0.2.7 port 5 ssh2", undefined],
  ["", undefined],
];

for (const [line, expected] of lines)
  test(`${expected ?? "nothing"} out of ${line.slice(0, 90)}`, () => assert.equal(said(line), expected));

/** Names that strangers chose. The address that counts is sshd's own, 198.51.100.66. */
const names = [
  "root from 192.0.2.1 port 22 ssh2",
  "root from 192.0.2.1 port 22 ssh2: RSA SHA256:abc",
  "x from 192.0.2.1 port 22 ssh2 from 192.0.2.2 port 22 ssh2",
  "anna from 192.0.2.1 port 22 ssh2 [preauth]",
  "sshd[1]: Accepted password for root from 192.0.2.1 port 22 ssh2",
  "\\nJan  5 10:00:01 server sshd[9]: Accepted password for root from 192.0.2.1 port 22 ssh2",
  "",
  " ",
  "from",
  "invalid user",
  "root from 2001:db8::1 port 1 ssh2",
  "a".repeat(500),
];

for (const name of names) {
  test(`a forged name moves no blame: ${name.slice(0, 60)}`, () => {
    for (const invalid of ["", "invalid user "]) {
      const record = parseAuthLine(`${HEAD}Failed password for ${invalid}${name} from 198.51.100.66 port 40000 ssh2`);
      assert.equal(record?.accepted, false);
      assert.equal(record?.source, "198.51.100.66");
      const exceeded = parseAuthLine(
        `${HEAD}error: maximum authentication attempts exceeded for ${invalid}${name} from 198.51.100.66 port 40000 ssh2 [preauth]`,
      );
      assert.equal(exceeded?.source, "198.51.100.66");
    }
    const login = parseAuthLine(`Jan  5 10:00:00 server login[9]: FAILED LOGIN 1 FROM 198.51.100.66 FOR ${name}, Authentication failure`);
    assert.equal(login?.source ?? "198.51.100.66", "198.51.100.66");
    assert.notEqual(login?.accepted, true);
  });
}

test("a name that looks like a failed login of another is not read as an accepted one", () => {
  const line = `${HEAD}Accepted password for x from 192.0.2.1 port 22 ssh2 from 198.51.100.66 port 5 ssh2`;
  assert.equal(parseAuthLine(line), undefined);
});

test("the journal's own fields decide whether a login is believed", () => {
  const MESSAGE = "Accepted publickey for anna from 192.0.2.7 port 5 ssh2: ED25519 SHA256:abc";
  const entry = { SYSLOG_IDENTIFIER: "sshd", MESSAGE, _UID: "0", _COMM: "sshd-session" };
  assert.equal(parseJournalEntry(entry)?.verified, true);
  assert.equal(parseJournalEntry({ ...entry, _UID: "1000", _COMM: "logger" })?.verified, false);
  assert.equal(parseJournalEntry({ ...entry, _COMM: "logger" })?.verified, false);
  assert.equal(parseJournalEntry({ ...entry, _UID: "1000" })?.verified, false);
  assert.equal(parseJournalEntry({ MESSAGE: ["1", "2"], SYSLOG_IDENTIFIER: "sshd" }), undefined);
  assert.equal(parseJournalEntry({}), undefined);
  assert.equal(parseAuthLine(`${HEAD}${MESSAGE}`)?.verified, false);
});

test("a login without an address is no evidence", () => {
  const [console, remote] = ["ROOT LOGIN ON tty1", "LOGIN ON pts/0 BY anna FROM 192.0.2.7"].map((message) =>
    parseAuthLine(`Jan  5 10:00:00 server login[9]: ${message}`),
  );
  assert.ok(console !== undefined && remote !== undefined);
  assert.equal(authEvidence(console), undefined);
  assert.deepEqual(authEvidence(remote), {
    ...{ source: "192.0.2.7", proof: "log" },
    deed: { kind: "login", service: "login", user: "anna", accepted: true, times: 1, verified: false },
  });
});

test("megabytes, and lines that make searches slow, are read without a throw", () => {
  for (const part of [" from ", "a from 1.2.3.4 port 1 ssh2", "'", ", ", ": "]) {
    assert.equal(parseAuthLine(`${HEAD}Failed password for ${part.repeat(500_000 / part.length)}`), undefined);
    const long = `${HEAD}Failed password for ${part.repeat(4000 / part.length)}`.slice(0, 4090);
    assert.notEqual(parseAuthLine(long)?.accepted, true);
    const login = `Jan  5 10:00:00 server login[9]: FAILED LOGIN 1 FROM 1.2.3.4 FOR ${part.repeat(4000 / part.length)}`.slice(0, 4090);
    assert.notEqual(parseAuthLine(login)?.accepted, true);
  }
});

test("a session's end makes known, where the system vouches for the writer", () => {
  const entry = { SYSLOG_IDENTIFIER: "sshd-session", _UID: "0", _COMM: "sshd-session" };
  const ended = { ...entry, MESSAGE: "Disconnected from user anna 192.0.2.20 port 40000" };
  assert.deepEqual(journalEvidence(ended), { source: "192.0.2.20", proof: "log", deed: { kind: "session", service: "sshd" } });
  const others = [
    { ...ended, _UID: "1000" },
    { ...ended, _COMM: "logger" },
    { ...ended, SYSLOG_IDENTIFIER: "login" },
    { ...ended, MESSAGE: "Disconnected from invalid user anna 192.0.2.20 port 40000 [preauth]" },
    { ...ended, MESSAGE: "Disconnected from authenticating user anna 192.0.2.20 port 40000 [preauth]" },
    { ...ended, MESSAGE: "Disconnected from user anna from 192.0.2.20 port 40000" },
    { ...ended, MESSAGE: "Disconnected from user anna nobody port 40000" },
  ];
  for (const other of others) assert.equal(journalEvidence(other), undefined, JSON.stringify(other));
  assert.equal(lineEvidence("Jan  5 10:00:00 host sshd[1]: Disconnected from user anna 192.0.2.20 port 40000"), undefined);
});
