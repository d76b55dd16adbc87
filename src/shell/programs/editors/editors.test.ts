import assert from "node:assert/strict";
import { test } from "node:test";
import { runShell } from "../../testing/run.ts";
import { TypedTerminal } from "../../testing/terminal.ts";

/** Runs an editor on a file, types keys one piece after the other, and gives the file and the whole screen output. */
function edit(program: string, keys: readonly string[], before = ""): { readonly file: string; readonly seen: string } {
  const terminal = new TypedTerminal();
  terminal.type(`cd /tmp; printf '${before}' > f; clear\r`, 500);
  let seen = terminal.type(`${program} f\r`, 500);
  for (const key of keys) seen += terminal.type(key, 500);
  terminal.type("\r", 200);
  const file = terminal.type("cat f | od -An -c\r", 500);
  return { file, seen };
}

const vi: readonly (readonly [title: string, keys: readonly string[], before: string, after: string])[] = [
  ["types text and writes it", ["i", "ab\rc", "\x1b", ":wq\r"], "", "ab\nc\n"],
  ["appends behind the cursor", ["a", "X", "\x1b", ":x\r"], "ab\\n", "aXb\n"],
  ["opens lines below and above", ["oz\x1b", "Oy\x1b", "ZZ"], "a\\n", "a\ny\nz\n"],
  ["deletes characters, with a count", ["3x", ":wq\r"], "abcdef\\n", "def\n"],
  ["deletes lines and puts them back", ["dd", "p", ":wq\r"], "a\\nb\\nc\\n", "b\na\nc\n"],
  ["deletes several lines", ["2dd", ":wq\r"], "a\\nb\\nc\\n", "c\n"],
  ["undoes", ["dd", "u", ":wq\r"], "a\\nb\\n", "a\nb\n"],
  ["repeats a change", ["x", "j", ".", ":wq\r"], "ab\\ncd\\n", "b\nd\n"],
  ["repeats typing", ["A!\x1b", "j", ".", ":wq\r"], "a\\nb\\n", "a!\nb!\n"],
  ["deletes a word", ["dw", ":wq\r"], "one two\\n", "two\n"],
  ["changes a word", ["cwuno\x1b", ":wq\r"], "one two\\n", "uno two\n"],
  ["changes to the end of the line", ["lCxy\x1b", ":wq\r"], "abc\\n", "axy\n"],
  ["replaces a character", ["rz", ":wq\r"], "abc\\n", "zbc\n"],
  ["joins lines", ["J", ":wq\r"], "a\\nb\\n", "a b\n"],
  ["goes to a line by number and deletes it", [":2\r", "dd", ":wq\r"], "a\\nb\\nc\\n", "a\nc\n"],
  ["goes to the last line", ["G", "ix\x1b", ":wq\r"], "a\\nb\\n", "a\nxb\n"],
  ["searches", ["/c\r", "x", ":wq\r"], "a\\nbcd\\n", "a\nbd\n"],
  ["substitutes everywhere", [":%s/a/X/g\r", ":wq\r"], "aa\\nba\\n", "XX\nbX\n"],
  ["yanks and puts", ["yy", "G", "p", ":wq\r"], "a\\nb\\n", "a\nb\na\n"],
  ["leaves without writing", ["dd", ":q!\r"], "a\\n", "a\n"],
  ["does not leave with changes", ["x", ":q\r", ":q!\r"], "ab\\n", "ab\n"],
  ["erases what was typed", ["iabc\x7f\x7f\x1b", ":wq\r"], "", "a\n"],
  ["moves with arrow keys while typing", ["iac\x1b[Db\x1b", ":wq\r"], "", "abc\n"],
  ["deletes a range", [":2,3d\r", ":wq\r"], "a\\nb\\nc\\nd\\n", "a\nd\n"],
  ["indents", [">>", ":wq\r"], "a\\n", "\ta\n"],
];

for (const [title, keys, before, after] of vi)
  test(`vi ${title}`, () => {
    assert.equal(edit("vi", keys, before).file, odLines(after));
  });

/** What the terminal shows of `cat f | od -An -c`, echo and next prompt included. */
function odLines(text: string): string {
  const terminal = new TypedTerminal();
  terminal.type("cd /tmp\r", 500);
  runInto(terminal, text);
  return terminal.type("cat f | od -An -c\r", 500);
}

function runInto(terminal: TypedTerminal, text: string): void {
  const octal = Array.from(text, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`).join("");
  terminal.type(`printf '${octal}' > f\r`, 500);
}

const nano: readonly (readonly [title: string, keys: readonly string[], before: string, after: string])[] = [
  ["types text, writes it and leaves", ["ab\rc", "\x0f", "\r", "\x18"], "", "ab\nc\n"],
  ["asks before it leaves with changes", ["x", "\x18", "y", "\r"], "a\\n", "xa\n"],
  ["leaves without writing", ["x", "\x18", "n"], "a\\n", "a\n"],
  ["stays when asked to cancel", ["x", "\x18", "\x03", "y", "\x0f", "\r", "\x18"], "a\\n", "xya\n"],
  ["cuts and pastes lines", ["\x0b", "\x1b[B", "\x15", "\x0f", "\r", "\x18"], "a\\nb\\nc\\n", "b\na\nc\n"],
  ["erases backwards and forwards", ["\x1b[C", "\x7f", "\x1b[3~", "\x0f", "\r", "\x18"], "abc\\n", "c\n"],
  ["searches", ["\x17", "c", "\r", "X", "\x0f", "\r", "\x18"], "a\\nbcd\\n", "a\nbXcd\n"],
];

for (const [title, keys, before, after] of nano)
  test(`nano ${title}`, () => {
    assert.equal(edit("nano", keys, before).file, odLines(after));
  });

test("nano's screen is that of nano 7.2", () => {
  const { seen } = edit("nano", ["ab", "\x0f", "\r", "\x18"], "l1\\nl2\\n");
  assert.match(seen, /GNU nano 7\.2 {25,32}f/);
  assert.match(seen, /\[ Read 2 lines \]/);
  assert.match(seen, /File Name to Write: f/);
  assert.match(seen, /\[ Wrote 2 lines \]/);
});

test("nano without a terminal refuses", () => {
  const { err, status } = runShell("nano x", { input: "" });
  assert.deepEqual([err, status], ["Standard input is not a terminal\n", 1]);
});

test("vi tells the size of a file, of a new one, and what was written", () => {
  assert.match(edit("vi", [":q\r"], "l1\\nl2\\n").seen, /"f" 2 lines, 6 bytes/);
  const terminal = new TypedTerminal();
  assert.match(terminal.type("vi /tmp/none\r", 500), /"\/tmp\/none" \[New File\]/);
  assert.match(terminal.type("ihi\x1b:wq\r", 500), /"\/tmp\/none" \[New File\] 1 line, 3 bytes written/);
});

test("vi refuses in vim's words", () => {
  assert.match(edit("vi", ["x", ":q\r", ":q!\r"], "ab\\n").seen, /E37: No write since last change \(add ! to override\)/);
  assert.match(edit("vi", [":foo\r", ":q\r"], "").seen, /E492: Not an editor command: foo/);
  assert.match(edit("vi", ["/zz\r", ":q\r"], "ab\\n").seen, /E486: Pattern not found: zz/);
});

test("vi without a terminal complains and ends", () => {
  const { err, status } = runShell("vi x", { input: "" });
  assert.match(err, /^Vim: Warning: Output is not to a terminal\nVim: Warning: Input is not from a terminal\n/);
  assert.equal(status, 1);
});

test("vi gives the terminal back as it was", () => {
  const terminal = new TypedTerminal();
  terminal.type("", 500);
  const before = terminal.type("stty -a\r", 500);
  terminal.type("vi /tmp/x\r", 500);
  terminal.type(":q\r", 500);
  assert.equal(terminal.type("stty -a\r", 500), before);
});

test("less pages forwards and backwards on a terminal, as less 590 does", () => {
  const terminal = new TypedTerminal();
  terminal.type("cd /tmp; seq 1 50 > f\r", 500);
  const shown = terminal.type("less f\r", 500);
  assert.ok(shown.endsWith("22\r\n23\r\n\x1b[7mf\x1b[27m\x1b[K"), JSON.stringify(shown.slice(-60)));
  const next = Array.from({ length: 23 }, (_, at) => `${at + 24}\r\n`).join("");
  assert.equal(terminal.type(" ", 100), `\r\x1b[K${next}:\x1b[K`);
  const back = Array.from({ length: 23 }, (_, at) => `\x1b[H\x1bM${23 - at}\r\n`).join("");
  assert.equal(terminal.type("b", 100), `\r\x1b[K${back}\x1b[24;1H\r\x1b[K:\x1b[K`);
  const last = Array.from({ length: 23 }, (_, at) => `${at + 28}\r\n`).join("");
  assert.equal(terminal.type("G", 100), `\r\x1b[K...skipping...\r\n${last}\x1b[7m(END)\x1b[27m\x1b[K`);
  assert.equal(terminal.type("k", 100), "\r\x1b[K\x1b[H\x1bM27\r\n\x1b[24;1H\r\x1b[K:\x1b[K");
  assert.ok(terminal.type("q", 300).startsWith("\r\x1b[K\x1b[?1l\x1b>\x1b[?1049l\x1b[23;0;0t"));
});

test("less takes its keys from the terminal when the text comes through a pipe", () => {
  const terminal = new TypedTerminal();
  assert.ok(terminal.type("printf 'a\\nb\\n' | less\r", 500).endsWith("a\r\nb\r\n\x1b[7m(END)\x1b[27m\x1b[K"));
  assert.ok(terminal.type("q", 300).includes("\x1b[?1049l"));
});

test("less searches", () => {
  const terminal = new TypedTerminal();
  terminal.type("seq 1 100 | less\r", 500);
  assert.match(terminal.type("/77\r", 300), /\n77\r\n/);
  assert.match(terminal.type("/none\r", 300), /Pattern not found/);
});

test("more shows pages with the part that was seen, as util-linux 2.38 does", () => {
  const terminal = new TypedTerminal();
  terminal.type("cd /tmp; seq 1 50 > f\r", 500);
  assert.ok(terminal.type("more f\r", 500).endsWith("23\r\n\x1b[7m--More--(42%)\x1b[27m"));
  assert.ok(terminal.type(" ", 100).endsWith("46\r\n\x1b[7m--More--(91%)\x1b[27m"));
  assert.equal(terminal.type("\r", 100), "\r47\x1b[K\r\n\x1b[7m--More--(93%)\x1b[27m");
});

for (const [run, out, err, status] of [
  ["echo abc | less", "abc\n", "", 0],
  ["echo abc > f; less f; more f", "abc\n::::::::::::::\nf\n::::::::::::::\nabc\n", "", 0],
  ["echo abc > f; more f f", "::::::::::::::\nf\n::::::::::::::\nabc\n::::::::::::::\nf\n::::::::::::::\nabc\n", "", 0],
  ["more nofile", "", "more: cannot open nofile: No such file or directory\n", 0],
  ["less nofile", "", "nofile: No such file or directory\n", 1],
  ["less /tmp", "", "/tmp is a directory\n", 1],
  ["more /tmp", "\n*** /tmp: directory ***\n\n", "", 0],
] as const)
  test(run, () => {
    const got = runShell(run, { input: "" });
    assert.deepEqual([got.out, got.err, got.status], [out, err, status]);
  });
