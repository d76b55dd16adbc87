import assert from "node:assert/strict";
import test from "node:test";
import { type ExecCommand, parseExecLine, quotedWord } from "./exec-line.ts";

/** Prefixes as they were found, and the text without them. */
function told({ ignoresFailure, keepsVariables, hasName, rights, text }: ExecCommand): string {
  return `${ignoresFailure ? "-" : ""}${keepsVariables ? ":" : ""}${hasName ? "@" : ""}${rights} ${text}`;
}

const READ: Readonly<Record<string, readonly string[]>> = {
  "/usr/sbin/sshd -D $SSHD_OPTS": [" /usr/sbin/sshd -D $SSHD_OPTS"],
  "@/usr/bin/dbus-daemon @dbus-daemon --system --address=systemd:": ["@ /usr/bin/dbus-daemon @dbus-daemon --system --address=systemd:"],
  "-/sbin/agetty -o '-p -- \\\\u' --noclear %I $TERM": ["- /sbin/agetty -o '-p -- \\\\u' --noclear %I $TERM"],
  '/usr/sbin/nginx -g "daemon on; master_process on;"': [' /usr/sbin/nginx -g "daemon on; master_process on;"'],
  "+/bin/a": ["+ /bin/a"],
  "!/bin/a": ["! /bin/a"],
  "!!/lib/systemd/systemd-resolved": ["!! /lib/systemd/systemd-resolved"],
  "-@:/bin/a b c": ["-:@ /bin/a b c"],
  ":-+/bin/a $x": ["-:+ /bin/a $x"],
  '"-/opt/a b/c" d': ['- "/opt/a b/c" d'],
  "'@/opt/a' b": ["@ '/opt/a' b"],
  "/bin/a ; -/bin/b x ;/bin/c": [" /bin/a", "- /bin/b x ;/bin/c"],
  "/bin/a \\; b": [" /bin/a \\; b"],
  "/bin/a ';' b": [" /bin/a ';' b"],
  '/bin/a "x ; y" z\\ ; w': [' /bin/a "x ; y" z\\ ; w'],
  "/bin/a foo'b ; c'd": [" /bin/a foo'b ; c'd"],
  "sh -c 'exit 1'": [" sh -c 'exit 1'"],
  "/opt/%i/bin $a": [" /opt/%i/bin $a"],
  "/opt/$a/bin $a": [" /opt/$$a/bin $a"],
  ":/opt/$a/bin $a": [": /opt/$a/bin $a"],
};

test("prefixes are taken off; the rest of the text stays", () => {
  for (const [line, wanted] of Object.entries(READ)) assert.deepEqual(parseExecLine(line)?.map(told), wanted, line);
});

test("what systemd would not take is not taken", () => {
  const wrong = [
    "-",
    "@/bin/a",
    "--/bin/a",
    "@@/bin/a b",
    "+!/bin/a",
    "!!!/bin/a",
    "|/bin/a",
    "*/bin/a",
    "/bin/a 'x",
    '/bin/a "',
    "/bin/a \\",
    "- /bin/a",
  ];
  for (const line of wrong) assert.equal(parseExecLine(line), undefined, line);
});

test("our own words are quoted where systemd would read them otherwise", () => {
  assert.equal(quotedWord("/var/lib/x-1/a.plan", false), "/var/lib/x-1/a.plan");
  assert.equal(quotedWord('/a b/$c/%d/"\\', false), '"/a b/$$c/%%d/\\"\\\\"');
  assert.equal(quotedWord("/a/$c", true), '"/a/$c"');
});
