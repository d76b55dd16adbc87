import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import test from "node:test";
import type { Effect } from "../../src/disguise/effect.ts";
import type { HostTree } from "../../src/disguise/overlay/host-tree.ts";
import { hostTree } from "../../src/disguise/overlay/host-tree.ts";
import { planRun } from "../../src/disguise/run/plan-run.ts";
import { mayTrace } from "../../src/disguise/tracer/may-trace.ts";
import { needs } from "../rig/needs.ts";
import { vmware } from "./run-rig.ts";
import { compile, folder, needsFaulting, run, TRACER, vmwareSpec } from "./tracer-rig.ts";

/** `disguise run` where nobody may trace: a preloaded library answers instead, and it is said what that does not reach. */
const { cpuid = {}, vmwarePort = {} } = vmwareSpec;
const effect: Effect = { ...vmware, cpuid, vmwarePort };
const START = join(import.meta.dirname, "..", "..", "src", "disguise", "run", "start-run.ts");

/** Prints what is left out and limited, and becomes the guard. */
function runScript(): string {
  const script = join(folder, "run-preloaded.ts");
  const lines = [
    `import { prepareRun, becomeRun } from ${JSON.stringify(START)};`,
    "const prepared = prepareRun([JSON.parse(process.argv[2])], process.argv.slice(3), { folder: '/' });",
    "for (const line of [...prepared.leftOut, ...prepared.limits]) console.error(line);",
    "becomeRun(prepared);",
  ];
  writeFileSync(script, lines.join("\n"));
  return script;
}

test("where ptrace is refused, programs of the tree and their children are answered by the library", needsFaulting("root", "gcc"), () => {
  const asked = 'systemd-detect-virt --vm; cat /sys/class/dmi/id/sys_vendor; sh -c "$0 asking 3 1; $1 | head -1; echo $LD_PRELOAD"';
  const line = ["sh", "-c", asked, compile("tree"), compile("vmware-question")];
  const under = (...front: readonly string[]) => run([...front, process.execPath, runScript(), JSON.stringify(effect), ...line]);
  const inside = (preload: string) => `vmware\nVMware, Inc.\nforged 3, real 0\n564d5868 10 5658 4: 6 564d5868 2 5658\n${preload}\n`;
  const refused = under(compile("narrowed"), "refuse", "ptrace", "--");
  assert.equal(refused.stdout, inside("/opt/libprofile.so"), refused.stderr);
  assert.match(refused.stderr, /Nobody may trace here/);
  const traced = under();
  assert.equal(traced.stdout, inside(""), traced.stderr);
  assert.doesNotMatch(traced.stderr, /Nobody may trace/);
});

test("whether anybody may trace is tried", needs("gcc"), () => {
  assert.equal(mayTrace(TRACER), true);
  const script = join(folder, "may-trace.ts");
  const source = join(import.meta.dirname, "..", "..", "src", "disguise", "tracer", "may-trace.ts");
  writeFileSync(script, `import { mayTrace } from ${JSON.stringify(source)};\nconsole.log(mayTrace(${JSON.stringify(TRACER)}));\n`);
  for (const how of ["refuse", "kill"])
    assert.equal(run([compile("narrowed"), how, "ptrace", "--", process.execPath, script]).stdout, "false\n");
  assert.equal(mayTrace(join(folder, "no-such-tracer")), false);
});

test("with neither a tracer nor the library the instructions stay, and that is said", () => {
  const host: HostTree = hostTree(false);
  const programs = { guard: Buffer.from("guard"), sleeper: Buffer.from("sleeper") };
  const asked = { effects: [effect], command: ["true"], environment: { HOME: "/" }, folder: "/", umask: 0o22 };
  const without = planRun(asked, { host, isAdmin: true, programs });
  assert.match(without.leftOut.join(), /no tracer that can be used here/);
  assert.deepEqual(
    without.records.find(([verb]) => verb === "environment"),
    ["environment", "HOME=/"],
  );
  const preload = Buffer.from("library");
  const under = planRun(asked, { host, isAdmin: true, programs, preload });
  assert.deepEqual(
    under.records.find(([verb]) => verb === "environment"),
    ["environment", "HOME=/", "LD_PRELOAD=/opt/libprofile.so", "MACHINE_PROFILE=/opt/profile"],
  );
  const nowhere = { ...host, look: (path: string) => (/^\/(opt|srv|mnt|media)$/.test(path) ? undefined : host.look(path)) };
  assert.match(planRun(asked, { host: nowhere, isAdmin: true, programs, preload }).leftOut.join(), /no tracer that can be used here/);
  assert.deepEqual(
    planRun({ ...asked, effects: [vmware] }, { host, isAdmin: true, programs, preload }).limits,
    planRun({ ...asked, effects: [vmware] }, { host, isAdmin: true, programs }).limits,
  );
});
