import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const CODE = `
  const { startTestSensor } = await import(${JSON.stringify(new URL("../rig/sensor.ts", import.meta.url).href)});
  const modules = [${JSON.stringify(fileURLToPath(new URL("../rig/test-decoys.ts", import.meta.url)))}];
  const sensor = await startTestSensor({ decoys: { echo: {} }, modules, workers: 2 });
  console.log(JSON.stringify(sensor.host.workers));
`;

test("workers end with a sensor that is killed", async () => {
  const sensor = spawn(process.execPath, ["--input-type=module", "-e", CODE], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(createInterface({ input: sensor.stdout }), "line");
  const workers: readonly number[] = JSON.parse(String(line));
  assert.equal(workers.length, 2);
  for (const pid of workers) assert.ok(existsSync(`/proc/${pid}`));
  sensor.kill("SIGKILL");
  await once(sensor, "exit");
  for (let tries = 0; tries < 100 && workers.some((pid) => existsSync(`/proc/${pid}`)); tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(
    workers.filter((pid) => existsSync(`/proc/${pid}`)),
    [],
  );
});
