import assert from "node:assert/strict";
import test from "node:test";
import { LoginLine } from "./login-line.ts";

/** Echoes read off /bin/login on a pty, at the prompt `vm login: ` (ten columns). */
const echoes = [
  ["text and return", "root\r", "root\r\n", "root"],
  ["DEL erases", "ab\x7fc\r", "ab\b \bc\r\n", "ac"],
  ["backspace is shown, not obeyed", "ab\x08c\r", "ab^Hc\r\n", "ab\x08c"],
  ["DEL erases both columns of a control", "z\x08\x7fa\r", "z^H\b \b\b \ba\r\n", "za"],
  ["^W erases a word", "ab cd\x17x\r", "ab cd\b \b\b \bx\r\n", "ab x"],
  ["^U erases the line", "ab x\x15z\r", "ab x\b \b\b \b\b \b\b \bz\r\n", "z"],
  ["escape sequences are shown", "\x1b[A\x01\r", "^[[A^A\r\n", "\x1b[A\x01"],
  ["a tab goes to the next eighth column", "123456\t\r", "123456        \r\n", "123456\t"],
  ["DEL goes back over a tab without wiping", "a\t\x7fb\r", "a     \b\b\b\b\bb\r\n", "ab"],
  ["^V takes the next as it is", "a\x16\x03b\r", "a^\b^Cb\r\n", "a\x03b"],
  ["bytes above 127 as they are", "\xc3\xa9\r", "\xc3\xa9\r\n", "\xc3\xa9"],
] as const;

for (const [name, typed, echo, line] of echoes) {
  test(name, () => {
    const taken = type(typed, true);
    assert.equal(taken.echo, echo);
    assert.deepEqual(taken.result, { is: "line", text: line });
  });
}

test("without echo nothing is shown, and erasing still works", () => {
  assert.deepEqual(type("sec\x7fret\r", false), { echo: "", result: { is: "line", text: "seret" } });
});

test("^C and ^\\ kill, ^D ends an empty line and completes another", () => {
  assert.deepEqual(type("ab\x03", true), { echo: "ab^C", result: { is: "killed" } });
  assert.deepEqual(type("\x1c", true), { echo: "^\\", result: { is: "killed" } });
  assert.deepEqual(type("\x04", true), { echo: "", result: { is: "end" } });
  assert.deepEqual(type("ab\x04", true), { echo: "ab\r\n", result: { is: "line", text: "ab" } });
});

test("an endless line is cut at what the terminal holds", () => {
  const { result } = type(`${"A".repeat(100_000)}\r`, false);
  assert.equal(result?.is === "line" ? result.text.length : 0, 4095);
});

function type(typed: string, echo: boolean) {
  const line = new LoginLine({ echo, column: 10 });
  let shown = "";
  for (const character of typed) {
    const taken = line.take(character.charCodeAt(0));
    shown += taken.echo;
    if (taken.result !== undefined) return { echo: shown, result: taken.result };
  }
  return { echo: shown, result: undefined };
}
