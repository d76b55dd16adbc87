import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import test from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { needs } from "../rig/needs.ts";
import { PrivateHost } from "./private-host.ts";

/** The steward is killed in the middle; whoever asks next finds the host as before, or under the whole disguise, and never anything between. */
const full = needs("root", "unshare");
const APPLY = ["disguise", "apply", "lazy-honeypot", "--scope", "host"] as const;

/** Kills the steward when its ledger has grown by so many bytes since the command began. The ledger's longest line is much shorter than that. */
async function killedAt(host: PrivateHost, grownBytes: number, command: readonly string[]): Promise<void> {
  const ledger = host.outside(`${host.folder}/ledger/ledger`);
  const socket = host.outside(`${host.folder.replace("/var/lib", "/run")}/socket`);
  host.shell("rm -f /run/utsusemi-steward/socket");
  const steward = host.spawnUtsusemi("steward");
  const ended = new Promise((resolve) => steward.once("exit", resolve));
  await until(() => existsSync(socket));
  const sizeBefore = sizeOf(ledger);
  const asking = host.utsusemi(...command);
  await until(() => sizeOf(ledger) - sizeBefore >= grownBytes);
  steward.kill("SIGKILL");
  await ended;
  const { code, err } = await asking;
  assert.notEqual(code, 0);
  assert.match(err, /The steward ended before it answered/);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

async function until(holds: () => boolean): Promise<void> {
  for (const giveUp = AbortSignal.timeout(60_000); !holds(); await wait(1)) giveUp.throwIfAborted();
}

test("killed while it applies: the next start leaves the host as it was, and the same apply succeeds", full, async () => {
  await using host = await PrivateHost.start();
  for (const grown of [300, 6000, 15_000]) {
    await killedAt(host, grown, APPLY);
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
  for (const grown of [200, 3000]) {
    assert.equal((await host.utsusemi(...APPLY)).code, 0);
    await killedAt(host, grown, ["disguise", "revert"]);
    const status = JSON.parse((await host.utsusemi("disguise", "status", "--json")).out);
    assert.deepEqual([status.state, status.conflicts], ["none", []]);
    assert.deepEqual(host.differences(), [], `after ${grown} bytes`);
  }
});
