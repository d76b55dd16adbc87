import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import test from "node:test";
import { buildProgram, version } from "../../src/cli/main.ts";
import { Site, told, toldJson, UpCommand, utsusemi } from "../rig/command.ts";

test("--version and --help, of every command", async () => {
  assert.equal(await told(["--version"]), `${version()}\n`);
  const { commands } = buildProgram();
  const overview = await told(["--help"]);
  for (const command of commands) assert.match(overview, new RegExp(`^  ${command.name()}\\b`, "m"));
  const paths = commands.flatMap((one) => [[one.name()], ...one.commands.map((inner) => [one.name(), inner.name()])]);
  for (const path of paths) {
    const help = await told([...path, "--help"]);
    assert.match(help, new RegExp(`^Usage: utsusemi ${path.join(" ")}\\b`));
    assert.match(help, /--help/);
  }
});

test("what no command takes is the operator's mistake: status 1, nothing on standard output", async () => {
  for (const args of [
    [],
    ["nosuch"],
    ["session"],
    ["replay"],
    ["journal"],
    ["events", "extra"],
    ["sessions", "--limit", "0"],
    ["replay", "x", "--speed", "0"],
  ]) {
    const { code, out, err } = await utsusemi(args);
    assert.deepEqual([code, out], [1, ""], args.join(" "));
    assert.notEqual(err, "", args.join(" "));
  }
});

test("check: every shipped persona is right", async () => {
  const names = (await toldJson(["check", "--list"])).map((line) => String(line["persona"]));
  assert.ok(names.length >= 7);
  for (const name of names) assert.equal(await told(["check", name]), `${name}: no mistakes.\n`);
  assert.deepEqual(await toldJson(["check", "debian-12"]), [{ checked: "debian-12", problems: [] }]);
});

test("check: a persona that contradicts itself is named with its line", async () => {
  using site = new Site();
  const folder = join(site.folder, "broken");
  cpSync(join(import.meta.dirname, "../../profiles/debian-12"), folder, { recursive: true });
  const file = join(folder, "persona.yaml");
  const text = readFileSync(file, "utf8");
  const altered = text.replace(/^( *)hostname:/m, "$1hostnam:");
  assert.notEqual(altered, text);
  writeFileSync(file, altered);
  for (const named of [folder, file]) {
    const { code, out, err } = await utsusemi(["check", named]);
    assert.deepEqual([code, out], [1, ""], err);
    assert.match(err, /persona\.yaml.*\d+.*hostnam/);
    assert.match(err, /\(persona-invalid\)/);
  }
});

test("check: mistakes in a configuration are named with line, key and nearest spelling, all of them", async () => {
  using site = new Site();
  const file = site.file(
    "bad.yaml",
    "persona: debian-12\nlisten:\n  - { decoy: ssh, prot: 22 }\nworkrs: 2\nlimits:\n  connections: many\n",
  );
  const { code, out, err } = await utsusemi(["check", file]);
  assert.deepEqual([code, out], [1, ""]);
  assert.match(err, /bad\.yaml:3.*prot.*port/);
  assert.match(err, /bad\.yaml:4.*workrs.*workers/);
  assert.match(err, /bad\.yaml:6.*limits\.connections/);
  assert.match(err, /\(config-value\)/);
  const syntax = await utsusemi(["check", site.file("syntax.yaml", "listen: [\n")]);
  assert.equal(syntax.code, 1);
  assert.match(syntax.err, /syntax\.yaml:\d.*\n.*\(config-syntax\)/);
  assert.match((await utsusemi(["check", join(site.folder, "none")])).err, /\(file-unreadable\)/);
  assert.match((await utsusemi(["check", site.file("p.yaml", "persona: debian-99\n")])).err, /debian-99.*\n.*\(persona-unknown\)/);
  assert.equal(await told(["check", site.config]), `${site.config}: no mistakes.\n`);
});

test("up with a mistake in its configuration starts nothing", async () => {
  using site = new Site("persona: debian-99\nlisten: [{ decoy: ssh, port: 0 }]\n");
  const { code, out, err } = await utsusemi(["up", ...site.place, "--config", site.config]);
  assert.deepEqual([code, out], [1, ""]);
  assert.match(err, /debian-99/);
});

test("doctor: says what works, what is missing and what mends it; as JSON too", async () => {
  using site = new Site();
  const place = [...site.place, "--config", site.config];
  const text = await told(["doctor", ...place]);
  assert.match(text, /^ok +Node 26: v26\./m);
  assert.match(text, /^missing +sensor: .*\n +utsusemi up$/m);
  assert.match(text, /^ok +a worker that was taken over cannot read a file/m);
  const findings = await toldJson(["doctor", ...place]);
  assert.equal(findings.length, text.split("\n").filter((line) => /^(ok|missing|unknown) /.test(line)).length);
  for (const { answer, mend } of findings) {
    assert.ok(["present", "absent", "unknown"].includes(String(answer)));
    assert.ok(answer !== "absent" || typeof mend === "string", JSON.stringify(findings));
  }
});

test("doctor: a port that somebody else has is missing, with how to find out who", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  using site = new Site(`listen: [{ decoy: ssh, port: ${address.port} }]\n`);
  const { out } = await utsusemi(["doctor", ...site.place, "--config", site.config]);
  server.close();
  assert.match(out, new RegExp(`^missing +ssh on 127\\.0\\.0\\.1 port ${address.port}: EADDRINUSE\\n.*ss -tlnp`, "m"));
});

test("service install --dry-run prints the units, and changes nothing", async () => {
  using site = new Site();
  const units = await told(["service", "install", "--dry-run", "--config", site.file("s.yaml", "ports: standard\n")]);
  assert.match(units, /^ListenStream=127\.0\.0\.1:22$/m);
  assert.match(units, /^ListenStream=127\.0\.0\.1:23$/m);
  assert.match(units, /^ExecStart=\S+node \S+utsusemi\.js up --config \S+s\.yaml --state \/var\/lib\/utsusemi$/m);
});

test("a fault of ours ends with status 2 and a stack, and the journal can still be read", async () => {
  using site = new Site();
  await using up = await new UpCommand(site).ready();
  assert.equal(await up.end("SIGTERM"), 0);
  writeFileSync(join(site.state, "journal", "signing-key.pem"), "as a bad disk would leave it\n");
  const { code, out, err } = await utsusemi(["up", ...site.place, "--config", site.config]);
  assert.deepEqual([code, out], [2, ""]);
  assert.match(err, /^utsusemi: a fault of ours\. .*\n +at /);
  assert.match(await told(["events", ...site.place]), /sensor\.stop/);
});
