import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, readSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import test from "node:test";
import { jsonLines, Site, told, toldJson, UpCommand, utsusemi, visitBySsh, visitByTelnet } from "../rig/command.ts";
import { Conversation } from "../rig/conversation.ts";
import { needs } from "../rig/needs.ts";

test("up says what listens, where the state is and what to try, then one readable line for each event", async () => {
  using site = new Site();
  await using up = await new UpCommand(site).ready();
  assert.match(up.err, /^This host shows debian-12\.$/m);
  assert.match(up.err, /^ {2}ssh +127\.0\.0\.1 port \d+$/m);
  assert.match(up.err, /^ {2}telnet +127\.0\.0\.1 port \d+$/m);
  assert.ok(up.err.includes(`State: ${site.state}\n`));
  assert.ok(up.err.includes(`ssh -p ${up.port("ssh")} root@127.0.0.1`));
  assert.ok(up.err.includes(`npx utsusemi sessions --state ${site.state}`));
  await visitByTelnet(up.port("telnet"), ["printf '\\033]0;title\\007'"]);
  await up.shows(/connection\.close .*telnet|connection\.close/);
  for (const line of up.out.trimEnd().split("\n"))
    assert.match(line, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [a-z]+\.[a-z]+( \[[0-9a-f]{6}\])?/);
  assert.match(up.out, / sensor\.start .*persona=debian-12/);
  assert.match(up.out, / auth\.attempt .*user="root" password="123456" accepted=true/);
  assert.match(up.out, / command\.input .*line="printf '\\\\033\]0;title\\\\007'"/);
  assert.ok(!/[\0-\x09\x0b-\x1f\x7f]/.test(up.out));
});

test("up --json prints one object a line, every event once, and nothing else on standard output", async () => {
  using site = new Site();
  await using up = await new UpCommand(site, ["--json"]).ready();
  await visitByTelnet(up.port("telnet"), ["id"]);
  await up.shows('"connection.close"');
  assert.equal(await up.end("SIGTERM"), 0);
  const shown = jsonLines(up.out);
  assert.deepEqual([shown[0]?.["kind"], shown.at(-1)?.["kind"]], ["sensor.start", "sensor.stop"]);
  assert.ok(shown.every((event) => event["v"] === 1));
  const kept = await toldJson(["events", "--limit", "1000", ...site.place]);
  assert.deepEqual(shown.map((event) => event["id"]).sort(), kept.map((event) => event["id"]).sort());
  for (const kind of ["terminal.open", "terminal.close", "terminal.recorded"])
    assert.equal(shown.filter((event) => event["kind"] === kind).length, 1, kind);
});

test("OpenSSH's client gets in, and is seen", needs("ssh", "sshpass"), async () => {
  using site = new Site();
  await using up = await new UpCommand(site).ready();
  const { out, code, err } = await visitBySsh(up.port("ssh"), ["uname -s; exit 3"]);
  assert.deepEqual([out, code], ["Linux\n", 3], err);
  await up.shows(/command\.input .*line="uname -s; exit 3"/);
  assert.match(await told(["sessions", ...site.place]), /ssh +127\.0\.0\.1 +1 \(in\) +1 +0 +SSH-2\.0-OpenSSH/);
});

test("--quiet shows nothing, and keeps everything", async () => {
  using site = new Site();
  await using up = await new UpCommand(site, ["--quiet"]).ready();
  await visitByTelnet(up.port("telnet"), ["id"]);
  assert.equal(await up.end("SIGINT"), 0);
  assert.equal(up.out, "");
  assert.match(await told(["events", ...site.place]), /command\.input .*line="id"/);
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  test(`${signal} ends visits, keeps the rest and ends with status 0`, async () => {
    using site = new Site();
    await using up = await new UpCommand(site).ready();
    const visitor = await new Conversation(up.port("telnet")).connected();
    await visitor.hears("login: ");
    assert.equal(await up.end(signal), 0);
    await visitor.over();
    assert.match(up.err, /Stopping/);
    assert.match(up.out, new RegExp(`sensor\\.stop reason=${signal}\n$`));
    const kinds = (await toldJson(["events", ...site.place])).map((event) => event["kind"]);
    assert.deepEqual([kinds.at(-2), kinds.at(-1)], ["connection.close", "sensor.stop"]);
  });
}

test("a signal during the start ends the sensor in good order; a second one ends it at once", async () => {
  using site = new Site();
  await using early = new UpCommand(site);
  await new Promise((resolve) => setTimeout(resolve, 600));
  const ended = await early.end("SIGTERM");
  assert.ok(ended === 0 || ended === "SIGTERM", String(ended));
  await using up = await new UpCommand(site).ready();
  up.child.kill("SIGSTOP");
  up.child.kill("SIGINT");
  up.child.kill("SIGTERM");
  up.child.kill("SIGCONT");
  assert.notEqual(await up.end("SIGTERM"), 2);
  assert.match(await told(["journal", "verify", ...site.place]), /is right/);
});

test("a second sensor on the same state is refused, and the first goes on", async () => {
  using site = new Site();
  await using up = await new UpCommand(site).ready();
  const { code, out, err } = await utsusemi(["up", ...site.place, "--config", site.config]);
  assert.deepEqual([code, out], [1, ""]);
  assert.match(err, /A sensor already uses .*\n.*--state.* \(state-locked\)/);
  await visitByTelnet(up.port("telnet"), ["id"]);
});

test("a port that is taken is named, with what to do", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  using site = new Site(`listen: [{ decoy: ssh, port: ${address.port} }]\n`);
  const { code, err } = await utsusemi(["up", ...site.place, "--config", site.config]);
  server.close();
  assert.equal(code, 1);
  assert.match(err, new RegExp(`127\\.0\\.0\\.1 port ${address.port} \\(ssh\\).*\n.*another port.* \\(listen-refused\\)`));
});

test("up | head: when its reader has gone, the sensor ends in good order", needs("bash"), async () => {
  using site = new Site();
  await using up = new UpCommand(site, [], ["bash", "-c", 'set -o pipefail; "$@" | head -n 2', "bash"]);
  await up.until(() => up.err.includes("What happens is shown here"), "the start");
  await visitByTelnet(up.port("telnet"), ["id", "ls"]).catch(() => undefined);
  await new Promise((resolve) => (up.isOver ? resolve(0) : up.child.once("close", resolve)));
  assert.equal(up.child.exitCode, 0, up.err);
  assert.equal(up.out.trimEnd().split("\n").length, 2);
  assert.match(await told(["events", ...site.place]), /sensor\.stop /);
});

test("a reader who does not read does not stop the sensor, and gets everything when he reads again", async () => {
  using site = new Site("listen: [{ decoy: telnet, port: 0 }]\n");
  const pipe = join(site.folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  // Both ways, so that opening does not wait for a writer.
  const reader = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  await using up = await new UpCommand(site, ["--json"], ["sh", "-c", 'exec "$@" > "$0"', pipe]).ready();
  for (let round = 0; round < 3; round += 1) {
    const text = await visitByTelnet(up.port("telnet"), [`for i in $(seq 200); do nosuch$i ${"x".repeat(200)}; done`, "echo still here"]);
    assert.match(text, /still here/);
  }
  assert.match(await told(["events", "--limit", "1", "--kind", "connection.close", ...site.place]), /connection\.close/);
  const ended = up.end("SIGTERM");
  const shown = await readUntil(reader, '"sensor.stop"');
  assert.equal(await ended, 0);
  closeSync(reader);
  assert.ok(shown.length > 131_072, "the pipe was never full");
  const kept = await toldJson(["events", "--limit", "100000", ...site.place]);
  assert.equal(jsonLines(shown).length, kept.length);
});

async function readUntil(fd: number, wanted: string): Promise<string> {
  const chunk = Buffer.alloc(65_536);
  const giveUp = Date.now() + 20_000;
  for (let text = ""; ; ) {
    if (text.includes(wanted) && text.endsWith("\n")) return text;
    assert.ok(Date.now() < giveUp, text.slice(-500));
    try {
      text += chunk.toString("utf8", 0, readSync(fd, chunk));
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
