import assert from "node:assert/strict";
import test from "node:test";
import { vmwareCheckvm } from "../../src/detectors/known/local/open-vm-tools.ts";
import { takeLocalView } from "../../src/detectors/probes/local/take-local-view.ts";
import type { LocalView } from "../../src/detectors/views/local-view.ts";
import { type Contents, overlaidFiles } from "../../src/detectors/views/memory-files.ts";
import type { Effect } from "../../src/disguise/effect.ts";
import { type Plan, planStory } from "../../src/disguise/plan.ts";
import { siteOf } from "../../src/disguise/site.ts";
import { loadStories, loadStory } from "../../src/disguise/stories/load-stories.ts";
import type { Story } from "../../src/disguise/stories/story.ts";
import { forgedInstructions } from "../../src/disguise/tracer/forged-instructions.ts";
import { encodeTracerSpec } from "../../src/disguise/tracer/tracer-spec.ts";
import { type ShowOptions, showView } from "../detectors/show-view.ts";
import { type Answers, askRealTools, predictAnswers } from "../detectors/tool-answers.ts";
import { needs } from "../rig/needs.ts";
import { needsFaulting, specFile, TRACER } from "./tracer-rig.ts";

/**
 * What a plan foretells is what the tools of Debian say: this host, with the files of each story's plan above its own, is shown to the real tools
 * and to ours. CPUID is this host's own in the first test, and forged by the tracer in the second.
 */
const tools = ["root", "unshare", "systemd-detect-virt", "virt-what", "lscpu", "dmidecode"] as const;

/** Marks of a container that this host may have itself, taken away, so that the story's own decide. */
const UNMARKED: Contents = Object.fromEntries(
  ["/.dockerenv", "/.dockerinit", "/run/.containerenv", "/run/host/container-manager", "/run/systemd/container"].map((path) => [
    path,
    { absence: "absent" as const },
  ]),
);

/** Two sites, and everything that a story has to show. */
const SITES = ["one", "two"] as const;

function planFor(story: Story, view: LocalView, seed: string): Plan {
  const planning = planStory({ story, view, site: siteOf(view, seed), budget: 99, acceptRisk: true });
  assert.ok(planning.plan !== undefined);
  return planning.plan;
}

interface ShownPlan {
  readonly changes: Contents;
  readonly options: ShowOptions;
  readonly view: LocalView;
}

/** The part of a plan that the rig can show: files, the cgroup's name, the environment of process 1. */
function shownPlan(live: LocalView, { files = {}, cgroup, initEnvironment }: Effect): ShownPlan {
  const changes: Contents = { ...UNMARKED, ...files, ...(cgroup === undefined ? {} : { "/proc/self/cgroup": `0::${cgroup}\n` }) };
  if (initEnvironment === undefined) return { changes, options: {}, view: { ...live, files: overlaidFiles(live.files, changes) } };
  const told = Object.entries(initEnvironment).map(([name, value]) => `${name}=${value}\0`);
  const view = { ...live, files: overlaidFiles(live.files, { ...changes, "/proc/1/environ": told.join("") }) };
  return { changes, options: { initEnvironment }, view };
}

/** What the real tools were asked has to be what is predicted. Returns what they said. */
function compare({ changes, options, view }: ShownPlan, under: readonly string[] = []): Answers {
  const answers = askRealTools(changes, options, under);
  const predicted = predictAnswers(view);
  assert.ok(Object.keys(answers).length >= 5);
  assert.deepEqual(Object.fromEntries(Object.keys(answers).map((tool) => [tool, predicted[tool]])), answers);
  return answers;
}

test("under the files of every story the real tools say what the plan foretells", needs(...tools), async (t) => {
  const { view } = await takeLocalView();
  for (const story of loadStories())
    for (const seed of SITES)
      await t.test(`${story.name}, site ${seed}`, () => {
        compare(shownPlan(view, planFor(story, view, seed).effect));
      });
});

/** What each tool has to say of a machine that is forged in files and instructions, whatever this host is. */
const FORGED: Readonly<Record<string, Answers>> = {
  "vmware-sandbox": { "systemd-detect-virt --vm": "vmware", "virt-what": "vmware", "LC_ALL=C lscpu": "Hypervisor vendor: VMware" },
  "virtualbox-sandbox": {
    "systemd-detect-virt --vm": "oracle",
    "virt-what": "virtualbox",
    "LC_ALL=C lscpu": "Hypervisor vendor: Innotek GmbH",
  },
  metal: { "systemd-detect-virt --vm": "none", "virt-what": "", "LC_ALL=C lscpu": "" },
};

function assertSaid(answers: Answers, wanted: Answers): void {
  for (const [tool, line] of Object.entries(wanted)) {
    const lines = (answers[tool] ?? "no answer").split("\n").filter((one) => !/^status |^Virtualization: /.test(one));
    assert.ok(lines.includes(line), `${tool}: ${lines.join("; ")}`);
  }
}

test("under the files and the tracer as well, and as before when they are gone", needsFaulting(...tools, "vmware-checkvm"), async (t) => {
  const { view: live } = await takeLocalView();
  const { instructions } = live;
  assert.ok(instructions !== undefined);
  const before = askRealTools({});
  for (const [name, wanted] of Object.entries(FORGED)) {
    const { effect } = planFor(loadStory(name), live, "one");
    const forged = { ...live, instructions: forgedInstructions(instructions, effect) };
    const shown = shownPlan(forged, effect);
    const under = [TRACER, specFile(name, encodeTracerSpec(effect)), "--"];
    await t.test(name, () => assertSaid(compare(shown, under), wanted));
    await t.test(`${name}, vmware-checkvm`, () => {
      const { says, status } = vmwareCheckvm(shown.view);
      const real = showView(shown.changes, [...under, "vmware-checkvm"]);
      assert.deepEqual({ says: `${real.stdout}${real.stderr}`.trimEnd(), status: real.status }, { says, status });
    });
  }
  assert.deepEqual(askRealTools({}), before);
});
