import assert from "node:assert/strict";
import test from "node:test";
import { clueById } from "../clues/index.ts";
import { metalBut } from "../detectors/checks/local/vm/testing/metal.ts";
import { blindLocalView } from "../detectors/views/build-view.ts";
import { textOf } from "../detectors/views/files.ts";
import type { LocalView } from "../detectors/views/local-view.ts";
import { beyondLast } from "./beyond-last.ts";
import { catalogue } from "./catalogue.ts";
import { type Plan, planStory, underPlan } from "./plan.ts";
import { predict } from "./plan-prediction.ts";
import { siteOf } from "./site.ts";
import { loadStories, loadStory } from "./stories/load-stories.ts";
import { forbids, type Story } from "./stories/story.ts";
import { effectOn, kvmGuest, metalHost, site } from "./testing/hosts.ts";
import { mergedEffects, underEffects } from "./under-effects.ts";

const stories = loadStories();
const small: Story = {
  name: "small",
  title: "Small",
  summary: "s",
  believed: "b",
  budget: 3,
  required: ["files.cowrie"],
  optional: ["files.kippo", "files.honeyd", "files.dionaea", "files.sebek", "kernel.release.cowrie", "processor.cowrie"],
  forbidden: ["firmware.*"],
  promises: {},
};

function planned(story: Story, view: LocalView, more: { readonly seed?: string; readonly budget?: number } = {}): Plan {
  const { seed = site.seed, ...rest } = more;
  const planning = planStory({ story, view, site: { ...site, seed }, acceptRisk: true, ...rest });
  assert.equal(planning.status, "planned", JSON.stringify(planning));
  assert.ok(planning.plan !== undefined);
  return planning.plan;
}

const idsOf = ({ shown }: Plan) => shown.map(({ clue }) => clue.id);
/** Stories that hide a machine are told on a guest, the others on metal. */
const hostOf = ({ name }: Story) => (name === "metal" ? kvmGuest : metalHost);

for (const story of stories)
  test(`${story.name}: what it promises is what detectors say`, () => {
    const view = hostOf(story);
    const { known, after } = predict(view, planned(story, view));
    const { assessment, ...tools } = story.promises;
    for (const [id, beginning] of Object.entries(tools)) {
      const says = known.find((one) => one.id === id)?.after ?? "";
      assert.ok(
        says.split("\n").some((line) => line.startsWith(beginning)),
        `${id} says ${says}`,
      );
    }
    if (assessment !== undefined) assert.equal(after.verdict, assessment);
  });

test("stories name clues that are built, contradict nothing of their own, and cost what they may", () => {
  assert.equal(stories.length, 6);
  for (const story of stories) {
    for (const id of [...story.required, ...story.optional])
      assert.equal(catalogue.find((one) => one.id === id)?.built, true, `${story.name} ${id}`);
    for (const view of [metalHost, kvmGuest, blindLocalView]) {
      const plan = planned(story, view);
      assert.ok(plan.cost <= story.budget);
      for (const { clue } of plan.shown) assert.ok(!plan.shown.some((other) => clue.excludes.includes(other.clue.id)), clue.id);
    }
  }
});

test("a site always shows the same clues, and two sites show different ones", () => {
  for (const story of stories.filter(({ optional }) => optional.length > 0)) {
    const [one, again, other] = ["a", "a", "b"].map((seed) => planned(story, metalHost, { seed }));
    assert.deepEqual(one, again);
    assert.ok(one !== undefined && other !== undefined);
    assert.notDeepEqual(idsOf(one), idsOf(other), story.name);
    assert.ok(story.required.every((id) => idsOf(one).includes(id) || one.leftOut.some((left) => left.id === id)));
  }
});

test("contradictions are refused with both clues named, in what is asked for and in what is required", () => {
  const refused = planStory({ story: small, view: metalHost, site, also: ["people.host-name.cowrie", "people.host-name.honeypot"] });
  assert.deepEqual(refused, {
    status: "refused",
    refusal: { why: "contradiction", clues: ["people.host-name.cowrie", "people.host-name.honeypot"] },
  });
  const machines = planStory({
    story: { ...small, required: ["processor.vendor.vmware", "files.virtualbox-additions"] },
    view: metalHost,
    site,
  });
  assert.equal(machines.status === "refused" && machines.refusal.why, "contradiction");
});

test("optional clues that contradict are left out, with the other named", () => {
  const story = { ...small, required: ["people.host-name.cowrie"], optional: ["people.host-name.honeypot"] };
  assert.deepEqual(planned(story, metalHost).leftOut, [
    { id: "people.host-name.honeypot", required: false, why: "it contradicts people.host-name.cowrie" },
  ]);
});

test("unknown and forbidden clues, a budget that is too small and risk are refused as values", () => {
  const refusal = (question: Partial<Parameters<typeof planStory>[0]>) => {
    const planning = planStory({ story: small, view: metalHost, site, ...question });
    return planning.status === "refused" ? planning.refusal : planning.status;
  };
  assert.deepEqual(refusal({ also: ["files.nothing"] }), { why: "unknown-clue", clue: "files.nothing" });
  assert.deepEqual(refusal({ also: ["firmware.vendor.vmware"] }), { why: "forbidden", clue: "firmware.vendor.vmware" });
  assert.deepEqual(refusal({ also: ["kernel.release.cowrie"], budget: 1 }), { why: "budget", cost: 2, budget: 1 });
  const risky = planStory({ story: loadStory("vmware-sandbox"), view: metalHost, site });
  assert.ok(risky.status === "refused" && risky.refusal.why === "risk" && risky.refusal.clues.includes("processor.port.version"));
  assert.equal(risky.plan?.risk, 2);
});

test("with a budget of nothing only what costs nothing is shown", () => {
  const plan = planned(small, metalHost, { budget: 0 });
  assert.equal(plan.cost, 0);
  assert.ok(plan.shown.every(({ clue }) => clue.cost === 0));
});

test("what a host has not is left out and said", () => {
  const bare = metalBut({ files: { "/proc/modules": { absence: "absent" }, "/proc/cpuinfo": "processor\t: 0\nflags\t\t: fpu\n" } });
  const story = { ...small, required: ["kernel.listed.sebek", "processor.vendor.kvm", "files.cowrie", "shell.wrong-output"], budget: 9 };
  const why = Object.fromEntries(planned(story, bare).leftOut.map((left) => [left.id, left.why]));
  assert.equal(why["kernel.listed.sebek"], "/proc/modules is not on this host");
  assert.equal(why["processor.vendor.kvm"], "it needs cpuid-faulting, which this host has not");
  assert.equal(why["shell.wrong-output"], "it is known, and not built yet");
});

test("two clues that change one file both stay in it", () => {
  const story = {
    ...small,
    required: ["kernel.listed.sebek", "kernel.listed.honeyd", "processor.flag", "processor.cowrie"],
    optional: [],
    budget: 9,
  };
  const { files } = underPlan(metalHost, planned(story, metalHost));
  const modules = textOf(files, "/proc/modules") ?? "";
  assert.match(modules, /^sebek \d+ 0 - Live 0x/m);
  assert.match(modules, /^honeyd_mon \d+ 0 - Live 0x/m);
  const cpuinfo = textOf(files, "/proc/cpuinfo") ?? "";
  assert.match(cpuinfo, /E8200/);
  assert.match(cpuinfo, /^flags.* hypervisor/m);
});

test("effects as one are the same as one after the other", () => {
  const ids = [
    "processor.hypervisor-bit",
    "processor.vendor.vmware",
    "processor.port.version",
    "files.cowrie",
    "people.host-name.cowrie",
    "processes.cowrie",
  ];
  const effects = ids.map((id) => effectOn(metalHost, id));
  const [one, other] = [underEffects(metalHost, effects), underEffects(metalHost, [mergedEffects(effects)])];
  assert.deepEqual(one.instructions, other.instructions);
  assert.equal(one.uname?.node, "svr04");
  assert.equal(textOf(one.files, "/proc/sys/kernel/hostname"), "svr04\n");
  assert.equal(one.instructions?.cpuid["40000010.0"]?.ecx, 0);
  assert.equal(((one.instructions?.cpuid["1.0"]?.ecx ?? 0) >>> 31) & 1, 1);
});

test("an overlay that only hides is seen in the lists", () => {
  const shown = underEffects(metalHost, [effectOn(metalHost, "devices.no-sensors")]);
  assert.deepEqual(shown.files.list("/sys/class/hwmon"), []);
});

test("leaves beyond the last are answered as the processor's maker does", () => {
  const cpuid = metalHost.instructions?.cpuid ?? {};
  assert.deepEqual(beyondLast(cpuid), cpuid["16.0"]);
  assert.deepEqual(beyondLast({}), { eax: 0, ebx: 0, ecx: 0, edx: 0 });
});

test("forged numbers fit the host", () => {
  assert.deepEqual(siteOf(metalHost, "s"), { seed: "s", memoryMiB: 193_536, processors: 64, megahertz: 2095 });
  assert.deepEqual(siteOf(blindLocalView, "s"), { seed: "s", memoryMiB: 2048, processors: 1, megahertz: 2000 });
});

test("clues of different machines exclude each other, both ways", () => {
  const [vmware, virtualbox, kvm] = ["processor.vendor.vmware", "files.virtualbox-additions", "kernel.listed.virtio"].map((id) =>
    clueById(id),
  );
  assert.ok(vmware?.excludes.includes("files.virtualbox-additions") && virtualbox?.excludes.includes("processor.vendor.vmware"));
  assert.ok(kvm !== undefined && !kvm.excludes.includes("files.virtualbox-additions"));
  assert.ok(forbids(small, "firmware.metal") && !forbids(small, "files.cowrie"));
});
