import assert from "node:assert/strict";
import test from "node:test";
import { fqOf } from "./qdisc.ts";

const root = (kind: string, handle = "0:", options = {}) => ({ kind, handle, root: true, options });
const clsact = { kind: "clsact", handle: "ffff:", parent: "ffff:fff1", options: {} };

test("fq keeps departure times as the root, or behind each queue of mq", () => {
  assert.deepEqual(fqOf("eth0", [root("fq", "77:", { limit: 400 }), clsact]), { state: "fq", limit: 400, isOwn: false });
  assert.deepEqual(fqOf("eth0", [root("fq", "5554:")]), { state: "fq", limit: 10_000, isOwn: true });
  const leaf = (number: number, kind: string) => ({ kind, handle: "0:", parent: `:${number}`, options: { limit: 100 * number } });
  assert.deepEqual(fqOf("eth0", [root("mq"), leaf(1, "fq"), leaf(2, "fq"), clsact]), { state: "fq", limit: 100, isOwn: false });
  const mixed = fqOf("eth0", [root("mq"), leaf(1, "fq"), leaf(2, "fq_codel")]);
  assert.deepEqual(mixed, { state: "none", why: "the root queue of eth0 is mq" });
});

test("a queue with a handle or of another kind was configured by somebody", () => {
  for (const [entry, what] of [
    [root("fq_codel", "8001:"), "fq_codel 8001:"],
    [root("htb", "1:"), "htb 1:"],
    [root("cake"), "cake"],
  ] as const)
    assert.deepEqual(fqOf("eth0", [entry]), {
      state: "none",
      why: `somebody configured the root queue of eth0 (${what}), which stays as it is`,
    });
  assert.deepEqual(fqOf("eth0", [clsact]), { state: "none", why: "eth0 has no root queue" });
});
