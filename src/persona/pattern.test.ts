import assert from "node:assert/strict";
import { test } from "node:test";
import { chanceOf } from "./chance.ts";
import { drawPattern, parsePattern } from "./pattern.ts";

const chance = chanceOf(Buffer.alloc(32, 7), "patterns");

for (const source of [
  "(web|app)-?[0-9]{2}",
  "52:54:00(:[0-9a-f]{2}){3}",
  "\\$y\\$[./0-9A-Za-z]{22}",
  "a{2,5}(b|c(d|e)){0,3}",
  "[0-9a-f]{8}-4[0-9a-f]{3}",
]) {
  test(`what is drawn after ${source} matches it as a regular expression`, () => {
    const parsed = parsePattern(source);
    assert.ok("pieces" in parsed);
    const expression = new RegExp(`^${source}$`);
    const drawn = new Set(Array.from({ length: 200 }, () => drawPattern(parsed.pieces, chance)));
    for (const text of drawn) assert.match(text, expression);
    assert.ok(drawn.size > 5);
  });
}

for (const source of ["(web", "web)", "[", "[]", "a{", "a{3,1}", "a{9999}", "?", "\\"]) {
  test(`${source} is no pattern`, () => assert.ok("why" in parsePattern(source)));
}
