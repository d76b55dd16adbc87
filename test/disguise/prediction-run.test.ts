import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";
import { lscpu } from "../../src/detectors/known/local/lscpu.ts";
import { vmwareCheckvm } from "../../src/detectors/known/local/open-vm-tools.ts";
import { systemdDetectVirt } from "../../src/detectors/known/local/systemd-detect-virt.ts";
import { virtWhat } from "../../src/detectors/known/local/virt-what.ts";
import { takeLocalView } from "../../src/detectors/probes/local/take-local-view.ts";
import type { LocalView } from "../../src/detectors/views/local-view.ts";
import { type Plan, planStory, underPlan } from "../../src/disguise/plan.ts";
import { siteOf } from "../../src/disguise/site.ts";
import { loadStories } from "../../src/disguise/stories/load-stories.ts";
import type { Story } from "../../src/disguise/stories/story.ts";
import { ENVIRONMENT, runUnder } from "./run-rig.ts";
import { needsFaulting } from "./tracer-rig.ts";

/** The whole of each story, made for one process tree as `disguise run` makes it: the tools inside say what the plan foretells, and those outside what they said before. */
const MARK = "\u0001";
const TOOLS = ["systemd-detect-virt --vm", "systemd-detect-virt --container", "virt-what", "LC_ALL=C lscpu", "vmware-checkvm", "uname -n"];
/** vmware-checkvm refuses on standard error; what virt-what says there is its shell's complaint about what it may not read. */
const SCRIPT = TOOLS.map((tool) => `printf '${MARK}'; ${tool} ${tool === "virt-what" ? "2>/dev/null" : "2>&1"}`).join("\n");

type Answers = readonly (readonly [tool: string, says: string])[];

function answersIn(output: string): Answers {
  const parts = output.split(MARK).slice(1);
  return TOOLS.map((tool, at): [string, string] => [tool, trimmed(tool, parts[at] ?? "no answer")]);
}

function trimmed(tool: string, text: string): string {
  if (!tool.endsWith("lscpu")) return text.trimEnd();
  const lines = [...text.matchAll(/^(Virtualization|Virtualization type|Hypervisor|Hypervisor vendor): +(.*)$/gm)];
  return lines.map(([, field, value]) => `${field}: ${value}`).join("\n");
}

function foretold(view: LocalView): Answers {
  const says = [
    systemdDetectVirt(view, "vm").says,
    systemdDetectVirt(view, "container").says,
    virtWhat(view).facts.join("\n"),
    lscpu(view).lines.join("\n"),
    vmwareCheckvm(view).says,
    view.uname?.node ?? "",
  ];
  return TOOLS.map((tool, at): [string, string] => [tool, says[at] ?? ""]);
}

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
