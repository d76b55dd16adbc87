import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { askAll } from "../../src/detectors/known/known-detector.ts";
import { vendorOf, vendorRegisters } from "../../src/detectors/known/local/cpuid.ts";
import { knownLocalDetectors } from "../../src/detectors/known/local/index.ts";
import { takeLocalView } from "../../src/detectors/probes/local/take-local-view.ts";
import { blindLocalView } from "../../src/detectors/views/build-view.ts";
import type { LocalView } from "../../src/detectors/views/local-view.ts";
import { overlaidFiles } from "../../src/detectors/views/memory-files.ts";
import { needs } from "../rig/needs.ts";
import { containerViews } from "./local-views/containers.ts";
import { KNOWN_NAMES, lscpuCanHear, toolsThatHear, UNKNOWN_NAME } from "./local-views/exchanged-names.ts";
import type { GeneratedView } from "./local-views/generated-view.ts";
import { hostileViews } from "./local-views/hostile.ts";
import { kernelViews } from "./local-views/kernels.ts";
import { machineViews } from "./local-views/machines.ts";
import { predictedOnly } from "./local-views/predicted-only.ts";
import { askRealTools, predictAnswers } from "./tool-answers.ts";

/**
 * The same view for the real tools and for ours: their answers must be equal, byte for byte. The views are this host as it is, and this host
 * with generated files above its own; CPUID is this host's in all of them.
 */
const tools = needs("root", "unshare", "systemd-detect-virt", "virt-what", "lscpu", "dmidecode");

const realViews: Readonly<Record<string, GeneratedView>> = {
  "as it is": { changes: {} },
  "in a pid namespace": { changes: {}, options: { initEnvironment: {} }, alsoTrue: { "/proc/1/environ": "" } },
};

const families = { real: realViews, machines: machineViews, kernels: kernelViews, containers: containerViews, hostile: hostileViews };

for (const [family, views] of Object.entries(families))
  test(`the tools of Debian say what we predict: ${family}, ${Object.keys(views).length} views`, tools, async (t) => {
    const { view } = await takeLocalView();
    for (const [name, generated] of Object.entries(views)) await t.test(name, () => compare(view, generated));
  });

/** What the real tools were asked has to be what we predict. */
function compare(live: LocalView, { changes, options = {}, alsoTrue = {} }: GeneratedView, without: readonly string[] = []): void {
  const answers = Object.entries(askRealTools(changes, options)).filter(([tool]) => !without.includes(tool));
  assert.ok(answers.length >= 4);
  const predicted = predictAnswers({ ...live, files: overlaidFiles(live.files, { ...changes, ...alsoTrue }) });
  assert.deepEqual(Object.fromEntries(answers.map(([tool]) => [tool, predicted[tool]])), Object.fromEntries(answers));
}

test("the same with other names of the hypervisor, exchanged in copies of the tools", tools, async (t) => {
  const { view } = await takeLocalView();
  const live = vendorOf(view.instructions?.cpuid["40000000.0"] ?? NO_REGISTERS).replace(/\0+$/, "");
  assert.ok(KNOWN_NAMES.includes(live), `this host's hypervisor has to name itself, for another name to take its place: ${live}`);
  for (const [title, { name, generated }] of Object.entries(namedViews()))
    await t.test(title, () => {
      const changes = { ...generated.changes, ...toolsThatHear(name, live) };
      compare(renamed(view, name), { ...generated, changes }, lscpuCanHear(name) ? [] : ["LC_ALL=C lscpu"]);
    });
});

const NO_REGISTERS = { eax: 0, ebx: 0, ecx: 0, edx: 0 };

/** Every machine, kernel and oddity below a hypervisor that nobody knows, so that later questions decide; and every name, on three machines. */
function namedViews(): Readonly<Record<string, { readonly name: string; readonly generated: GeneratedView }>> {
  const unknown = Object.entries({ ...machineViews, ...kernelViews, ...hostileViews }).map(([title, generated]) => [
    title,
    { name: UNKNOWN_NAME, generated },
  ]);
  const known = ["Dell server", "VMware", "Xen guest"].flatMap((machine) =>
    KNOWN_NAMES.map((name) => [`${name} on ${machine}`, { name, generated: machineViews[machine] }]),
  );
  return Object.fromEntries([...unknown, ...known]);
}

/** Leaves of hypervisors above the first are this host's own, and say nothing here. */
function renamed(live: LocalView, name: string): LocalView {
  const { instructions } = live;
  if (instructions === undefined) return live;
  return {
    ...live,
    instructions: { ...instructions, cpuid: { "1.0": instructions.cpuid["1.0"] ?? NO_REGISTERS, "40000000.0": vendorRegisters(name) } },
  };
}

for (const [title, { why, view, says }] of Object.entries(predictedOnly))
  test(`predicted only (${why}): ${title}`, () => {
    const said = askAll(knownLocalDetectors, view).filter(({ id }) => Object.hasOwn(says, id));
    assert.deepEqual(Object.fromEntries(said.map(({ id, verdict }) => [id, verdict.says])), says);
  });

test("a view in which nothing was looked at lacks what every tool asks", () => {
  for (const { id, verdict } of askAll(knownLocalDetectors, blindLocalView)) assert.notDeepEqual(verdict.lacking, [], id);
});

test("nothing that the rig mounts is left", needs("root", "unshare"), () => {
  assert.doesNotMatch(readFileSync("/proc/self/mountinfo", "utf8"), /show-view-/);
});
