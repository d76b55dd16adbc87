import assert from "node:assert/strict";
import test from "node:test";
import { battery } from "../../../battery/battery.ts";
import { judgeAll } from "../../../check.ts";
import type { Files } from "../../../views/files.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { checks as logging } from "../logging/index.ts";
import { checks as trait } from "../trait/index.ts";
import { checks as kind } from "./index.ts";
import { ordinaryAnswers } from "./testing/ordinary-answers.ts";
import { wrongAnswers } from "./testing/wrong-answers.ts";

/** A host that answers every question and every read with the same lie. */
function hostileView(lie: (id: string) => string): LocalView {
  const bytes = Buffer.from(lie(""), "latin1");
  const names = ["1", "77", "a\nb", "..", "%s", "\xff", "x".repeat(200)];
  const files: Files = {
    read: () => bytes,
    list: () => names,
    look: () => ({ kind: "link", size: -1, mode: -1, uid: -1, gid: -1, links: -1, modified: Number.NaN, target: "\0" }),
  };
  return {
    takenAtMs: 1_700_000_000_000,
    uid: -1,
    uname: { system: "\0", node: "", release: "x".repeat(1000), version: "\n", machine: "__proto__" },
    files,
    environment: { PATH: lie("").slice(0, 4096), LD_PRELOAD: lie("").slice(0, 4096) },
    kernelLog: Array.from({ length: 1000 }, () => lie("").slice(0, 100)),
    commands: Object.fromEntries(battery.map(({ id }) => [id, { status: -1, output: lie(id) }])),
    measurements: { "readRate.packetsOut": [Number.NaN, -1, Number.POSITIVE_INFINITY], "readRate.packetsOutIdle": [] },
  };
}

const SIZE = 65_536;
const filled = (text: string): string => text.repeat(Math.ceil(SIZE / Math.max(1, text.length))).slice(0, SIZE);

const lies: Readonly<Record<string, (id: string) => string>> = {
  nothing: () => "",
  "one long line": () => "a".repeat(SIZE),
  digits: () => "1".repeat(SIZE),
  spaces: () => " ".repeat(SIZE),
  "digits and spaces": () => filled("1 "),
  "line ends": () => "\n".repeat(SIZE),
  binary: () => String.fromCharCode(...Array.from({ length: 4096 }, (_, at) => (at * 167) % 256)).repeat(16),
  colons: () => filled("a:0:0:"),
  "the right answer over and over": (id) => filled(ordinaryAnswers[id] ?? "there\n"),
  "the wrong answer over and over": (id) => filled(wrongAnswers[id] ?? "there\n"),
};

for (const [name, lie] of Object.entries(lies)) {
  test(`no check throws or hangs on ${name}`, { timeout: 20_000 }, () => {
    const findings = judgeAll([...kind, ...logging, ...trait], hostileView(lie));
    for (const { id, judgement } of findings)
      if (judgement.verdict === "shown") assert.ok(judgement.seen.length <= 1024, `${id} repeats ${judgement.seen.length} characters`);
  });
}
