import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { loadStories } from "../../../src/disguise/stories/load-stories.ts";
import type { Series } from "../../disguise/module/kernel-tree.ts";
import { PORT } from "./detectors-inside.ts";
import { DisguisedGuest, PREPARE, START_COMMANDS, START_STEWARD } from "./disguised-guest.ts";
import { Guest, type GuestOptions } from "./guest.ts";
import { needsGuest } from "./needs-guest.ts";

type Said = Readonly<Record<string, string>>;

/** In which scopes each story is applied together; none: to the whole host. */
export interface InGuest extends GuestOptions {
  readonly kernel: Series;
  readonly scopes: readonly ("service:looker" | "slice:traps" | "user:deploy")[];
  readonly half: Half;
}

/** Which stories, by their place in the list: no test file should take as long as all of them do. */
export type Half = "first" | "second";

export function storyNames(half: Half): readonly string[] {
  const names = loadStories().map(({ name }) => name);
  const middle = Math.ceil(names.length / 2);
  return half === "first" ? names.slice(0, middle) : names.slice(middle);
}

/**
 * Each story applied, looked at and reverted in a guest: what the detectors say before, under and after is what was foretold, and afterwards the host
 * is as it was: files, mounts, modules, settings, links and users.
 */
export function storiesInGuest({ scopes, half, ...options }: InGuest): void {
  const where = scopes.length === 0 ? "the whole host" : scopes.join(" and ");
  describe(`the ${half} stories for ${where} on ${options.kernel}`, needsGuest(), () => {
    let guest: Guest;
    let host: DisguisedGuest;
    let real: Said = {};
    let toLogin: Said = {};
    const unit = scopes.includes("slice:traps") ? "trap" : "looker";

    before(async () => {
      guest = await Guest.make(options);
      await guest.boot();
      await guest.do(`${PREPARE}${START_STEWARD}${START_COMMANDS}`);
      host = new DisguisedGuest(guest);
      if (scopes.length > 0) await host.start(unit);
      real = scopes.length > 0 ? await host.saidBy(unit) : await host.saidToHost();
      if (scopes.includes("user:deploy")) toLogin = await host.saidToLogin("deploy");
      await host.remember("before");
    });
    after(() => guest.close());

    if (half === "first" && unit === "looker")
      test("before any story, detectors say what is foretold of the host as it is", async () => {
        const { printed } = await host.command("disguise", "plan", "monitored-host", "--json");
        isForetold(real, beforeIn(printed));
      });

    for (const name of storyNames(half))
      test(name, async () => {
        if (scopes.length > 0) await inScopes(host, { story: name, scopes, unit, real, toLogin, isVerified: name === storyNames(half)[0] });
        else await onWholeHost(host, name, real);
        await host.remember("after");
        assert.equal(await host.differences("before", "after"), "");
      });
  });
}

/** What detectors would say before a plan, in what `disguise plan --json` printed. */
function beforeIn(printed: string): Said {
  const lines: readonly { line: string; id: string; before: string }[] = printed
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  return Object.fromEntries(lines.filter(({ line }) => line === "known").map(({ id, before }) => [id, before]));
}

interface Case {
  readonly story: string;
  readonly scopes: InGuest["scopes"];
  readonly unit: string;
  /** What is said to the unit without any story, and to a login. */
  readonly real: Said;
  readonly toLogin: Said;
  /** It takes as long as the rest, so it is done for one story of each. */
  readonly isVerified: boolean;
}

/** `disguise verify` finds by itself what is asserted here, with the eyes of those whom it is shown to. */
async function isAsForetold(host: DisguisedGuest, scopes: number): Promise<void> {
  const { rows } = await host.disguise("disguise.verify");
  const equal = rows.filter(({ result }) => result === "equal");
  assert.ok(equal.length >= 7 * scopes, JSON.stringify(rows));
}

async function inScopes(host: DisguisedGuest, { story, scopes, unit, real, toLogin, isVerified }: Case): Promise<void> {
  await host.forget();
  const named = scopes.flatMap((scope) => ["--scope", scope]);
  const { applied, restarted } = await host.disguise("disguise.apply", story, ...named, "--restart", "--accept-risk");
  assert.deepEqual(restarted, [{ unit: `${unit}.service` }]);
  for (const { scope, before, foretold } of applied.scopes) {
    const isLogin = scope === "user:deploy";
    isForetold(isLogin ? toLogin : real, before, `${scope}, as it is`);
    const said = isLogin ? await host.saidToLogin("deploy") : await host.saidBy(unit);
    isForetold(said, foretold, `${scope}: ${JSON.stringify(applied.leftOut)}`);
  }
  if (isVerified) await isAsForetold(host, scopes.length);
  const { conflicts, failures, pending } = await host.disguise("disguise.revert");
  assert.deepEqual({ conflicts, failures }, { conflicts: [], failures: [] });
  assert.ok(
    pending.some((process) => process.unit === `${unit}.service`),
    `not pending: ${JSON.stringify(pending)}`,
  );
  await host.start(unit);
  assert.deepEqual(await host.saidBy(unit), real);
  if (scopes.includes("user:deploy")) assert.deepEqual(await host.saidToLogin("deploy"), toLogin);
  const { state, processes } = await host.disguise("disguise.status");
  assert.deepEqual({ state, processes }, { state: "none", processes: [] });
}

/** Stories of which all lies over files of /proc and /sys, which is done for process trees only. */
const FOR_TREES = ["metal"];

async function onWholeHost(host: DisguisedGuest, story: string, real: Said): Promise<void> {
  if (FOR_TREES.includes(story)) {
    const { status, said } = await host.command("disguise", "apply", story, "--scope", "host", "--accept-risk");
    assert.equal(status, 1);
    assert.match(said, /Nothing of this story can be shown there\.(.|\n)*\(disguise-unsupported\)/);
    return;
  }
  const { applied } = await host.disguise("disguise.apply", story, "--scope", "host", "--accept-risk");
  const foretold = applied.scopes[0]?.foretold ?? {};
  isForetold(await host.saidToHost(), foretold, JSON.stringify(applied.leftOut));
  const { conflicts, failures, pending } = await host.disguise("disguise.revert");
  assert.deepEqual({ conflicts, failures, pending }, { conflicts: [], failures: [], pending: [] });
  assert.deepEqual(await host.saidToHost(), real);
}

/** VMware's port answers exactly where VMware's own tool is foretold to find it. */
function isForetold(said: Said, foretold: Said, about = ""): void {
  const { [PORT]: port = "", ...detectors } = said;
  const expected = Object.keys(detectors).map((id): [string, string] => [id, foretold[id] ?? "not foretold"]);
  assert.deepEqual(detectors, Object.fromEntries(expected), about);
  const isVmware = /^VMware software version/.test(foretold["vmware-checkvm"] ?? "");
  assert.match(port, isVmware ? /^version eax=6 ebx=564d5868 / : /^version signal=11 /, about);
}
