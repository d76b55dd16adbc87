import assert from "node:assert/strict";
import test from "node:test";
import type { Files } from "../../../detectors/views/files.ts";
import { type Contents, memoryFiles } from "../../../detectors/views/memory-files.ts";
import type { Effect } from "../../../disguise/effect.ts";
import { type Plan, planStory } from "../../../disguise/plan.ts";
import { loadStory } from "../../../disguise/stories/load-stories.ts";
import { metalHost, site } from "../../../disguise/testing/hosts.ts";
import type { CarrierHost, CarryAsked } from "../../apply/carriage.ts";
import { NOTHING } from "../../apply/carriers.ts";
import { joinModules } from "../../apply/join-modules.ts";
import { parseScope } from "../../apply/scope.ts";
import type { ModuleChange } from "../../ledger/change.ts";
import { carryPart, type ModuleParts, moduleFirst } from "../module.ts";
import { cgroupName, moduleScope, slicePath } from "./module-scope.ts";

const RELEASE = "6.1.0-56-amd64";
const DKMS = `/lib/modules/${RELEASE}/updates/dkms/utsusemi.ko.xz`;
const HEADERS = `/lib/modules/${RELEASE}/build/Makefile`;

function over(contents: Contents): Files {
  const own = memoryFiles({ "/proc/kallsyms": "ffffffff81001230 T fixup_vdso_exception\n", ...contents });
  const of = (path: string) => (own.look(path) === "absent" ? metalHost.files : own);
  return { read: (path) => of(path).read(path), list: (path) => of(path).list(path), look: (path) => of(path).look(path) };
}

function parts(contents: Contents, changes: Partial<ModuleParts> = {}): ModuleParts {
  const build = () => ({ object: Buffer.from("an object") });
  return { files: over(contents), release: RELEASE, machine: "x86_64", build, built: () => undefined, ...changes };
}

function host({ unified = true, units = "" }: { unified?: boolean; units?: string } = {}): CarrierHost {
  const answers: Readonly<Record<string, string>> = {
    "getent deploy": "deploy:x:1000:1000::/:/bin/sh\n",
    "getent root": "root:x:0:0::/:\n",
  };
  return {
    read: (path) =>
      path === "/proc/1/cgroup" ? (unified ? "12:pids:/\n0::/init.scope\n" : "1:name=systemd:/init.scope\n0::/\n") : undefined,
    list: () => [],
    ask: (program, ...words) => {
      if (program === "getent") return answers[`getent ${words[1]}`];
      if (!words.includes("--property=ControlGroup")) return units;
      return words.at(-1) === "running.service" ? "/odd.slice/running.service\n" : "\n";
    },
  };
}

const unit = (id: string, slice = "system.slice") =>
  `Id=${id}\nLoadState=loaded\nActiveState=active\nFragmentPath=/etc/systemd/system/${id}\nSlice=${slice}\n`;

const vmware = planned();

function planned(): Plan {
  const planning = planStory({ story: loadStory("vmware-sandbox"), view: metalHost, site, acceptRisk: true });
  assert.equal(planning.status, "planned");
  return planning.plan;
}

function asked(scope: string, more: Partial<CarryAsked> = {}): CarryAsked {
  return { scope: parseScope(scope), plan: vmware, folder: "/var/lib/utsusemi/steward/plans", mark: 100_001, host: host(), ...more };
}

test("services, slices and users are named by paths that hold at every start; root and the root slice are not", () => {
  const scope = (text: string, given = {}) => moduleScope(parseScope(text), host(given));
  const verifier = "/utsusemi.slice/utsusemi-verify.slice";
  const paths = (cgroupPaths: readonly string[]) => ({ cgroups: [], cgroupPaths: [...cgroupPaths, verifier], uids: [], host: false });
  assert.deepEqual(scope("service:web", { units: unit("web.service") }), paths(["/system.slice/web.service"]));
  assert.deepEqual(scope("service:running", { units: unit("running.service") }), paths(["/odd.slice/running.service"]));
  assert.deepEqual(scope("service:a", { units: unit("a.service", "-.slice") }), paths(["/a.service"]));
  assert.deepEqual(scope("slice:system-web"), paths(["/system.slice/system-web.slice"]));
  assert.deepEqual(scope("user:deploy"), { ...paths(["/user.slice/user-1000.slice"]), uids: [1000] });
  assert.deepEqual(scope("host"), { cgroups: [], cgroupPaths: [], uids: [], host: true });
  for (const [text, why, given] of [
    ["slice:-", /whole host/],
    ["user:root", /Root/],
    ["user:nobody-here", /no user/],
    ["service:gone", /does not know/],
    ["service:web", /no cgroups of version 2/, { unified: false, units: unit("web.service") }],
  ] as const)
    assert.match(String(scope(text, given ?? {})), why);
  assert.equal(slicePath("a-b-c"), "/a.slice/a-b.slice/a-b-c.slice");
  assert.deepEqual(["cpu.service", "_x.service", "cpus.service", "tasks"].map(cgroupName), [
    "_cpu.service",
    "__x.service",
    "cpus.service",
    "_tasks",
  ]);
});

test("it is loaded only where it was installed or one of its clues was asked for by name", () => {
  const { carriage, rest } = carryPart(asked("host"), parts({ [HEADERS]: "" }));
  assert.deepEqual([carriage.changes, carriage.seen], [[], {}]);
  assert.match(carriage.leftOut.join(), /only where it was installed .*asked for by name/);
  assert.deepEqual(rest, vmware.effect);
  const [installed, ...others] = carryPart(asked("host"), parts({ [DKMS]: "" })).carriage.changes;
  assert.ok(installed?.kind === "module" && others.length === 0);
  assert.equal(installed.file, undefined);
  assert.match(installed.settings?.text ?? "", /^host\nport answer\n/);
  const other = carryPart(asked("host", { also: ["processes.vmtoolsd"] }), parts({ [HEADERS]: "" }));
  assert.deepEqual(other.carriage.changes, []);
});

test("where a clue is asked for it is built, once, for the running kernel, into our own folder", () => {
  const also = ["processor.port.version"];
  const headers: string[] = [];
  const build = (path: string) => {
    headers.push(path);
    return { object: Buffer.from("an object") };
  };
  const { changes } = carryPart(asked("user:deploy", { also }), parts({ [HEADERS]: "" }, { build })).carriage;
  const file = `/var/lib/utsusemi/steward/plans/utsusemi-${RELEASE}.ko`;
  assert.deepEqual(headers, [`/lib/modules/${RELEASE}/build`]);
  assert.deepEqual(changes[0], {
    kind: "file",
    path: file,
    contents: Buffer.from("an object").toString("base64"),
    mode: 0o600,
    uid: 0,
    gid: 0,
  });
  assert.ok(changes[1]?.kind === "module" && changes[1].file === file);
  const built = (path: string) => (path === file ? Buffer.from("older") : undefined);
  const again = carryPart(asked("host", { also }), parts({ [HEADERS]: "" }, { build, built })).carriage.changes[0];
  assert.ok(again?.kind === "file" && again.contents === Buffer.from("older").toString("base64"));
  assert.equal(headers.length, 1);
});

test("whatever is in the way is said, and the rest goes on without it", () => {
  const also = ["processor.port.version"];
  const gone = { absence: "absent" } as const;
  const without: readonly (readonly [Contents, RegExp, Partial<ModuleParts>?])[] = [
    [{}, /headers of the running kernel are not installed/],
    [{ [HEADERS]: "", "/sys/kernel/security/lockdown": "none [integrity] confidentiality\n" }, /locked down \(integrity\)/],
    [{ [HEADERS]: "", "/proc/sys/kernel/modules_disabled": "1\n" }, /switched off/],
    [{ [HEADERS]: "", "/proc/kallsyms": "ffffffff81001230 T other\n" }, /no function fixup_vdso_exception/],
    [{ [HEADERS]: "" }, /older than 5\.11/, { release: "5.10.0-1-amd64" }],
    [{ [HEADERS]: "" }, /x86-64 processors only/, { machine: "aarch64" }],
    [{ [HEADERS]: "" }, /cannot be built\. make says/, { build: () => ({ refused: "make says: gcc: not found." }) }],
    [{ [DKMS]: "", "/sys/kernel/security/utsusemi/status": "version 0.1.0\n" }, /loaded already, and not by this disguise/],
  ];
  for (const [contents, why, changes] of without) {
    const { carriage, rest } = carryPart(asked("host", { also }), parts({ "/proc/modules": "", ...contents }, changes));
    assert.deepEqual(carriage.changes, []);
    assert.match(carriage.leftOut.join(), why);
    assert.deepEqual(rest, vmware.effect);
  }
  const idle = { ...vmware, effect: { hostName: "svr04" } };
  assert.deepEqual(carryPart(asked("host", { plan: idle }), parts({ [DKMS]: "", "/proc/modules": gone })).carriage, {
    ...NOTHING,
    seen: {},
  });
});

test("what it shows is not left to others, and both is seen", () => {
  let given: Effect = {};
  const carrier = moduleFirst(
    ({ plan }) => {
      given = plan.effect;
      return { ...NOTHING, seen: { hostName: "svr04" }, limits: ["other"] };
    },
    () => parts({ [DKMS]: "" }),
  );
  const carriage = carrier(asked("slice:web"));
  assert.equal(given.vmwarePort, undefined);
  assert.equal(given.files?.["/sys/devices/virtual/dmi/id/sys_vendor"], undefined);
  assert.ok(given.cpuid !== undefined, "CPUID is not the module's");
  assert.equal(carriage.seen?.hostName, "svr04");
  assert.equal(carriage.seen?.files?.["/sys/devices/virtual/dmi/id/sys_vendor"], "VMware, Inc.\n");
  assert.deepEqual(carriage.seen?.vmwarePort, vmware.effect.vmwarePort);
  assert.match(carriage.limits.join(), /taints the kernel.*other/);
});

test("scopes of one disguise share the module: its settings name all of them", () => {
  const module = (text: string): ModuleChange => ({ kind: "module", name: "utsusemi", parameters: [], settings: { path: "/c", text } });
  const link = { kind: "link", path: "/l", target: "t" } as const;
  const joined = joinModules([module("cgroup-path /a\nport answer\n"), link, module("uid 5\nport answer\n")]);
  assert.deepEqual(joined, [module("cgroup-path /a\nport answer\nuid 5\n"), link]);
  const other = { kind: "module", name: "vmxnet3", parameters: [] } as const;
  assert.deepEqual(joinModules([other, module("host\n")]), [other, module("host\n")]);
});
