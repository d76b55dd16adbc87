import assert from "node:assert/strict";
import test from "node:test";
import { planStory, refusalText } from "../plan.ts";
import { loadStories } from "../stories/load-stories.ts";
import type { Story } from "../stories/story.ts";
import { kvmGuest, metalHost, site } from "../testing/hosts.ts";
import { distanceOnHost } from "./distance-on-host.ts";

const story: Story = {
  name: "bounded",
  title: "Bounded",
  summary: "s",
  believed: "b",
  budget: 30,
  required: ["files.process-accounting"],
  optional: ["files.cowrie", "files.qemu-agent", "files.snoopy", "files.honeywall"],
  forbidden: [],
  promises: {},
};

const distanceUnder = (distance: number | undefined) => {
  const planning = planStory({ story: { ...story, distance }, view: metalHost, site });
  assert.ok(planning.status === "planned", JSON.stringify(planning));
  return { plan: planning.plan, bits: distanceOnHost(metalHost, [planning.plan.effect]).bits };
};

test("optional clues that would put the files farther away than the story allows are left out, with the reason", () => {
  const free = distanceUnder(undefined);
  const bound = distanceUnder(Math.floor(free.bits) - 1);
  assert.ok(bound.bits <= Math.floor(free.bits) - 1, String(bound.bits));
  const why = bound.plan.leftOut.map((one) => one.why).join("\n");
  assert.match(why, /with it the files were [\d.]+ bits from an ordinary tree, and the story allows \d+/);
  assert.ok(!free.plan.leftOut.some((one) => one.why.includes("bits")));
});

test("a story whose own clues are farther away than it allows is refused", () => {
  const planning = planStory({ story: { ...story, distance: 1 }, view: metalHost, site });
  assert.ok(planning.status === "refused");
  assert.equal(planning.refusal.why, "distance");
  assert.match(refusalText(planning.refusal), /^What the story requires is [\d.]+ bits from an ordinary tree, and it allows 1\.$/);
});

test("every story keeps to its own distance, whatever the site draws; metal adds nothing", () => {
  for (const one of loadStories())
    for (const seed of ["a", "b", "c", "d"]) {
      const view = one.name === "metal" ? kvmGuest : metalHost;
      const { plan } = planStory({ story: one, view, site: { ...site, seed }, acceptRisk: true });
      assert.ok(plan !== undefined, one.name);
      const { bits } = distanceOnHost(view, [plan.effect]);
      assert.ok(one.distance !== undefined && bits <= one.distance, `${one.name} ${bits}`);
      if (one.name === "metal") assert.equal(bits, 0);
    }
});
