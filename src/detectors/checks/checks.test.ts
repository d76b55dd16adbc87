import assert from "node:assert/strict";
import test from "node:test";
import type { Check, Example } from "../check.ts";
import { localChecks } from "../local-detectors.ts";
import { remoteChecks } from "../remote-detectors.ts";
import { blindLocalView, remoteView } from "../views/build-view.ts";
import { examples as localKind } from "./local/kind/testing/examples.ts";
import { examples as localLogging } from "./local/logging/testing/examples.ts";
import { examples as localTrait } from "./local/trait/testing/examples.ts";
import { examples as machine } from "./local/vm/testing/examples.ts";
import { examples as fingerprints } from "./remote/fingerprints/testing/examples.ts";
import { examples as remoteKind } from "./remote/kind/testing/examples.ts";
import { examples as stack } from "./remote/stack/testing/examples.ts";
import { examples as remoteTrait } from "./remote/trait/testing/examples.ts";

/** A check counts when it has a view that shows it, a view that is clean, and a reason of its own. Here every check is held to that. */
const LEAST = 120;

test("there are enough checks, and each has an id and a reason that no other has", () => {
  const all = [...localChecks, ...remoteChecks];
  assert.ok(all.length >= LEAST, String(all.length));
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
  assert.equal(new Set(all.map(({ reason }) => reason)).size, all.length);
  for (const { id, ratio, looksAt, source } of all) {
    assert.match(id, /^[a-z0-9]+(\.[a-z0-9]+(-[a-z0-9]+)*)+$/);
    assert.ok(ratio > 1, `${id}: a sign makes a honeypot likelier`);
    assert.ok(looksAt !== "" && source !== "", id);
  }
});

test("the matrix has checks in every class, from inside and from outside", () => {
  const places = new Set([...localChecks, ...remoteChecks].map((check) => `${check.class} ${check.side}`));
  for (const wanted of ["trait", "kind", "logging"])
    for (const side of ["local", "remote"]) assert.ok(places.has(`${wanted} ${side}`), `${wanted} ${side}`);
  assert.ok(places.has("virtual-machine local"));
});

hold(localChecks, { ...localTrait, ...localKind, ...localLogging, ...machine }, blindLocalView);
hold(remoteChecks, { ...remoteTrait, ...remoteKind, ...fingerprints, ...stack }, remoteView());

function hold<View>(checks: readonly Check<View>[], examples: Readonly<Record<string, Example<View>>>, blind: View): void {
  for (const { id, judge } of checks) {
    test(`${id} has a view that shows it, one that is clean, and says nothing blindly`, () => {
      const example = examples[id];
      assert.ok(example !== undefined, "no example");
      assert.equal(judge(example.shown).verdict, "shown");
      assert.equal(judge(example.clean).verdict, "clean");
      assert.equal(judge(blind).verdict, "unknown");
    });
  }
  test(`no example is without its check (${checks[0]?.side})`, () => {
    const known = new Set(checks.map(({ id }) => id));
    assert.deepEqual(
      Object.keys(examples).filter((id) => !known.has(id)),
      [],
    );
  });
}
