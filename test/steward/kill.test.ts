import assert from "node:assert/strict";
import { statSync } from "node:fs";
import test from "node:test";
import { needs } from "../rig/needs.ts";
import { PrivateHost } from "./private-host.ts";

/** The steward is killed in the middle; whoever asks next finds the host as before, or under the whole disguise, and never anything between. */
const full = needs("root", "unshare");
const APPLY = ["disguise", "apply", "lazy-honeypot", "--scope", "host"] as const;

/**
 * Kills the steward when its ledger has grown by so many bytes since the command began, and answers whether that came in time: where this
 * machine is busy with others, the command may be over before anybody has looked.
 */
async function killedAt(host: PrivateHost, grownBytes: number, command: readonly string[]): Promise<boolean> {
  const ledger = host.outside(`${host.folder}/ledger/ledger`);
  host.shell("rm -f /run/utsusemi-steward/socket");
  const steward = host.spawnUtsusemi("steward");
  const ended = new Promise((resolve) => steward.once("exit", resolve));
  await host.sees("test -S /run/utsusemi-steward/socket");
  const sizeBefore = sizeOf(ledger);
  const asking = host.utsusemi(...command);
  // Whoever waits for the next turn of the event loop looks too late.
  for (const from = Date.now(); Math.abs(sizeOf(ledger) - sizeBefore) < grownBytes && Date.now() - from < MOST_MS; ) sleepMs(0.2);
  steward.kill("SIGKILL");
  await ended;
  const { code, err } = await asking;
  assert.ok(code === 0 || err.includes("ended before it answered"), err);
  return code !== 0;
}

const MOST_MS = 60_000;
const MOST_TRIES = 8;

function sleepMs(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

test("killed while it applies: the next start leaves the host as it was, and the same apply succeeds", full, async () => {
  await using host = await PrivateHost.start();
  for (const grown of [300, 15_000]) {
    for (let tries = 1; !(await killedAt(host, grown, APPLY)); tries += 1) {
      assert.ok(tries < MOST_TRIES, "never in time");
      assert.equal((await host.utsusemi("disguise", "revert")).code, 0);
    }
    if (grown > 1000) assert.notDeepEqual(host.differences(), [], "it was in the middle");
    const status = JSON.parse((await host.utsusemi("disguise", "status", "--json")).out);
    assert.equal(status.state, "none");
    assert.deepEqual(host.differences(), [], `after ${grown} bytes`);
    assert.equal(host.shell("hostname"), "private-host\n");
  }
  const { code, err } = await host.utsusemi(...APPLY);
  assert.equal(code, 0, err);
  assert.equal((await host.utsusemi("disguise", "revert")).code, 0);
  assert.deepEqual(host.differences(), []);
});

test("killed while it reverts: the next start goes on with it", full, async () => {
  await using host = await PrivateHost.start();
  for (const grown of [3000]) {
    let tries = 0;
    do {
      tries += 1;
      assert.ok(tries < MOST_TRIES, "never in time");
      assert.equal((await host.utsusemi(...APPLY)).code, 0);
    } while (!(await killedAt(host, grown, ["disguise", "revert"])));
    const status = JSON.parse((await host.utsusemi("disguise", "status", "--json")).out);
    assert.deepEqual([status.state, status.conflicts], ["none", []]);
    assert.deepEqual(host.differences(), [], `after ${grown} bytes`);
  }
});
