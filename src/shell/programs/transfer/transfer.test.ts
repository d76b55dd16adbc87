import assert from "node:assert/strict";
import { test } from "node:test";
import { runShell } from "../../testing/run.ts";

const run = (line: string) => runShell(line, { forMs: 10_000_000 });

/** A host of the wanted fate: the draw is the site's, so that one is looked for. */
function hostThat(marks: RegExp): string {
  for (let last = 1; last < 60; last += 1) {
    const host = `198.51.100.${last}`;
    if (marks.test(run(`wget -t1 -T2 -O /dev/null http://${host}/x`).err)) return host;
  }
  return assert.fail(`no host that ${marks}`);
}

test("wget prints what GNU Wget 1.21 prints of a refusal", () => {
  const host = hostThat(/refused/);
  const { err, status } = run(`wget http://${host}/x.sh`);
  assert.match(
    err,
    new RegExp(
      `^--\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d--  http://${host}/x\\.sh\nConnecting to ${host}:80\\.\\.\\. failed: Connection refused\\.\n$`,
    ),
  );
  assert.equal(status, 4);
  assert.equal(run(`wget -q http://${host}/x.sh; echo $?`).err, "");
});

test("wget prints what GNU Wget 1.21 prints of a missing file", () => {
  const host = hostThat(/404/);
  const { err, status } = run(`wget http://${host}:80/bins/x.sh`);
  assert.match(err, /HTTP request sent, awaiting response\.\.\. 404 Not Found\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ERROR 404: Not Found\.\n\n$/);
  assert.equal(status, 8);
});

test("wget tries a silent host again, as often as it was told", () => {
  const host = hostThat(/timed out/);
  const { err } = run(`wget -t 3 -T 5 http://${host}/x`);
  assert.equal(err.match(/failed: Connection timed out\./g)?.length, 3);
  assert.match(err, /\(try: 2\)/);
  assert.match(err, /Giving up\.\n\n$/);
});

test("wget leaves an empty file for -O, and names its mistakes", () => {
  const host = hostThat(/refused/);
  assert.equal(run(`wget -q -O /tmp/o http://${host}/x; stat -c %s /tmp/o`).out, "0\n");
  assert.match(run("wget").err, /^wget: missing URL\nUsage: wget \[OPTION\]\.\.\. \[URL\]\.\.\.\n/);
  assert.match(run("LC_ALL=C wget foo://x").err, /Unsupported scheme/);
});

test("curl prints what curl 7.88 prints", () => {
  const refusing = hostThat(/refused/);
  const { err, status } = run(`curl http://${refusing}/x`);
  assert.match(err, /^ {2}% Total {4}% Received % Xferd {2}Average Speed/);
  assert.match(err, new RegExp(`curl: \\(7\\) Failed to connect to ${refusing} port 80 after \\d+ ms: Couldn't connect to server\n$`));
  assert.equal(status, 7);
  assert.match(run(`curl -sv http://${refusing}/x`).err, /^\* {3}Trying [\s\S]*failed: Connection refused\n/);
  assert.equal(run("curl --foo").err, "curl: option --foo: is unknown\ncurl: try 'curl --help' or 'curl --manual' for more information\n");
  assert.equal(run("curl -s nope.invalid; echo $?").out, "6\n");
  assert.equal(run("curl foo://x").err, 'curl: (1) Protocol "foo" not supported or disabled in libcurl\n');
});

test("curl takes what a 404 carries, unless it must fail", () => {
  const host = hostThat(/404/);
  assert.match(run(`curl -s http://${host}/x.sh`).out, /<title>404 Not Found<\/title>/);
  assert.equal(run(`curl -sf http://${host}/x.sh; echo $?`).out, "22\n");
  assert.equal(run(`curl -so /dev/null -w '%{http_code}' http://${host}/x.sh`).out, "404");
  assert.match(run(`cd /tmp; curl -sO http://${host}/x.sh; sh x.sh`).err, /x\.sh: /);
});

test("a limit of the visitor's own ends a silent connection", () => {
  const host = hostThat(/timed out/);
  assert.match(run(`curl -s -S --connect-timeout 3 http://${host}/`).err, /^curl: \(28\) Connection timed out after 300\d milliseconds\n$/);
});

test("tftp times out, in each program's words", () => {
  assert.equal(run("tftp 198.51.100.3 -c get x").out, "Transfer timed out.\n\n");
  const { peer } = run("tftp 198.51.100.3 -c get x");
  assert.ok(peer.observations().some((one) => one.kind === "download.request" && one.fields.program === "tftp"));
});
