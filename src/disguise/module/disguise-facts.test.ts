import assert from "node:assert/strict";
import test from "node:test";
import { type Contents, memoryFiles } from "../../detectors/views/memory-files.ts";
import { disguiseFacts } from "./disguise-facts.ts";

const RELEASE = "6.1.0-56-amd64";
const ordinary: Contents = {
  "/proc/cpuinfo": "flags\t\t: fpu cpuid_fault\n",
  "/proc/sys/kernel/yama/ptrace_scope": "1\n",
  "/proc/modules": "",
  "/proc/kallsyms": "ffffffff81001230 T fixup_vdso_exception\n",
  [`/lib/modules/${RELEASE}/build/Makefile`]: "",
  "/sys/devices/virtual/dmi/id/sys_vendor": "Dell Inc.\n",
  "/proc/sys/user/max_user_namespaces": "31000\n",
  "/proc/1/cgroup": "0::/init.scope\n",
};

function facts(changes: Contents = {}) {
  return disguiseFacts({ files: memoryFiles({ ...ordinary, ...changes }), release: RELEASE, machine: "x86_64" });
}

test("on an ordinary server everything is there", () => {
  assert.deepEqual(
    facts().map(({ what, answer, mend }) => [what, answer, mend]),
    [
      "a disguise can forge CPUID",
      "a disguise can trace processes",
      "the kernel module can be loaded",
      "this host has DMI fields",
      "an ordinary user can run a disguised command",
      "services have cgroups of version 2",
    ].map((what) => [what, "present", undefined]),
  );
});

test("what is missing is told with its cause and what helps", () => {
  const gone = { absence: "absent" } as const;
  const cases: readonly (readonly [Contents, string, RegExp, RegExp])[] = [
    [{ "/proc/cpuinfo": "flags\t\t: fpu\n" }, "absent", /cannot make CPUID fault/, /without it/],
    [{ "/proc/sys/kernel/yama/ptrace_scope": "3\n" }, "absent", /ptrace_scope is 3/, /sysctl\.d/],
    [{ [`/lib/modules/${RELEASE}/build/Makefile`]: gone }, "absent", /^the headers/, /linux-headers/],
    [{ "/sys/kernel/security/lockdown": "none [integrity] confidentiality\n" }, "unknown", /locked down/, /mokutil/],
    [{ "/proc/sys/kernel/modules_disabled": "1\n" }, "absent", /^loading modules was switched off/, /Boot again/],
    [{ "/sys/devices/virtual/dmi/id/sys_vendor": gone }, "absent", /dmi\/id is not there/, /left out/],
    [{ "/proc/sys/user/max_user_namespaces": "0\n" }, "absent", /is 0/, /as root/],
    [{ "/proc/1/cgroup": "0::/\n" }, "absent", /no systemd/, /container/],
  ];
  for (const [changes, answer, cause, mend] of cases) {
    const fact = facts(changes).find((one) => one.answer !== "present");
    assert.ok(fact !== undefined);
    assert.equal(fact.answer, answer, fact.cause);
    assert.match(fact.cause, cause);
    assert.match(fact.mend ?? "", mend);
  }
  assert.equal(facts({ "/proc/sys/kernel/yama/ptrace_scope": gone })[1]?.cause, "nothing restricts ptrace");
});

test("what could not be looked at is absent nowhere", () => {
  const unseen = Object.fromEntries(Object.keys(ordinary).map((path) => [path, { absence: "denied" } as const]));
  for (const { what, answer } of facts(unseen)) assert.notEqual(answer, "absent", what);
});
