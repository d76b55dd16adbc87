import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";
import { container, ENVIRONMENT, honeypot, runUnder, vmware } from "../disguise/run-rig.ts";
import { needs } from "../rig/needs.ts";

/** A disguised tree works as fast as any other: nothing stands between it and the kernel but mounts. */
const EFFECTS = [honeypot, container, vmware];
/** The least of these rounds is what counts; more are only needed where others keep the machine busy. */
const FEWEST_ROUNDS = 5;
const MOST_ROUNDS = 20;
const MOST = 1.05;

const WORK: Readonly<Record<string, string>> = {
  "find /usr": "find /usr >/dev/null; find /usr >/dev/null",
  "a loop of the processor": "i=0; while [ $i -lt 600000 ]; do i=$((i+1)); done",
};

for (const [name, line] of Object.entries(WORK))
  test(`${name} takes at most ${MOST} times as long under the disguise`, needs("root"), (context) => {
    const plain = () => userAndSystem(spawnSync("bash", ["-c", timed(line)], { encoding: "utf8", env: ENVIRONMENT }).stderr);
    const disguised = () => userAndSystem(runUnder(EFFECTS, ["bash", "-c", timed(line)]).stderr);
    plain();
    const least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    let ratio = Number.POSITIVE_INFINITY;
    for (let round = 0; round < FEWEST_ROUNDS || (round < MOST_ROUNDS && ratio > MOST); round += 1) {
      for (const [at, measure] of [plain, disguised].entries()) least[at] = Math.min(least[at] ?? 0, measure());
      ratio = (least[1] ?? 0) / (least[0] ?? 0);
    }
    context.diagnostic(`${name}: ${least[0]} s plain, ${least[1]} s disguised, ${ratio.toFixed(3)} times`);
    assert.ok(ratio <= MOST, `${ratio}`);
  });

/** Processor time, which others on the machine disturb least. */
function timed(line: string): string {
  return `TIMEFORMAT='%3U %3S'; time { ${line}; }`;
}

function userAndSystem(text: string): number {
  const [, user, system] = /(\d+\.\d+) (\d+\.\d+)\s*$/.exec(text) ?? [];
  return Number(user) + Number(system);
}
