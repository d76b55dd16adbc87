import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { carriedAround, guardProgram } from "../../src/disguise/run/carried-around.ts";
import type { Carriage } from "../../src/steward/apply/carriage.ts";
import { needs } from "../rig/needs.ts";
import { carry } from "./service-rig.ts";

/** Before anything is changed, the guard is tried with the service's plan and account. */
const folder = mkdtempSync(join(tmpdir(), "service-trial-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function carried(lines: string): Carriage {
  const parts = { around: carriedAround(), guard: guardProgram() };
  const effect = { files: { "/etc/hostname": "svr-trial\n" } };
  return carry("service:a", { "a.service": { text: `[Service]\nExecStart=/bin/a\n${lines}\n` } }, { effect, folder, parts });
}

/** With the contents of some files replaced. */
async function tried(
  { changes, trials = [] }: Carriage,
  replaced: (path: string) => string | undefined = () => undefined,
): Promise<string | undefined> {
  assert.equal(trials.length, 1);
  const given = changes.map((change) => {
    const text = change.kind === "file" ? replaced(change.path) : undefined;
    return text === undefined ? change : { ...change, contents: Buffer.from(text).toString("base64") };
  });
  const answer = await trials[0]?.(given);
  assert.deepEqual(readdirSync(folder), []);
  return answer;
}

test("a plan that can be set up here passes, with root's rights and with an account's", needs("root"), async () => {
  assert.equal(await tried(carried("")), undefined);
  assert.equal(await tried(carried("User=www-data")), undefined);
});

test("a guard that cannot start, and a plan that it refuses, are said", needs("root"), async () => {
  const whole = carried("");
  const isGuard = (path: string) => path === whole.planFile?.replace(".plan", "");
  assert.match(
    (await tried(whole, (path) => (isGuard(path) ? "#!/bin/false\n" : undefined))) ?? "",
    /^A test start for a\.service failed, so nothing was changed: it ended with 1\.$/,
  );
  assert.match((await tried(whole, (path) => (path === whole.planFile ? "broken" : undefined))) ?? "", /the plan is broken/);
  assert.match((await tried(whole, (path) => (path === whole.planFile ? "" : undefined))) ?? "", /A test start/);
});
