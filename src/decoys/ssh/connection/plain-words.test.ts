import assert from "node:assert/strict";
import test from "node:test";
import { plainWords } from "./plain-words.ts";

test("plain command lines are split, quotes and backslashes taken away", () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["scp -t /tmp", ["scp", "-t", "/tmp"]],
    ["  scp  -r -p  -t -- /tmp/a.b_c ", ["scp", "-r", "-p", "-t", "--", "/tmp/a.b_c"]],
    ["scp -t 'a b'\"c d\"e\\ f", ["scp", "-t", "a bc de f"]],
    ['scp -t "a\\"b"', ["scp", "-t", 'a"b']],
    ["scp -t ''", ["scp", "-t", ""]],
    ["scp -f ~/x", ["scp", "-f", "~/x"]],
    ["", []],
  ];
  for (const [line, words] of cases) assert.deepEqual(plainWords(line), words, line);
});

test("what a shell would expand, connect or redirect is not plain", () => {
  const lines = [
    "scp -t $HOME",
    "scp -f *.c",
    "a; b",
    "a | b",
    "a && b",
    "a > b",
    "a `b`",
    'a "$b"',
    "a {1,2}",
    "a #b",
    "a 'b",
    'a "b',
    "a\nb",
    "(a)",
    "a!",
    "a\\",
  ];
  for (const line of lines) assert.equal(plainWords(line), undefined, line);
});

test("a long line costs linear time", () => {
  const started = process.hrtime.bigint();
  plainWords(`scp ${"a'b'".repeat(50_000)}`);
  plainWords(`scp ${'"'.repeat(100_001)}`);
  plainWords("a ".repeat(20_000));
  assert.ok(process.hrtime.bigint() - started < 2_000_000_000n);
});
