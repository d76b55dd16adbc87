import assert from "node:assert/strict";
import test from "node:test";
import { TerminalFilter } from "./terminal-filter.ts";

const ESC = "\x1b";

const passes = [
  ["plain text", "hello\r\n\tworld"],
  ["colours", `${ESC}[1;31mred${ESC}[0m`],
  ["cursor moves and erasing", `${ESC}[2J${ESC}[H${ESC}[10;20Habc${ESC}[K`],
  ["cursor visibility", `${ESC}[?25l${ESC}[?25h`],
  ["characters outside ASCII", "日本 é 🦗"],
] as const;

const drops = [
  ["OSC 52 clipboard write ended by BEL", `a${ESC}]52;c;ZXZpbA==\x07b`, "ab"],
  ["OSC 52 clipboard write ended by ST", `a${ESC}]52;c;ZXZpbA==${ESC}\\b`, "ab"],
  ["OSC 52 as 8-bit control", "a\u009d52;c;ZXZpbA==\u009cb", "ab"],
  ["title", `a${ESC}]0;rm -rf /\x07b`, "ab"],
  ["title query", `a${ESC}[21tb`, "ab"],
  ["DCS request (DECRQSS)", `a${ESC}P$q"p${ESC}\\b`, "ab"],
  ["DCS as 8-bit control", "a\u0090+q544e\u009cb", "ab"],
  ["APC, PM, SOS", `a${ESC}_x${ESC}\\${ESC}^y${ESC}\\${ESC}Xz${ESC}\\b`, "ab"],
  ["device attributes", `a${ESC}[c${ESC}[>c${ESC}[=c${ESC}Zb`, "ab"],
  ["status report", `a${ESC}[5n${ESC}[6nb`, "ab"],
  ["8-bit status report", "a\u009b6nb", "ab"],
  ["ENQ answerback and BEL", "a\x05\x07b", "ab"],
  ["alternate screen", `a${ESC}[?1049h${ESC}[?47h${ESC}[?1047lb`, "ab"],
  ["scroll region", `a${ESC}[1;5rb`, "ab"],
  ["mouse reports", `a${ESC}[?1000h${ESC}[?1006hb`, "ab"],
  ["full reset and soft reset", `a${ESC}c${ESC}[!pb`, "ab"],
  ["character set switch and shift out", `a${ESC}(0\x0eb`, "ab"],
  ["media copy (print)", `a${ESC}[5ib`, "ab"],
  ["a sequence longer than any real one", `a${ESC}[${"1;".repeat(200)}mb`, "ab"],
  ["a string that an escape breaks off", `a${ESC}]0;x${ESC}[31mb`, `a${ESC}[31mb`],
  ["a cancelled sequence", `a${ESC}[3\x181mb`, "a1mb"],
] as const;

for (const [name, text] of passes) test(`passes ${name}`, () => assert.equal(new TerminalFilter().push(text), text));

for (const [name, text, shown] of drops) {
  test(`drops ${name}`, () => assert.equal(new TerminalFilter().push(text), shown));
  test(`drops ${name}, cut after each character`, () => {
    const filter = new TerminalFilter();
    assert.equal(Array.from(text, (character) => filter.push(character)).join(""), shown);
  });
}
