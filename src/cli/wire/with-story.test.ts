import assert from "node:assert/strict";
import test from "node:test";
import { loadStories } from "../../disguise/stories/load-stories.ts";
import { wireOfStory } from "../../disguise/wire/wire-of-story.ts";
import { checkShape } from "../../shape/shape.ts";
import { wireShape } from "../../steward/wire/wire-settings.ts";
import { withStory } from "./with-story.ts";

const interfaces = [{ name: "eth9", hook: "tc" }] as const;
const configured = checkShape(wireShape, {
  interfaces,
  trusted: ["192.0.2.0/24"],
  unused: { tarpit: ["9"], leaveOut: ["8080"] },
  delayMs: 7,
  stack: { ttl: 200 },
  handOver: [{ port: 22, address: "192.0.2.9" }],
}).value;

test("what a story asks for stands beside what was configured, and takes nothing from it", () => {
  const wish = {
    unused: { tarpit: ["9", "23"], responders: ["dionaea"] },
    delayMs: 60,
    stack: { ttl: 128, ipId: "zero" },
    handOver: [
      { port: 22, decoy: "ssh" },
      { port: 23, decoy: "telnet" },
    ],
  } as const;
  const made = withStory(configured, wish);
  assert.deepEqual(made.interfaces, interfaces);
  assert.deepEqual(made.trusted, ["192.0.2.0/24"]);
  assert.deepEqual(made.unused, { tarpit: ["9", "23"], responders: ["dionaea"], leaveOut: ["8080"] });
  assert.equal(made.delayMs, 7);
  assert.deepEqual(made.stack, { ttl: 200, ipId: "zero" });
  assert.deepEqual(
    made.handOver?.map(({ port, decoy, address }) => [port, decoy ?? address]),
    [
      [22, "192.0.2.9"],
      [23, "telnet"],
    ],
  );
});

test("every story's wire settings are settings of the wire", () => {
  for (const story of loadStories()) {
    const { wish } = wireOfStory(story, { seed: "a site" });
    assert.deepEqual(checkShape(wireShape, { interfaces, ...withStory(undefined, wish) }).problems, [], story.name);
  }
});
