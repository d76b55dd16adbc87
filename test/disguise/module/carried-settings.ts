import assert from "node:assert/strict";
import type { Files } from "../../../src/detectors/views/files.ts";
import { memoryFiles } from "../../../src/detectors/views/memory-files.ts";
import { planStory } from "../../../src/disguise/plan.ts";
import { loadStory } from "../../../src/disguise/stories/load-stories.ts";
import { metalHost, site } from "../../../src/disguise/testing/hosts.ts";
import type { CarrierHost } from "../../../src/steward/apply/carriage.ts";
import { parseScope } from "../../../src/steward/apply/scope.ts";
import { carryPart } from "../../../src/steward/carriers/module.ts";

/** What the module is told for a scope when a disguise is applied, on a host with DKMS's module: a service, a user's logins, a slice, the host. */
const RELEASE = "6.1.0-56-cloud-amd64";

const host: CarrierHost = {
  read: (path) => (path === "/proc/1/cgroup" ? "0::/init.scope\n" : undefined),
  list: () => [],
  ask: (program, ...words) => {
    if (program === "getent") return words[1] === "deploy" ? "deploy:x:1000:1000::/home/deploy:/bin/sh\n" : undefined;
    if (words.includes("--property=ControlGroup")) return "\n";
    return program === "systemctl" ? UNIT : undefined;
  },
};
const UNIT =
  "Id=trap.service\nLoadState=loaded\nActiveState=inactive\nFragmentPath=/etc/systemd/system/trap.service\nSlice=trap-inner.slice\n";

const installed = memoryFiles({
  "/proc/kallsyms": "ffffffff81001230 T fixup_vdso_exception\n",
  [`/lib/modules/${RELEASE}/updates/dkms/utsusemi.ko`]: "",
});

/** A server on metal on which the module was installed. */
const files: Files = {
  read: (path) => (installed.look(path) === "absent" ? metalHost.files : installed).read(path),
  list: (path) => metalHost.files.list(path),
  look: (path) => (installed.look(path) === "absent" ? metalHost.files : installed).look(path),
};

/** The name of each scope, and what the module is told for it. */
export const carried: Readonly<Record<string, string>> = {
  service: carriedSettings("service:trap"),
  slice: carriedSettings("slice:trap-inner"),
  user: carriedSettings("user:deploy"),
  host: carriedSettings("host"),
};

function carriedSettings(scope: string): string {
  const planning = planStory({ story: loadStory("vmware-sandbox"), view: metalHost, site, acceptRisk: true });
  assert.equal(planning.status, "planned");
  const parts = { files, release: RELEASE, machine: "x86_64", built: () => undefined, build: () => assert.fail("nothing is to be built") };
  const asked = { scope: parseScope(scope), plan: planning.plan, folder: "/var/lib/utsusemi/steward/plans", mark: 100_001, host };
  const { carriage } = carryPart(asked, parts);
  const [change, ...others] = carriage.changes;
  assert.ok(change?.kind === "module" && others.length === 0, carriage.leftOut.join(" "));
  assert.ok(change.settings !== undefined);
  return change.settings.text;
}
