import assert from "node:assert/strict";
import test from "node:test";
import { clueById } from "../../clues/index.ts";
import { knownRemoteDetectors } from "../../detectors/known/remote/index.ts";
import { remoteChecks } from "../../detectors/remote-detectors.ts";
import { setNames } from "../../detectors/responders/index.ts";
import { catalogue } from "../catalogue.ts";
import { planStory } from "../plan.ts";
import { predict } from "../plan-prediction.ts";
import { loadStories, loadStory } from "../stories/load-stories.ts";
import { metalHost, site } from "../testing/hosts.ts";
import { wireClues } from "./wire-clues.ts";
import { wireContradiction, wireOfStory } from "./wire-of-story.ts";
import { joinedWishes, wishLines } from "./wire-wish.ts";

const WHO_REACTS = new Set(["human", "malware", ...[...knownRemoteDetectors, ...remoteChecks].map(({ id }) => id)]);

test("every clue of the wire is in the catalogue as the network's, and asks for something", () => {
  for (const [id, wishOf] of Object.entries(wireClues)) {
    const clue = catalogue.find((one) => one.id === id);
    assert.ok(clue?.built, id);
    assert.deepEqual(clue.scope, ["network"], id);
    for (const reacting of clue.reacts) assert.ok(WHO_REACTS.has(reacting), `${id} ${reacting}`);
    const wish = wishOf(site);
    assert.ok(wishLines(wish).length > 0, id);
    const { sensorSets = [], unused, ...engines } = wish;
    for (const set of [...sensorSets, ...(unused?.responders ?? [])]) assert.ok(setNames().includes(set), `${id} ${set}`);
    const byEngine = unused !== undefined || Object.keys(engines).length > 0;
    assert.equal(clue.mechanisms.includes("engine"), byEngine, id);
    assert.equal(clue.needs.includes("bpf"), byEngine, id);
  }
});

test("wishes are joined, and none takes away what another asks for", () => {
  const joined = joinedWishes([
    { unused: { tarpit: ["23"] }, stack: { ttl: 128 }, delayMs: 40 },
    { unused: { tarpit: ["23", "81"], responders: ["dionaea"] }, stack: { ipId: "zero" }, land: true, delayMs: 20 },
    { handOver: [{ port: 22, decoy: "ssh" }], sensorSets: ["tpot"] },
  ]);
  assert.deepEqual(joined, {
    unused: { tarpit: ["23", "81"], responders: ["dionaea"] },
    land: true,
    delayMs: 40,
    stack: { ttl: 128, ipId: "zero" },
    handOver: [{ port: 22, decoy: "ssh" }],
    sensorSets: ["tpot"],
  });
  assert.deepEqual(joinedWishes([]), {});
});

test("a site always asks for the same, and sites differ", () => {
  const story = { wire: ["network.holding-ports", "network.slow-echo"] };
  const asked = (seed: string) => JSON.stringify(wireOfStory(story, { seed }).wish);
  assert.equal(asked("one"), asked("one"));
  assert.ok(new Set(Array.from({ length: 20 }, (_, n) => asked(`site ${n}`))).size > 10);
});

test("what a story shows on the wire is in its plan, and changes nothing that a local detector sees", () => {
  for (const story of loadStories().filter(({ name }) => name !== "metal")) {
    const [withIt, without] = [story, { ...story, wire: [] }].map((one) =>
      planStory({ story: one, view: metalHost, site, acceptRisk: true }),
    );
    assert.ok(withIt?.status === "planned" && without?.status === "planned", story.name);
    assert.deepEqual(withIt.plan.wire?.shown.map(({ clue }) => clue.id).toSorted(), [...(story.wire ?? [])].sort(), story.name);
    assert.deepEqual(predict(metalHost, withIt.plan), predict(metalHost, without.plan), story.name);
    assert.deepEqual([withIt.plan.cost, withIt.plan.effect], [without.plan.cost, without.plan.effect]);
  }
});

test("a clue of the wire can be wanted beside a story's own, unless it contradicts them or is forbidden", () => {
  const plan = (also: readonly string[], forbidden: readonly string[] = []) =>
    planStory({ story: { ...loadStory("lazy-honeypot"), forbidden }, view: metalHost, site, also });
  const planned = plan(["network.slow-echo"]);
  assert.ok(planned.status === "planned");
  assert.ok(planned.plan.wire?.shown.some(({ clue }) => clue.id === "network.slow-echo"));
  assert.ok((planned.plan.wire?.wish.delayMs ?? 0) >= 40);
  const against = plan(["network.port-set", "network.all-ports"]);
  assert.ok(against.status === "refused" && against.refusal.why === "contradiction");
  const forbidden = plan(["network.slow-echo"], ["network.slow-echo"]);
  assert.ok(forbidden.status === "refused" && forbidden.refusal.why === "forbidden");
});

test("all ports and one product's ports are two stories", () => {
  assert.ok(clueById("network.all-ports")?.excludes.includes("network.port-set"));
  assert.equal(wireContradiction(["network.land", "network.nonsense"]), undefined);
});
