import assert from "node:assert/strict";
import test from "node:test";
import { needs } from "../rig/needs.ts";
import { killedAtEveryStep } from "./ledger/killed-at-every-step.ts";

/** Files, directories, links, ACLs, capabilities and times: the next start brings everything back, to the nanosecond. */
const full = needs("root", "gcc", "ip", "setfacl", "setfattr", "unshare");

test("files are as before wherever making the changes was killed", full, async (context) => {
  const steps = await killedAtEveryStep("apply", "files");
  context.diagnostic(`${steps} steps`);
  assert.ok(steps > 90, `${steps} steps`);
});

test("files are as before wherever undoing the changes was killed", full, async (context) => {
  const steps = await killedAtEveryStep("revert", "files");
  context.diagnostic(`${steps} steps`);
  assert.ok(steps > 90, `${steps} steps`);
});
