import assert from "node:assert/strict";
import test from "node:test";
import { takeLocalView } from "../../src/detectors/probes/local/take-local-view.ts";
import type { LocalView } from "../../src/detectors/views/local-view.ts";
import { type Contents, overlaidFiles } from "../../src/detectors/views/memory-files.ts";
import { needs } from "../rig/needs.ts";
import { containerViews } from "./local-views/containers.ts";
import type { GeneratedView } from "./local-views/generated-view.ts";
import { hostileViews } from "./local-views/hostile.ts";
import { kernelViews } from "./local-views/kernels.ts";
import { machineViews } from "./local-views/machines.ts";
import { askRealTools, predictAnswers } from "./tool-answers.ts";

/**
 * The same view for the real tools and for ours: their answers must be equal, byte for byte. The views are this host as it is, and this host
 * with generated files above its own; CPUID is this host's in all of them.
 */
const tools = needs("root", "unshare", "systemd-detect-virt", "virt-what", "lscpu", "dmidecode");

const DENIED = { absence: "denied" } as const;
const NOT_FOR_NOBODY: Contents = {
  "/proc/1/environ": DENIED,
  "/sys/firmware/dmi/tables/DMI": DENIED,
  "/sys/firmware/dmi/tables/smbios_entry_point": DENIED,
  "/sys/firmware/dmi/entries/0-0/raw": DENIED,
};

const realViews: Readonly<Record<string, GeneratedView>> = {
  "as it is": { changes: {} },
  "as it is, for nobody": { changes: {}, options: { asNobody: true }, alsoTrue: NOT_FOR_NOBODY },
  "in a pid namespace": { changes: {}, options: { initEnvironment: {} }, alsoTrue: { "/proc/1/environ": "" } },
};

const families = { real: realViews, machines: machineViews, kernels: kernelViews, containers: containerViews, hostile: hostileViews };

for (const [family, views] of Object.entries(families))
  test(`the tools of Debian say what we predict: ${family}, ${Object.keys(views).length} views`, tools, async (t) => {
    const { view } = await takeLocalView();
    for (const [name, generated] of Object.entries(views)) await t.test(name, () => compare(view, generated));
  });

function compare(live: LocalView, { changes, options = {}, alsoTrue = {} }: GeneratedView): void {
  const shown = { ...live, files: overlaidFiles(live.files, { ...changes, ...alsoTrue }) };
  assert.deepEqual(predictAnswers(shown, options), askRealTools(changes, options));
}

test("nothing that the rig mounts is left", needs("root", "unshare"), async () => {
  const { readFileSync } = await import("node:fs");
  assert.doesNotMatch(readFileSync("/proc/self/mountinfo", "utf8"), /show-view-/);
});
