import assert from "node:assert/strict";
import test from "node:test";
import { ambientCapabilities } from "./capabilities.ts";

test("names are bits, lists add up, an empty value takes all back", () => {
  assert.equal(ambientCapabilities([]), 0n);
  assert.equal(ambientCapabilities(["CAP_CHOWN cap_ipc_lock"]), (1n << 14n) | 1n);
  assert.equal(ambientCapabilities(["CAP_CHOWN", "CAP_CHOWN CAP_CHECKPOINT_RESTORE"]), (1n << 40n) | 1n);
  assert.equal(ambientCapabilities(["CAP_CHOWN", "", "CAP_NET_BIND_SERVICE"]), 1n << 10n);
});

test("what is not known, or taken away, is not guessed", () => {
  for (const value of ["CAP_NEWER", "~CAP_CHOWN", "CHOWN,KILL", "~"]) assert.equal(ambientCapabilities([value]), undefined, value);
});
