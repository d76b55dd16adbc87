import assert from "node:assert/strict";
import test from "node:test";
import { assess } from "./assess.ts";
import { clean, type Finding, shown, unknown } from "./check.ts";

function finding(id: string, parts: Partial<Finding> = {}): Finding {
  return { id, class: "kind", side: "remote", family: id, looksAt: id, reason: id, ratio: 10, source: "", judgement: shown("x"), ...parts };
}

const looks = Array.from({ length: 7 }, (_, n) => finding(`clean-${n}`, { judgement: clean("ordinary") }));

test("a host that shows nothing is real once enough was looked at, and undecided before", () => {
  assert.equal(assess(looks).verdict, "real");
  assert.equal(assess(looks.slice(1)).verdict, "undecided");
  assert.equal(assess(looks.map((one) => ({ ...one, judgement: unknown("no right") }))).verdict, "undecided");
});

test("looking for many products' fingerprints is one look", () => {
  const fingerprints = Array.from({ length: 40 }, (_, n) => finding(`fingerprint.p${n}`, { judgement: clean("none is there") }));
  assert.equal(assess([...looks.slice(2), ...fingerprints]).verdict, "undecided");
  assert.equal(assess([...looks.slice(1), ...fingerprints]).verdict, "real");
});

test("one sign of a product decides", () => {
  const { verdict, likelihood, reasons } = assess([...looks, finding("cowrie", { ratio: 500 })]);
  assert.equal(verdict, "honeypot");
  assert.ok(likelihood > 0.95 && likelihood < 1);
  assert.deepEqual(
    reasons.map((reason) => reason.finding.id),
    ["cowrie"],
  );
});

test("two weak signs of two families say more than two of one", () => {
  const apart = assess([...looks, finding("a"), finding("b")]);
  const together = assess([...looks, finding("a", { family: "f" }), finding("b", { family: "f" })]);
  assert.ok(apart.likelihood > together.likelihood);
  assert.ok(together.likelihood > assess([...looks, finding("a")]).likelihood);
});

test("no number of signs of a virtual machine makes a honeypot", () => {
  const signs = Array.from({ length: 60 }, (_, n) => finding(`vm-${n}`, { class: "virtual-machine", ratio: 2 }));
  assert.notEqual(assess([...looks, ...signs]).verdict, "honeypot");
});

test("a graded sign counts with its own ratio, and the order of findings changes nothing", () => {
  const signs = [finding("a", { judgement: shown("x", 3) }), finding("b", { ratio: 20 }), ...looks];
  assert.deepEqual(
    assess(signs).reasons.map(({ finding: { id } }) => id),
    ["b", "a"],
  );
  assert.equal(assess(signs).likelihood, assess([...signs].reverse()).likelihood);
});
