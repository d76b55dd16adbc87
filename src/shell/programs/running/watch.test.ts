import assert from "node:assert/strict";
import { test } from "node:test";
import { TypedTerminal } from "../../testing/terminal.ts";

test("watch shows a command's output again and again until ^C", () => {
  const terminal = new TypedTerminal();
  terminal.type("cd /tmp; echo one > f\r", 500);
  const first = terminal.type("watch -n 1 cat f\r", 300);
  assert.match(first, /\x1b\[\?1049h/);
  assert.match(first, /Every 1\.0s: cat f\x1b\[1;\d+Hwillow: \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}/);
  assert.match(first, /\x1b\[3;1Hone/);
  assert.match(terminal.type("", 1200), /\x1b\[3;1Hone/);
  assert.match(terminal.type("\x03", 300), /\x1b\[\?1049l/);
  assert.match(terminal.type("echo done\r", 300), /done\r\n/);
});
