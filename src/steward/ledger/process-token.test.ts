import assert from "node:assert/strict";
import test from "node:test";
import { isTokenOf, processToken } from "./process-token.ts";

test("a site knows its own tokens, and no other's", () => {
  const token = processToken(123_456, "0 /usr/bin/vmtoolsd");
  assert.match(token, /^[0-9a-f]{32}$/);
  assert.equal(processToken(123_456, "0 /usr/bin/vmtoolsd"), token);
  assert.notEqual(processToken(123_456, "1 /usr/bin/vmtoolsd"), token);
  assert.deepEqual([isTokenOf(123_456, token), isTokenOf(123_457, token), isTokenOf(123_456, "x")], [true, false, false]);
});
