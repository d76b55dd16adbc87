import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../../src/store/testing/visits.ts";

const SENSOR = fileURLToPath(new URL("./full-disk-sensor.ts", import.meta.url));
// A disk of 64 MB that nobody else sees, and that goes with the process.
const ON_SMALL_DISK = 'mount -t tmpfs -o size=64m,mode=0700 tmpfs "$1" && exec "$2" "$3" "$1"';

test("with a full disk the sensor goes on, counts what it can't keep, and keeps all that it showed", {
  skip: whyNot(),
  timeout: 120_000,
}, (context) => {
  const disk = temporaryFolder(context);
  const run = spawnSync("unshare", ["-m", "sh", "-c", ON_SMALL_DISK, "sh", disk, process.execPath, SENSOR], {
    encoding: "utf8",
    timeout: 60_000,
  });
  assert.equal(run.status, 0, run.stderr);
  const result = JSON.parse(run.stdout);
  assert.ok(
    result.whileFull.degraded.some((text: string) => text.startsWith("journal: ")),
    run.stdout,
  );
  assert.ok(
    result.whileFull.degraded.some((text: string) => text.startsWith("quarantine: ")),
    run.stdout,
  );
  assert.ok(
    result.whileFull.degraded.some((text: string) => text.startsWith("recordings: ")),
    run.stdout,
  );
  assert.ok(result.whileFull.shown < result.whileFull.appended);
  assert.equal(result.lostShown, 0);
  assert.equal(result.kept + result.lost, result.appended);
  assert.ok(result.lost > 0);
  assert.equal(result.captured, true);
  assert.deepEqual(result.stillDegraded, []);
  assert.deepEqual(result.problems, []);
});

function whyNot(): string | false {
  if (process.getuid?.() !== 0) return "needs root, to mount a small disk in a namespace of its own: sudo npm test";
  return spawnSync("unshare", ["-m", "true"]).status === 0
    ? false
    : "unshare -m is not allowed here: run on a host, or give the container CAP_SYS_ADMIN";
}
