import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";
import { takeLocalView } from "../../src/detectors/probes/local/take-local-view.ts";
import type { LocalView } from "../../src/detectors/views/local-view.ts";
import { type Plan, planStory, underPlan } from "../../src/disguise/plan.ts";
import { siteOf } from "../../src/disguise/site.ts";
import { loadStories } from "../../src/disguise/stories/load-stories.ts";
import type { Story } from "../../src/disguise/stories/story.ts";
import { ENVIRONMENT, runUnder } from "./run-rig.ts";
import { answersIn, foretold, SCRIPT } from "./story-answers.ts";
import { needsFaulting } from "./tracer-rig.ts";

/** The whole of each story, made for one process tree as `disguise run` makes it: the tools inside say what the plan foretells, and those outside what they said before. */
const outside = () => answersIn(spawnSync("sh", ["-c", SCRIPT], { encoding: "latin1", env: ENVIRONMENT, timeout: 60_000 }).stdout);

function planFor(story: Story, view: LocalView): Plan {
  const planning = planStory({ story, view, site: siteOf(view, "run"), acceptRisk: true });
  assert.ok(planning.plan !== undefined);
  return planning.plan;
}

const tools = needsFaulting("root", "unshare", "systemd-detect-virt", "lscpu", "virt-what", "vmware-checkvm");

test("every story, run for one tree: before, under and after", tools, async (t) => {
  const { view } = await takeLocalView();
  const before = outside();
  assert.deepEqual(before, foretold(view));
  for (const story of loadStories())
    await t.test(story.name, () => {
      const plan = planFor(story, view);
      const { stdout, stderr } = runUnder([plan.effect], ["sh", "-c", SCRIPT]);
      assert.deepEqual(answersIn(stdout), foretold(underPlan(view, plan)), stderr);
    });
  assert.deepEqual(outside(), before);
});
