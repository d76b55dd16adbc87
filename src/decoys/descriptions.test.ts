import assert from "node:assert/strict";
import { test } from "node:test";
import { decoyDescriptions } from "./descriptions.ts";
import { decoys } from "./index.ts";

test("every decoy is described as it is, in the same order", () => {
  const described = decoys.map(({ open: _, ...description }) => description);
  assert.deepEqual(described, decoyDescriptions);
});
