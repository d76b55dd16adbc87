import assert from "node:assert/strict";
import test from "node:test";
import { type Check, clean, shown, unknown } from "../check.ts";
import { compare } from "../compare.ts";
import { detect } from "../detection.ts";
import type { KnownDetector } from "../known/known-detector.ts";
import { markdownReport } from "./markdown.ts";
import { htmlReport } from "./page.ts";
import { picture } from "./picture.ts";
import { comparisonLines, screenLines } from "./screen.ts";

interface View {
  readonly takenAtMs: number;
  readonly text: string | undefined;
}

const HOSTILE = `</title><script>alert("1")</script>\u001b[2J\u202e|\`*_[x](javascript:1)\n# heading${"a".repeat(300)}`;

const checks: readonly Check<View>[] = ["trait", "kind", "logging", "virtual-machine"].map((name, index) => ({
  id: `check.${name}`,
  class: (["trait", "kind", "logging", "virtual-machine"] as const)[index] ?? "kind",
  side: "local",
  family: name,
  looksAt: "a file",
  reason: `reason of ${name}`,
  ratio: 30,
  source: "test",
  judge: ({ text }) => (text === undefined ? unknown("not readable") : text.includes("script") ? shown(text) : clean(text)),
}));

const known: readonly KnownDetector<View>[] = [
  {
    id: "tool",
    title: "Tool",
    version: "1",
    source: "test",
    runAs: "anyone",
    judge: ({ text = "none" }) => ({ says: text, sees: "nothing", because: [text], lacking: [] }),
  },
];

const detected = (text: string | undefined) =>
  detect({ takenAtMs: 0, text }, { checks, known }, { side: "local", subject: HOSTILE, leftOut: [HOSTILE] });

test("no report lets a hostile host write markup, escapes or lines of its own", () => {
  const detection = detected(HOSTILE);
  for (const page of [htmlReport([detection]), picture([detection])]) {
    assert.ok(!page.includes("<script") && !page.includes("\u001b") && !page.includes("\u202e"));
    assert.ok(page.includes("&lt;script&gt;"));
  }
  const document = markdownReport([detection], "report.svg");
  assert.ok(!document.includes("<script") && !document.includes("](javascript") && !document.includes("\n# heading"));
  for (const line of screenLines([detection], { all: true })) assert.ok(!/[\p{Cc}\p{Cf}]/u.test(line), JSON.stringify(line));
});

test("the screen names the verdict, its reasons, and what known detectors say", () => {
  const lines = screenLines([detected("a <script> indeed")]).join("\n");
  assert.match(lines, /over 99 % likely a honeypot: an attacker's tools would call it a honeypot \(4 of 4 checks could look\)/);
  assert.match(lines, /x 30 +check\.kind: a file: a <script> indeed/);
  assert.match(lines, /tool +a <script> indeed +sees nothing/);
  assert.match(lines, /Virtual machine +- +1 shown of 1/);
});

test("a cell that nobody looked at says so, and is not called clean", () => {
  const lines = screenLines([detected(undefined)]).join("\n");
  assert.match(lines, /Logging +- +0 shown of 0/);
  assert.match(lines, /undecided \(0 of 4 checks could look\)/);
});

test("a comparison lists what flipped, the weightiest first, and nothing else", () => {
  const comparison = compare(detected("ordinary"), detected("<script>"));
  assert.equal(comparison.flipped.length, 4);
  assert.match(comparisonLines(comparison).join("\n"), /clean -> shown {2}check\.kind: a file/);
  const same = compare(detected("ordinary"), detected("ordinary"));
  assert.deepEqual([same.flipped, same.known], [[], []]);
});

test("the picture has one square a check and says in words what it shows", () => {
  const drawn = picture([detected("<script>")]);
  assert.equal(drawn.match(/rx="2" fill="#d9503b"><title>/g)?.length, 4);
  assert.match(drawn, /1 shown of 1 looked at/);
});
