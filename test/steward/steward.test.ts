import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import test from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { checkShape } from "../../src/shape/shape.ts";
import { verbs } from "../../src/steward/verbs/index.ts";
import { wireShape } from "../../src/steward/wire/wire-settings.ts";
import { keepWish } from "../../src/steward/wire/wish.ts";
import { PROGRAM, utsusemi } from "../rig/command.ts";
import { needs, programPath } from "../rig/needs.ts";
import { request, StewardProcess, say } from "./steward-rig.ts";

const root = needs("root");

test("a steward listens for its owner alone, answers, and ends when it is told to", root, async () => {
  await using steward = await new StewardProcess().ready();
  assert.equal(statSync(steward.socket).mode & 0o777, 0o600);
  assert.equal(statSync(join(steward.folder, "run")).mode & 0o777, 0o700);
  assert.equal(statSync(steward.folder).mode & 0o777, 0o700);
  const [answer, ...more] = await say(steward.socket, request("disguise.status"));
  assert.deepEqual(more, []);
  assert.deepEqual(answer, { line: "answer", answer: { state: "none", conflicts: [], changed: [], processes: [], leftovers: [] } });
  const { code, out } = await utsusemi(["disguise", "status", "--json", "--folder", steward.folder]);
  assert.equal(code, 0);
  assert.equal(JSON.parse(out).state, "none");
  assert.equal(steward.log.filter(({ event }) => event === "asked").length, 2, "the command asked this steward, and started none");
  steward.child.kill("SIGTERM");
  assert.equal(await steward.over(), 0, steward.complaint);
});

test("what is no request is answered, and the steward goes on", root, async () => {
  await using steward = await new StewardProcess().ready();
  const refused = async (...pieces: readonly (string | Uint8Array)[]) => {
    const [reply] = await say(steward.socket, ...pieces);
    assert.equal(reply?.["line"], "refused", JSON.stringify(reply));
    return String(reply["message"]);
  };
  assert.match(await refused("\n"), /no JSON/);
  assert.match(await refused(Buffer.from([0xff, 0xfe, 0x00, 0x0a])), /no JSON/);
  assert.match(await refused('{"verb":"disguise.status","arguments":{},"uid":0}\n'), /uid is not a known key/);
  assert.match(await refused(request("ledger.apply", { kind: "file", path: "/etc/passwd" })), /no verb ledger.apply/);
  assert.match(await refused(request("disguise.apply", { story: 5 })), /story must be text.*scopes is missing/);
  assert.match(await refused(request("disguise.apply", { story: "x".repeat(70_000) })), /at most 65536 bytes/);
  assert.match(await refused("x".repeat(70_000)), /at most 65536 bytes/);
  assert.match(await refused("{"), /did not come in time/);
  const abrupt = connect({ path: steward.socket });
  abrupt.write('{"verb":');
  await wait(50);
  abrupt.destroy();
  const [answer] = await say(steward.socket, '{"verb":"disguise', '.status","arguments":{}}\n{"verb":"disguise.revert"}\n');
  assert.equal(answer?.["line"], "answer");
});

test("two who ask at once are answered one after the other", root, async () => {
  await using steward = await new StewardProcess().ready();
  const asked = { story: "lazy-honeypot", scopes: ["user:no-such-user-here"], restart: false, acceptRisk: false };
  const answers = await Promise.all([
    ...Array.from({ length: 6 }, () => say(steward.socket, request("disguise.status"))),
    say(steward.socket, request("disguise.apply", asked)),
    say(steward.socket, request("disguise.revert", { restart: false, leave: false })),
  ]);
  const codes = answers.map((lines) => lines.at(-1)?.["code"] ?? lines.at(-1)?.["line"]);
  assert.deepEqual(codes, [...Array.from({ length: 6 }, () => "answer"), "scope-unknown", "disguise-none"]);
});

test("while the wire disguise is wanted, what is about it is answered while something else is done", root, async () => {
  const folder = mkdtempSync(join(tmpdir(), "utsusemi-steward-"));
  const settings = checkShape(wireShape, { interfaces: [{ name: "nowhere0" }] }).value ?? assert.fail();
  keepWish(folder, { settings, since: new Date().toISOString() });
  await using steward = await new StewardProcess([], folder).ready();
  const order: string[] = [];
  const asked = async (verb: string) => {
    const [reply] = await say(steward.socket, request(verb));
    assert.equal(reply?.["line"], "answer", JSON.stringify(reply));
    order.push(verb);
  };
  const long = asked("disguise.status");
  await steward.logged("asked");
  await asked("wire.status");
  await long;
  assert.deepEqual(order, ["wire.status", "disguise.status"]);
});

test("one folder has one steward; what a killed one held is free at once", root, async () => {
  await using first = await new StewardProcess().ready();
  await using second = new StewardProcess(["--socket", join(first.folder, "other", "socket")], first.folder);
  assert.equal(await second.over(), 1);
  assert.match(second.complaint, /Another steward works in/);
  first.child.kill("SIGKILL");
  await first.over();
  await using third = await new StewardProcess([], first.folder).ready();
  assert.equal((await say(third.socket, request("disguise.status"))).at(-1)?.["line"], "answer");
});

/** Connects as an account, and prints what it is told. */
const ASK = `
import os, socket, sys
os.setgid(65534); os.setuid(int(sys.argv[2]))
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(sys.argv[3].encode()); print(s.makefile().readline())
`;

function askAs(uid: number, socket: string, verb = "disguise.status"): { readonly out: string; readonly err: string } {
  const { stdout, stderr } = spawnSync("/usr/bin/python3", ["-c", ASK, socket, `${uid}`, request(verb)], {
    encoding: "utf8",
    timeout: 60_000,
  });
  return { out: stdout, err: stderr };
}

const NOBODY = 65_534;
const OTHER = 61_357;

test("another account cannot reach the socket; and were it open, the kernel tells who asks", needs("root", "python3"), async () => {
  await using steward = await new StewardProcess().ready();
  assert.match(askAs(NOBODY, steward.socket).err, /PermissionError/);
  for (const path of [steward.folder, join(steward.folder, "run")]) chmodSync(path, 0o755);
  chmodSync(steward.socket, 0o666);
  const { out, err } = askAs(NOBODY, steward.socket);
  assert.equal(JSON.parse(out).code, "rights-missing", err);
  assert.match(String((await steward.logged("refused"))["why"]), /65534/);
});

test("one account more may ask for what the sensor needs where it was named, and no other", needs("root", "python3"), async () => {
  const open = mkdtempSync(join(tmpdir(), "utsusemi-steward-open-"));
  chmodSync(open, 0o755);
  const socket = join(open, "run", "socket");
  await using steward = await new StewardProcess(["--account", "nobody", "--socket", socket]).ready();
  assert.deepEqual([statSync(socket).uid, statSync(socket).mode & 0o777], [NOBODY, 0o600]);
  assert.equal(JSON.parse(askAs(NOBODY, socket, "wire.status").out).line, "answer", steward.complaint);
  const answered = new Set(["wire.status", "wire.watch", "wire.stand", "wire.hand-over", "wire.end-hand-over"]);
  for (const { name } of verbs) {
    const { code, message } = JSON.parse(askAs(NOBODY, socket, name).out);
    if (answered.has(name)) assert.notEqual(code, "rights-missing", name);
    else assert.deepEqual([code, message], ["rights-missing", `Only root may ask for ${name}.`]);
  }
  assert.match(askAs(OTHER, socket).err, /PermissionError/);
  rmSync(open, { recursive: true });
});

/** Connects as an account as often as it is told, says nothing, and tells how it went. */
const CROWD = `
import os, socket, sys
os.setgid(65534); os.setuid(int(sys.argv[2]))
held = []
for _ in range(int(sys.argv[3])):
    s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); held.append(s)
print("held", flush=True)
sys.stdin.read()
`;

test("however often the other account connects, root is answered", needs("root", "python3"), async (t) => {
  const open = mkdtempSync(join(tmpdir(), "utsusemi-steward-crowd-"));
  chmodSync(open, 0o755);
  const socket = join(open, "run", "socket");
  await using steward = await new StewardProcess(["--account", "nobody", "--socket", socket]).ready();
  const crowd = spawn("/usr/bin/python3", ["-c", CROWD, socket, `${NOBODY}`, "100"], { stdio: ["pipe", "pipe", "inherit"] });
  t.after(() => crowd.kill("SIGKILL"));
  await once(crowd.stdout, "data");
  assert.equal((await say(socket, request("wire.status"))).at(-1)?.["line"], "answer", steward.complaint);
  rmSync(open, { recursive: true });
});

test("where a former steward listened for another account, the next one listens for its own", needs("root", "python3"), async () => {
  const open = mkdtempSync(join(tmpdir(), "utsusemi-steward-turns-"));
  chmodSync(open, 0o755);
  const socket = join(open, "run", "socket");
  for (const [account, uid] of [
    ["nobody", NOBODY],
    ["root", 0],
    ["nobody", NOBODY],
  ] as const) {
    await using steward = await new StewardProcess(["--account", account, "--socket", socket]).ready();
    assert.deepEqual([statSync(join(open, "run")).uid, statSync(socket).uid], [uid, uid], steward.complaint);
  }
  rmSync(open, { recursive: true });
});

test("a folder that others could change is not trusted", root, async () => {
  const open = mkdtempSync(join(tmpdir(), "utsusemi-steward-shared-"));
  chmodSync(open, 0o777);
  await using steward = new StewardProcess([], join(open, "steward"));
  assert.equal(await steward.over(), 1);
  assert.match(steward.complaint, /could be changed by others than root/);
  rmSync(open, { recursive: true });
});

test(
  "started by a socket of systemd's it answers, and ends when nobody asks any more",
  needs("root", "systemd-socket-activate"),
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "utsusemi-steward-socket-"));
    const socket = join(folder, "socket");
    const words = ["-l", socket, process.execPath, PROGRAM, "steward", "--json", "--folder", join(folder, "steward"), "--idle", "1"];
    const activator = spawn(programPath("systemd-socket-activate") ?? "", words, {
      stdio: ["ignore", "pipe", "ignore"],
      env: { PATH: process.env["PATH"] ?? "" },
    });
    t.after(() => activator.kill("SIGKILL"));
    let out = "";
    activator.stdout.on("data", (chunk) => {
      out += String(chunk);
    });
    const giveUp = AbortSignal.timeout(30_000);
    while (!existsSync(socket) && !giveUp.aborted) await wait(20);
    const answer = await say(socket, request("disguise.status"));
    assert.equal(answer.at(-1)?.["line"], "answer");
    const status = await new Promise((resolve) => activator.once("exit", resolve));
    assert.equal(status, 0);
    assert.match(out, /"event":"ended","why":"nobody asked anything"/);
    rmSync(folder, { recursive: true });
  },
);

test("who is not root is told that only root can start a steward", needs("root", "setpriv"), async (t) => {
  const { status } = spawnSync("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", process.execPath, PROGRAM, "--version"]);
  if (status !== 0) return t.diagnostic("the checkout cannot be read by other accounts here");
  const words = [
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
    process.execPath,
    PROGRAM,
    "disguise",
    "status",
    "--folder",
    "/nonexistent",
  ];
  const { stderr, status: code } = spawnSync("setpriv", words, { encoding: "utf8" });
  assert.equal(code, 1);
  assert.match(stderr, /you are not root.*\n.*\(steward-down\)/);
});

test("a socket is never put into a folder that is not the steward's alone", root, async () => {
  const open = mkdtempSync(join(tmpdir(), "utsusemi-steward-place-"));
  chmodSync(open, 0o755);
  await using steward = new StewardProcess(["--socket", join(open, "socket")]);
  assert.equal(await steward.over(), 1);
  assert.match(steward.complaint, /not a folder of the steward's alone/);
  assert.equal(statSync(open).mode & 0o777, 0o755);
  rmSync(open, { recursive: true });
});
