import assert from "node:assert/strict";
import test from "node:test";
import { checkShape, choice, flag, integer, list, object, optional, record, standard, text } from "./shape.ts";

const shape = object("A thing", {
  name: text("Its name", { pattern: /^[a-z]+$/, allowed: "lower-case letters" }),
  colour: standard(choice("Its colour", ["red", "green"]), "red"),
  sizes: list("Its sizes", integer("A size", 1, 9)),
  shiny: optional(flag("Whether it shines")),
  parts: standard(record("Its parts", integer("How many", 0, 99)), {}),
});

test("a right value comes back with what was missing filled in", () => {
  const { value, problems } = checkShape(shape, { name: "cup", sizes: [1, 2] });
  assert.deepEqual(problems, []);
  assert.deepEqual(value, { name: "cup", colour: "red", sizes: [1, 2], parts: {} });
});

const mistakes = [
  ["a missing key", { sizes: [] }, "name", "is missing: Its name"],
  ["an unknown key", { name: "cup", sizes: [], colur: "red" }, "colur", "is not a known key"],
  ["a wrong choice", { name: "cup", sizes: [], colour: "blue" }, "colour", "must be one of red, green"],
  ["a number out of range", { name: "cup", sizes: [3, 10] }, "sizes.1", "must be a whole number from 1 to 9"],
  ["a text that does not fit", { name: "Cup", sizes: [] }, "name", "must be lower-case letters"],
  ["a list that is none", { name: "cup", sizes: 3 }, "sizes", "must be a list: a whole number from 1 to 9"],
  ["a wrong value in a record", { name: "cup", sizes: [], parts: { lid: "x" } }, "parts.lid", "must be a whole number from 0 to 99"],
  ["null instead of an object", null, "", "must be a set of keys and values"],
] as const;

for (const [name, value, path, why] of mistakes) {
  test(`names the place and the reason of ${name}`, () => {
    const { value: checked, problems } = checkShape(shape, value);
    assert.equal(checked, undefined);
    assert.deepEqual(
      problems.map((problem) => [problem.path.join("."), problem.why]),
      [[path, why]],
    );
  });
}

test("an unknown key comes with the keys that would be right", () => {
  const { problems } = checkShape(shape, { name: "cup", sizes: [], colur: "red" });
  assert.ok(problems[0]?.choices?.includes("colour"));
});
