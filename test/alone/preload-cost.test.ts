import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";
import { preloadEnvironment } from "../../src/disguise/preload/preload.ts";
import { asVmware, compilePreloaded, LIBRARY } from "../disguise/preload-rig.ts";
import { needsFaulting, run, vmware } from "../disguise/tracer-rig.ts";

/** What the preload library costs a program: at its start, and while it computes. The fastest of several runs, in turn with and without. */
const ROUNDS = 12;
const PROGRAMS = 40;

test("a program starts less than 5 ms later with the library, CPUID forged", needsFaulting(), () => {
  const without = { PATH: "/usr/bin:/bin" };
  const environments = [without, preloadEnvironment({ library: LIBRARY, spec: vmware }, without)] as const;
  const [plain, forged] = fastest(
    ROUNDS,
    environments.map((env) => () => started(env)),
  );
  const later = ((forged ?? Number.NaN) - (plain ?? Number.NaN)) / PROGRAMS;
  assert.ok(later < 5, `${later.toFixed(2)} ms`);
});

test("a loop takes no longer with the library", needsFaulting("gcc"), () => {
  const program = compilePreloaded("cost");
  const [plain, forged] = fastest(ROUNDS, [() => Number(run(["env", program]).stdout), () => Number(asVmware(program).stdout)]);
  const ratio = (forged ?? Number.NaN) / (plain ?? Number.NaN);
  assert.ok(ratio > 0.5 && ratio < 1.05, `${ratio.toFixed(3)}`);
});

/** Milliseconds that a shell takes for a number of programs, one after the other; the shell itself is one of them. */
function started(env: Readonly<Record<string, string | undefined>>): number {
  const begin = performance.now();
  const { status } = spawnSync("sh", ["-c", `for i in $(seq ${PROGRAMS}); do /bin/true; done`], { env });
  assert.equal(status, 0);
  return performance.now() - begin;
}

function fastest(rounds: number, measures: readonly (() => number)[]): readonly number[] {
  const all = Array.from({ length: rounds }, () => measures.map((measure) => measure()));
  return measures.map((_, at) => Math.min(...all.map((round) => round[at] ?? Number.NaN)));
}
