import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { bindAll } from "../../src/host/listening.ts";
import { RootPrivileges } from "../../src/host/privileges.ts";
import { Conversation } from "../rig/conversation.ts";
import { startTestSensor } from "../rig/sensor.ts";

const MODULES = [fileURLToPath(new URL("../rig/test-decoys.ts", import.meta.url))];
const SENSOR = { uid: 64_811, gid: 64_811 };
const WORKER = { uid: 64_812, gid: 64_812 };
const needsRoot = process.getuid?.() === 0 ? false : "needs root: sudo npm test";

/** Real, effective, saved and file system user id (proc_pid_status(5)). */
function userIds(pid: number): readonly number[] {
  const line = /^Uid:\s+(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"));
  return line?.[1]?.split("\t").map(Number) ?? [];
}

test("after the drop the sensor acts under its account, workers hold theirs alone, and a hung one can still be replaced", {
  skip: needsRoot,
}, async () => {
  const privileges = new RootPrivileges(WORKER);
  const [low] = bindAll([{ decoy: "puppet", address: "127.45.6.7", port: 23 }]);
  assert.equal(low?.port, 23);
  const sensor = await startTestSensor({ decoys: { puppet: {} }, modules: MODULES, privileges });
  privileges.drop(SENSOR);
  try {
    assert.equal(userIds(process.pid)[1], SENSOR.uid);
    assert.equal(process.getegid?.(), SENSOR.gid);
    assert.throws(() => writeFileSync("/etc/utsusemi-test", ""), { code: "EACCES" });
    for (const pid of sensor.host.workers) assert.deepEqual(userIds(pid), [WORKER.uid, WORKER.uid, WORKER.uid, WORKER.uid]);
    const visitor = await new Conversation(sensor.port("puppet")).connected();
    visitor.say("hang\n");
    await sensor.keep.waitFor((event) => event.kind === "worker.replaced");
    const [again = 0] = sensor.host.workers;
    assert.deepEqual(userIds(again), [WORKER.uid, WORKER.uid, WORKER.uid, WORKER.uid]);
    assert.equal(userIds(process.pid)[1], SENSOR.uid);
    const next = await new Conversation(sensor.port("puppet")).connected();
    await next.say("say back\n").hears("back");
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
    await sensor.stop();
  }
});
