import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { localDetectors } from "../../src/detectors/local-detectors.ts";
import { recordingFiles } from "../../src/detectors/views/recorded-files.ts";
import { encodeLocalView } from "../../src/detectors/views/view-file.ts";
import { planStory } from "../../src/disguise/plan.ts";
import { predict } from "../../src/disguise/plan-prediction.ts";
import { siteOf } from "../../src/disguise/site.ts";
import { loadStories, loadStory } from "../../src/disguise/stories/load-stories.ts";
import { metalHost } from "../../src/disguise/testing/hosts.ts";
import { jsonLines, Site, told, toldJson, utsusemi } from "../rig/command.ts";

/** A saved view of the server on metal, holding all that was asked of it by detectors and by every story's plan. */
function savedMetal(site: Site): string {
  const files = recordingFiles(metalHost.files);
  const view = { ...metalHost, files };
  for (const story of loadStories()) {
    const { plan } = planStory({ story, view, site: siteOf(view, "here"), acceptRisk: true });
    if (plan !== undefined) predict(view, plan);
  }
  return site.file("metal.json", encodeLocalView(view, files.recorded()));
}

test("clues: the whole catalogue, each with what it needs here and whether it is built", async () => {
  const clues = await toldJson(["clues"]);
  assert.ok(clues.length >= 85);
  assert.ok(
    clues.every(({ id, shows, built, here }) => id !== "" && shows !== "" && typeof built === "boolean" && typeof here === "object"),
  );
  assert.match(await told(["clues"]), /^CLUE +COST +RISK +NEEDS HERE +SHOWS\n(?:.+\n){85}/);
});

test("story list and show", async () => {
  const names = (await toldJson(["story", "list"])).map(({ name }) => name);
  assert.deepEqual(names, ["container-sensor", "lazy-honeypot", "metal", "monitored-host", "virtualbox-sandbox", "vmware-sandbox"]);
  assert.match(await told(["story", "show", "vmware-sandbox"]), /processor\.port\.version +required +0 +2/);
  const { code, err } = await utsusemi(["story", "show", "nothing"]);
  assert.notEqual(code, 0);
  assert.match(err, /There is no story nothing/);
});

test("disguise plan of this host: every known detector before and after, and nothing is changed", async () => {
  const lines = await toldJson(["disguise", "plan", "lazy-honeypot"]);
  const known = lines.filter(({ line }) => line === "known").map(({ id }) => id);
  assert.deepEqual(
    known,
    localDetectors.known.map(({ id }) => id),
  );
  const plan = lines.at(-1);
  assert.deepEqual([plan?.["line"], plan?.["story"], plan?.["needsAcceptedRisk"]], ["plan", "lazy-honeypot", false]);
  assert.ok(lines.some(({ line, id }) => line === "clue" && id === "files.cowrie"));
  assert.match(JSON.stringify(plan?.["distance"]), /^\{"bits":[\d.]+,"entries":[1-9]\d*,"by":\[\["words",[\d.]+\],.*,"most":30\}$/);
  assert.match(await told(["disguise", "plan", "metal"]), /^Distance of its 0 new files from an ordinary tree: 0 bits, at most 0\.$/m);
});

test("disguise plan of a saved view: the same seed the same plan, another another; risk is said", async () => {
  using site = new Site();
  const view = savedMetal(site);
  const [one, other] = ["one", "other"].map((seed) => site.file(`${seed}.seed`, `${seed}\n`));
  const planOf = async (seed = "") =>
    jsonLines(await told(["disguise", "plan", "vmware-sandbox", "--from", view, "--seed-file", seed, "--json"]));
  const [first, again, second] = [await planOf(one), await planOf(one), await planOf(other)];
  assert.deepEqual(first, again);
  assert.notDeepEqual(first, second);
  const says = Object.fromEntries(first.filter(({ line }) => line === "known").map(({ id, after }) => [String(id), String(after)]));
  for (const [id, beginning] of Object.entries(loadStory("vmware-sandbox").promises))
    assert.ok(
      (says[id] ?? "").split("\n").some((line) => line.startsWith(beginning)),
      `${id}: ${says[id]}`,
    );
  assert.equal(first.at(-1)?.["needsAcceptedRisk"], true);
  assert.match(await told(["disguise", "plan", "vmware-sandbox", "--from", view]), /only with the risk accepted/);
});

test("disguise plan refuses contradictions, small budgets and files that are none", async () => {
  using site = new Site();
  const view = savedMetal(site);
  const refused = async (...args: readonly string[]) => {
    const { code, err } = await utsusemi(["disguise", "plan", "lazy-honeypot", "--from", view, ...args]);
    assert.notEqual(code, 0);
    return err;
  };
  assert.match(
    await refused("--with", "people.host-name.honeypot"),
    /people\.host-name\.cowrie and people\.host-name\.honeypot contradict/,
  );
  assert.match(await refused("--with", "firmware.metal"), /forbids firmware\.metal/);
  assert.match(await refused("--budget", "1"), /costs 2, and the budget is 1/);
  assert.match(await refused("--seed-file", site.file("empty", "")), /is empty/);
  const { err } = await utsusemi(["disguise", "plan", "metal", "--from", join(site.folder, "empty")]);
  assert.match(err, /no saved view/);
});
