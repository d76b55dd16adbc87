/**
 * Ansible's facts, ohai and vmware-checkvm before the same views as our pure functions: this host as it is, and generated hosts that are shown
 * to the tools in a mount namespace. Every field of their answers must be equal.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";
import { ansibleFacts } from "../../src/detectors/known/local/ansible-facts.ts";
import type { AnsibleFindings } from "../../src/detectors/known/local/ansible-search.ts";
import { bootMessages, foretoldBootMessages } from "../../src/detectors/known/local/kernel-boot.ts";
import { type OhaiFindings, ohaiVirtualization } from "../../src/detectors/known/local/ohai.ts";
import { vmwareCheckvm } from "../../src/detectors/known/local/open-vm-tools.ts";
import { takeLocalView } from "../../src/detectors/probes/local/take-local-view.ts";
import type { LocalView } from "../../src/detectors/views/local-view.ts";
import { overlaidFiles } from "../../src/detectors/views/memory-files.ts";
import { needs } from "../rig/needs.ts";
import { containerViews } from "./local-views/containers.ts";
import { factsViews } from "./local-views/facts.ts";
import type { GeneratedView } from "./local-views/generated-view.ts";
import { machineViews } from "./local-views/machines.ts";
import { showView } from "./show-view.ts";

const realViews: Readonly<Record<string, GeneratedView>> = {
  "as it is": { changes: {} },
};

const families = { real: realViews, facts: factsViews, containers: containerViews, machines: machineViews };
const tools = needs("root", "unshare", "ansible", "ohai", "dmidecode");

for (const [family, views] of Object.entries(families))
  test(`ansible and ohai say what we predict: ${family}, ${Object.keys(views).length} views`, tools, async (t) => {
    const { view } = await takeLocalView();
    for (const [name, generated] of Object.entries(views)) await t.test(name, () => compare(view, generated));
  });

const MARK = "\u0001\n";
/** The module that `ansible -m setup` sends to a host and runs there. */
const SETUP = `python3 -m ansible.modules.setup '${JSON.stringify({ ANSIBLE_MODULE_ARGS: { gather_subset: ["!all", "!min", "virtual"] } })}'`;

function compare(live: LocalView, { changes, options = {}, alsoTrue = {} }: GeneratedView): void {
  const shown = { ...live, files: overlaidFiles(live.files, { ...changes, ...alsoTrue }) };
  const { stdout, stderr } = showView(changes, ["sh", "-c", `${SETUP}; printf '${MARK}'; ohai virtualization`], options);
  const [ansible = "", ohai = ""] = stdout.split(MARK);
  assert.ok(ansible.includes("{"), stderr);
  const predicted = { ansible: ansibleFacts(shown).facts, ohai: ohaiVirtualization(shown).found };
  assert.deepEqual(predicted, { ansible: parseAnsible(ansible), ohai: parseOhai(ohai, stderr) });
}

function parseAnsible(printed: string): AnsibleFindings {
  const { ansible_facts: facts } = JSON.parse(printed);
  return {
    type: facts.ansible_virtualization_type,
    role: facts.ansible_virtualization_role,
    guest: facts.ansible_virtualization_tech_guest.toSorted(),
    host: facts.ansible_virtualization_tech_host.toSorted(),
  };
}

function parseOhai(printed: string, complaint: string): OhaiFindings {
  assert.ok(printed.includes("{"), complaint);
  const found: OhaiFindings = JSON.parse(printed);
  return found;
}

test("the command `ansible` tells what its module told", tools, async () => {
  const { view } = await takeLocalView();
  const options = ["localhost", "-c", "local", "-m", "setup", "-a", "gather_subset=!all,!min,virtual"];
  const { stdout, stderr } = spawnSync("ansible", options, { encoding: "utf8", timeout: 60_000 });
  assert.deepEqual(ansibleFacts(view).facts, parseAnsible(stdout.slice(Math.max(0, stdout.indexOf("{")))), stderr);
});

test("vmware-checkvm says what we predict of this host", needs("vmware-checkvm"), async () => {
  const { view } = await takeLocalView();
  const { says, product, status } = vmwareCheckvm(view);
  for (const [options, answer] of [
    [[], says],
    [["-p"], product],
  ] as const) {
    const real = spawnSync("vmware-checkvm", options, { encoding: "utf8", timeout: 10_000 });
    assert.deepEqual({ answer: `${real.stdout}${real.stderr}`, status: real.status }, { answer: `${answer}\n`, status });
  }
});

test("this host's kernel said what we foretell of it", needs("root"), async () => {
  const { view } = await takeLocalView();
  const logged = bootMessages(view.kernelLog ?? []);
  // A log whose beginning is gone holds nothing to compare with; the guests' logs are whole.
  if (logged?.bootedOn !== undefined) assert.deepEqual(foretoldBootMessages(view), logged);
});
