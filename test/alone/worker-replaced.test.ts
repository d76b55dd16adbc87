import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Conversation } from "../rig/conversation.ts";
import { startTestSensor } from "../rig/sensor.ts";

const MODULES = [fileURLToPath(new URL("../rig/test-decoys.ts", import.meta.url))];

for (const [how, reason] of [
  ["hang", "no answer"],
  ["die", "exit status 7"],
] as const) {
  test(`a worker that is told to ${how} is replaced within a second, and visits in the other go on`, async () => {
    await using sensor = await startTestSensor({ decoys: { puppet: {}, echo: {} }, modules: MODULES, workers: 2 });
    const victim = await new Conversation(sensor.port("puppet")).connected();
    const other = await new Conversation(sensor.port("echo")).connected();
    await other.hears("hello");
    const fromMs = performance.now();
    victim.say(`${how}\n`);
    const answersMs: number[] = [];
    const replaced = sensor.keep.waitFor((event) => event.kind === "worker.replaced");
    let isReplaced = false;
    replaced.then(
      () => {
        isReplaced = true;
      },
      () => undefined,
    );
    for (let i = 0; !isReplaced; i += 1) {
      const askedMs = performance.now();
      await other.say(`<${i}>`).hears(`<${i}>`);
      answersMs.push(performance.now() - askedMs);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const event = await replaced;
    assert.ok(performance.now() - fromMs < 1_000, `took ${performance.now() - fromMs} ms`);
    assert.equal(event.fields["reason"], reason);
    assert.equal(event.fields["sessions"], 1);
    assert.ok(Math.max(...answersMs) < 250, `slowest answer ${Math.max(...answersMs)} ms`);
    const next = await new Conversation(sensor.port("puppet")).connected();
    await next.say("say back\n").hears("back");
  });
}
