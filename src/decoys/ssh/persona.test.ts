import assert from "node:assert/strict";
import test from "node:test";
import { checkShape } from "../../shape/shape.ts";
import { sshPersona } from "./persona.ts";
import { cowrieDefault, debianDropbear, debianOpenssh, kippoDefault } from "./testclient/test-personas.ts";

test("personas of real systems and imitations are taken", () => {
  for (const persona of [debianOpenssh, debianDropbear, cowrieDefault, kippoDefault]) {
    assert.deepEqual(checkShape(sshPersona, persona).problems, []);
  }
});

test("a persona of a real system that announces what does not work is refused, with the place", () => {
  const { problems } = checkShape(sshPersona, { ...cowrieDefault, unsupportedFails: false });
  assert.deepEqual(
    problems.map(({ path }) => path),
    [["ciphers", 7]],
  );
});

test("a group exchange needs a size", () => {
  const { problems } = checkShape(sshPersona, { ...debianOpenssh, moduliBits: [] });
  assert.deepEqual(
    problems.map(({ path }) => path),
    [["moduliBits"]],
  );
});
