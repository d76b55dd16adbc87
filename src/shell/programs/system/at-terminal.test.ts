import assert from "node:assert/strict";
import { test } from "node:test";
import { TypedTerminal } from "../../testing/terminal.ts";

/** Programs that need a terminal, as a visitor meets them. */
test("who, w and tty show the visitor's own session", () => {
  const terminal = new TypedTerminal();
  terminal.take();
  assert.match(terminal.type("tty\n", 200), /\/dev\/pts\/0/);
  assert.match(terminal.type("who\n", 200), /root +pts\/0 +\d{4}-\d\d-\d\d \d\d:\d\d \(203\.0\.113\.7\)/);
  assert.match(terminal.type("w -h\n", 200), /root +pts\/0 +203\.0\.113\.7/);
  assert.match(terminal.type("last | head -1\n", 200), /still logged in/);
});

test("^C ends ping, which then sums up and ends well", () => {
  const terminal = new TypedTerminal();
  terminal.type("ping 127.0.0.1\n", 2500);
  const shown = terminal.type("\x03", 300);
  assert.match(shown, /--- 127\.0\.0\.1 ping statistics ---\r\n3 packets transmitted, 3 received, 0% packet loss/);
  assert.match(terminal.type("echo $?\n", 300), /\r0\r\n/);
});

test("top fills the screen, goes on by itself, and leaves on q", () => {
  const terminal = new TypedTerminal();
  assert.match(terminal.type("top\n", 500), /\x1b\[H\x1b\[Jtop - [\s\S]*PID USER/);
  assert.match(terminal.type("", 3500), /\x1b\[H\x1b\[Jtop - /);
  terminal.type("q", 300);
  assert.match(terminal.type("echo back\n", 300), /\rback\r\n/);
});

test("passwd does not echo what is typed", () => {
  const terminal = new TypedTerminal();
  assert.match(terminal.type("passwd\n", 200), /New password: $/);
  assert.doesNotMatch(terminal.type("hidden1\n", 200), /hidden1/);
  assert.match(terminal.type("hidden1\n", 200), /password updated successfully/);
  assert.match(terminal.type("echo seen\n", 200), /echo seen/);
});

test("stty changes the terminal and shows it", () => {
  const terminal = new TypedTerminal();
  assert.match(terminal.type("stty size\n", 200), /24 80\r\n/);
  terminal.type("stty -echo; cat >/dev/null; stty sane\n", 200);
  assert.doesNotMatch(terminal.type("secret\n\x04", 200), /secret/);
  assert.match(terminal.type("stty -a\n", 300), /speed \d+ baud; rows 24; columns 80; line = 0;\r\nintr = \^C; quit = \^\\; erase = \^\?;/);
});
