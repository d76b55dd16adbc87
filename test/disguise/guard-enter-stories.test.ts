import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { liveView } from "../../src/disguise/live-view.ts";
import { planStory } from "../../src/disguise/plan.ts";
import { carriedAround } from "../../src/disguise/run/carried-around.ts";
import { planCarried } from "../../src/disguise/run/plan-carried.ts";
import { siteOf } from "../../src/disguise/site.ts";
import { loadStories } from "../../src/disguise/stories/load-stories.ts";
import { underEffects } from "../../src/disguise/under-effects.ts";
import { needs } from "../rig/needs.ts";
import { enter, folder, planFile, started } from "./guard-enter-rig.ts";
import { answersIn, foretold, SCRIPT } from "./story-answers.ts";

/** The whole of each story in a service: its tools say what the plan foretells of what is seen there, and those outside what they said before. */
const tools = needs("root", "systemd-detect-virt", "lscpu", "virt-what", "vmware-checkvm");

test("every story, in a service: before, under and after", tools, async (t) => {
  const view = await liveView({ measures: false });
  const outside = () => answersIn(started(["sh", "-c", SCRIPT]).stdout);
  const before = outside();
  assert.deepEqual(before, foretold(view));
  for (const story of loadStories())
    await t.test(story.name, () => {
      const { plan } = planStory({ story, view, site: siteOf(view, "enter"), acceptRisk: true });
      assert.ok(plan !== undefined);
      // A service's background processes are seen by all others on this machine, and these tools do not ask for them.
      const { processes: _, ...effect } = plan.effect;
      const carried = planCarried({ effect, way: "enter", hidden: [folder], mark: 200_001, isLasting: true }, carriedAround());
      const { stdout, stderr } = enter(planFile(carried.records), ["sh", "-c", SCRIPT], { options: ["--watch"] });
      assert.deepEqual(answersIn(stdout), foretold(underEffects(view, [carried.seen])), stderr);
    });
  assert.deepEqual(outside(), before);
  assert.doesNotMatch(readFileSync("/proc/self/mountinfo", "latin1"), /nr_inodes=200001/);
});
