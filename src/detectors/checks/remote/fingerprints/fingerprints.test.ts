import assert from "node:assert/strict";
import test from "node:test";
import { judgeAll } from "../../../check.ts";
import { canEmit, type Fingerprint, loadFingerprints, matchPort } from "../../../fingerprints/index.ts";
import { remoteView } from "../../../views/build-view.ts";
import { checks } from "./index.ts";
import { examples } from "./testing/examples.ts";
import { hostileAnswers } from "./testing/hostile-views.ts";
import { viewAskedEverything, viewShowing } from "./testing/shown-view.ts";

const { all, products } = loadFingerprints();

for (const check of checks) {
  test(`${check.id} tells its product from a host that answers otherwise`, () => {
    const example = examples[check.id];
    assert.ok(example);
    assert.equal(check.judge(example.shown).verdict, "shown");
    assert.equal(check.judge(example.clean).verdict, "clean");
  });
}

test("what a product alone shows is told of no other product", () => {
  for (const entry of all.filter((one) => one.alsoReal === "never" && canEmit(one))) {
    const shown = judgeAll(checks, viewShowing([entry])).filter(({ judgement }) => judgement.verdict === "shown");
    assert.deepEqual(
      shown.map(({ id }) => id),
      [`fingerprint.${entry.product}`],
      entry.id,
    );
  }
});

test("what real products show too never counts alone", () => {
  for (const entry of all.filter((one) => one.alsoReal === "sometimes" && canEmit(one))) {
    const shown = judgeAll(checks, viewShowing([entry])).filter(({ judgement }) => judgement.verdict === "shown");
    assert.deepEqual(
      shown.map(({ id }) => id),
      [],
      entry.id,
    );
  }
});

test("two signs of one product that real products show too count together, by the product of their ratios", () => {
  const two = some("kojoney.banner", "kojoney.kexinit").concat(some("wordpot.title"));
  assert.equal(judgementOf("fingerprint.kojoney", two), "clean");
  const kippo = some("kippo.banner", "kippo.newlines");
  assert.equal(judgementOf("fingerprint.kippo", kippo), "shown");
  const check = checks.find(({ id }) => id === "fingerprint.kippo");
  const said = check?.judge(viewShowing(kippo));
  assert.ok(said?.verdict === "shown" && said.ratio === 10, JSON.stringify(said));
});

test("two signs in one answer count as one", () => {
  assert.equal(judgementOf("fingerprint.snare", some("snare.contradiction", "snare.cookie")), "shown", "on two ports");
  const view = viewShowing(some("snare.bad-status-line"));
  const check = checks.find(({ id }) => id === "fingerprint.snare");
  assert.equal(check?.judge(view).verdict, "clean", "the answer holds both the server and the text");
});

test("a host with every port open is no product", () => {
  const ports = Array.from({ length: 3000 }, (_, port) => ({
    transport: "tcp" as const,
    port: port + 1,
    state: "open" as const,
    connectMs: [1],
    exchanges: [],
    trials: {},
  }));
  const shown = judgeAll(checks, remoteView({ ports })).filter(({ judgement }) => judgement.verdict === "shown");
  assert.deepEqual(shown, []);
});

test("hostile answers are judged quickly and without a throw", () => {
  for (const view of hostileAnswers()) {
    const begun = performance.now();
    for (const { id, judgement } of judgeAll(checks, view)) assert.notEqual(judgement.verdict, "shown", id);
    assert.ok(performance.now() - begun < 5000, "no pattern takes more than a few passes");
  }
});

test("every product of which something can be told has a check", () => {
  assert.ok(checks.length >= 40, String(checks.length));
  assert.ok(products.length >= 55, String(products.length));
});

function some(...ids: readonly string[]): Fingerprint[] {
  return ids.map((id) => {
    const entry = all.find((one) => one.id === id);
    assert.ok(entry, id);
    return entry;
  });
}

function judgementOf(id: string, entries: readonly Fingerprint[]): string | undefined {
  return checks.find((check) => check.id === id)?.judge(viewShowing(entries)).verdict;
}

test("no answer, whatever it is asked, holds what another product alone shows", () => {
  const problems: string[] = [];
  for (const entry of all.filter(canEmit)) {
    const { ports } = viewAskedEverything(entry);
    for (const other of all.filter((one) => one.alsoReal === "never" && one.product !== entry.product))
      if (ports.some((port) => matchPort(other, port))) problems.push(`${entry.id} answers like ${other.id}`);
  }
  assert.deepEqual(problems, []);
});
