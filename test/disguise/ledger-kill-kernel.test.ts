import assert from "node:assert/strict";
import test from "node:test";
import { needs } from "../rig/needs.ts";
import { killedAtEveryStep } from "./ledger/killed-at-every-step.ts";

/** Mounts, settings, network links and processes, in namespaces of their own; modules are a file here. */
const full = needs("root", "gcc", "ip", "setfacl", "setfattr", "unshare");

test("the kernel is as before wherever making the changes was killed", full, async (context) => {
  const steps = await killedAtEveryStep("apply", "kernel");
  context.diagnostic(`${steps} steps`);
  assert.ok(steps > 40, `${steps} steps`);
});

test("the kernel is as before wherever undoing the changes was killed", full, async (context) => {
  const steps = await killedAtEveryStep("revert", "kernel");
  context.diagnostic(`${steps} steps`);
  assert.ok(steps > 40, `${steps} steps`);
});
