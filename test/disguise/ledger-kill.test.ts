import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import test, { after } from "node:test";
import { promisify } from "node:util";
import { Ledger } from "../../src/steward/ledger/ledger.ts";
import { takeSnapshot } from "../../src/steward/ledger/snapshot.ts";
import { needs } from "../rig/needs.ts";
import { attributesBelow, hostWith, kernelOf, makeOrUndo, makeRoot, steppingPorts, storeIn } from "./ledger-rig.ts";

/** A kill -9 at every step, and in the middle of every write: the next start brings everything back, to the nanosecond. */
// In memory: thousands of writes are made durable.
const folder = mkdtempSync("/dev/shm/disguise-ledger-");
after(() => rmSync(folder, { recursive: true, force: true }));
const start = promisify(execFile);
const VICTIM = join(import.meta.dirname, "ledger-victim.ts");

const full = needs("root", "paramiko");

test("changes are undone exactly wherever making them was killed", full, () => everyStep("apply"));

test("changes are undone exactly wherever undoing them was killed", full, () => everyStep("revert"));

/** Each step is where it stops once, by an exception that nothing catches; each twelfth by a real kill -9 as well. */
async function everyStep(what: "apply" | "revert"): Promise<void> {
  const template = mkdtempSync(join(folder, "template-"));
  makeRoot(template);
  const steps = stopped(prepared(template, what), what, 0);
  assert.ok(steps > 50, `${steps} steps`);
  for (let at = 1; at <= steps; at += 1) {
    const copy = prepared(template, what);
    assert.throws(() => stopped(copy, what, at), { message: "stopped" });
    bringBack(copy, snapshotOf(template, false), `stopped at step ${at} of ${what}`);
  }
  for (let at = 1; at <= steps; at += 12) {
    const copy = prepared(template, what);
    await assert.rejects(start(process.execPath, [VICTIM, copy, what, `${at}`]), { signal: "SIGKILL" });
    bringBack(copy, snapshotOf(template, true), `killed at step ${at} of ${what}`);
  }
}

function bringBack(copy: string, whole: unknown, when: string): void {
  const ledger = new Ledger(storeIn(copy), hostWith(join(copy, "kernel")));
  assert.deepEqual([ledger.recover(), ledger.recover(), ledger.revert()], [[], [], []], when);
  assert.deepEqual(snapshotOf(copy, when.startsWith("killed")), whole, when);
  assert.deepEqual(new Ledger(storeIn(copy), hostWith(join(copy, "kernel"))).entries, []);
  rmSync(copy, { recursive: true });
}

function prepared(template: string, what: "apply" | "revert"): string {
  const copy = copyOf(template);
  if (what === "revert") stopped(copy, "apply", 0);
  return copy;
}

/** How many steps there were. */
function stopped(copy: string, what: "apply" | "revert", at: number): number {
  const ports = steppingPorts(copy, at, () => {
    throw new Error("stopped");
  });
  makeOrUndo(what, copy, ports);
  return ports.steps();
}

let copies = 0;

function copyOf(template: string): string {
  copies += 1;
  const copy = join(folder, `copy-${copies}`);
  mkdirSync(copy);
  execFileSync("cp", ["-a", `${template}/.`, copy]);
  return copy;
}

/** With extended attributes only where that is asked for: another program must read them. */
function snapshotOf(copy: string, attributes: boolean): unknown {
  const root = join(copy, "root");
  return { files: attributes ? takeSnapshot(root, attributesBelow(root)) : takeSnapshot(root), kernel: kernelOf(copy) };
}
