import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { controlClient } from "../../src/control/client.ts";
import { type Json, jsonLines, Site, UpCommand, visitBySsh, visitByTelnet } from "../rig/command.ts";
import { needs } from "../rig/needs.ts";

// A disk of 40 MB that only the sensor and its children see, and that goes with them.
const ON_SMALL_DISK = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs -o size=40m,mode=0700 tmpfs "$0" && exec "$@"'];

test("with a full disk the sensor goes on serving, says so, counts what it lost, and recovers", {
  skip: whyNot(),
  timeout: 120_000,
}, async () => {
  using site = new Site();
  mkdirSync(site.state);
  await using up = await new UpCommand(site, ["--json"], [...ON_SMALL_DISK, site.state]).ready();
  await login(up, "before");
  await up.shows('"line":"echo before"');
  const seen = `/proc/${up.child.pid}/root${site.state}`;
  const ballast = join(seen, "ballast");
  fill(ballast);
  // What was reserved is used up first: a lot must be lost before the journal fails.
  for (let round = 0; round < 40 && !told(up, "sensor.degraded"); round += 1) {
    await visitByTelnet(up.port("telnet"), [`for i in $(seq 60); do nosuch$i ${"x".repeat(200)}; done`]);
    fill(ballast);
    await login(up, `full ${round}`);
    if (await degraded(up)) break;
  }
  assert.ok(await degraded(up), "the sensor never noticed");
  await login(up, "while full");
  rmSync(ballast);
  await up.until(
    () => shown(up).some(({ kind, fields }) => kind === "sensor.recovered" && Object(fields)["what"] === "journal"),
    "the recovery",
  );
  const events = shown(up);
  assert.ok(events.some(({ kind }) => kind === "sensor.degraded"));
  // What could not wait in memory is lost, and is counted; all else came through.
  const lost = events.filter(({ kind }) => kind === "sensor.recovered").map(({ fields }) => Number(Object(fields)["lost"]));
  assert.ok(lost.every(Number.isSafeInteger), String(lost));
  assert.ok(lost.some((number) => number > 0) || up.out.includes('"line":"echo while full"'), String(lost));
  await login(up, "afterwards");
  await up.shows('"line":"echo afterwards"');
  assert.equal(await up.end("SIGTERM"), 0);
});

async function login(up: UpCommand, word: string): Promise<void> {
  const { out, code, err } = await visitBySsh(up.port("ssh"), [`echo ${word}`]);
  assert.deepEqual(
    [out, code],
    [`${word}\n`, 0],
    `${err}${up.err}${up.isOver ? `ended: ${up.child.exitCode} ${up.child.signalCode}` : ""}`,
  );
}

function shown(up: UpCommand): readonly Json[] {
  return jsonLines(up.out.slice(0, up.out.lastIndexOf("\n") + 1));
}

function told(up: UpCommand, kind: string): boolean {
  return up.out.includes(`"kind":"${kind}"`);
}

/** What the sensor says of itself: while the journal is full, an event about it can't be shown. */
async function degraded(up: UpCommand): Promise<boolean> {
  const socket = `/proc/${up.child.pid}/root${up.state}/control.sock`;
  const status: Json = Object(await controlClient(socket).json("/v1/status"));
  return Array.isArray(status["degraded"]) && status["degraded"].some((line) => String(line).startsWith("journal"));
}

/** Takes all room that is left. */
function fill(path: string): void {
  for (let size = 1_048_576; size >= 4_096; size /= 2) {
    for (;;) {
      try {
        writeFileSync(path, Buffer.alloc(size), { flag: "a" });
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
        break;
      }
    }
  }
}

function whyNot(): string | false {
  const { skip } = needs("root", "ssh", "sshpass", "unshare");
  if (skip !== false) return skip;
  return spawnSync("unshare", ["-m", "true"]).status === 0
    ? false
    : "unshare -m is not allowed here: run on a host, or give the container CAP_SYS_ADMIN";
}
