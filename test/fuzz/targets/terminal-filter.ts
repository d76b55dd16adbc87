import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { RESTORE_TERMINAL, TerminalFilter } from "../../../src/wire/terminal-filter.ts";
import { visible, visibleLines } from "../../../src/wire/visible.ts";
import type { FuzzTarget } from "../fuzz-target.ts";

/** All that may be left: printable text, controls that move the cursor, the three short escapes, drawing, the cursor's visibility. */
const HARMLESS = /^(?:[^\x00-\x07\x0e-\x1f\x7f-\x9f]|\x1b[78M]|\x1b\[[0-9;:]*[@A-HIJKLMPSTXZ`bdfm]|\x1b\[\?25[hl])*$/u;

/** First byte: where the text is cut in two. Cut or whole, the same may be shown, and all of it is harmless. */
function run(input: Uint8Array): void {
  const text = Buffer.from(input.subarray(1)).toString("utf8");
  const cut = (input[0] ?? 0) % (text.length + 1);
  const shown = new TerminalFilter().push(text);
  assert.match(shown, HARMLESS);
  assert.equal(new TerminalFilter().push(shown), shown, "what may be shown stays as it is");
  if (text.slice(0, cut).isWellFormed()) {
    const halves = new TerminalFilter();
    assert.equal(halves.push(text.slice(0, cut)) + halves.push(text.slice(cut)), shown);
  }
  assert.match(visible(text), /^[\P{C}\u{e000}-\u{f8ff}\p{Cn}\p{Co}]*$/u);
  assert.equal(visibleLines(text).split("\n").length, text.split("\n").length);
  assert.ok(visible(text).length <= 10 * text.length);
}

export const target: FuzzTarget = {
  name: "terminal-filter",
  run,
  words: [
    "\x1b[",
    "\x1b]52;c;",
    "\x1b\\",
    "\x1bP",
    "\x1b[?1049h",
    "\x1b[?25l",
    "\xc2\x9b",
    "\xc2\x9d",
    "\xc2\x9c",
    "\x07",
    "\x18",
    "\xe2\x80\xae",
    RESTORE_TERMINAL,
  ],
  seeds: [
    "\x05\x1b[1;31mred\x1b[0m\x1b[?25l\x1b[2J plain",
    '\x09\x1b]0;title\x07 \x1bP$q"p\x1b\\ \x1b(0 \x1b[6n \xc2\x9b6n',
    "\x01back\\slash \xe2\x80\xae \x1b[3\x181m \x1b]0;x\x1b[31mb",
  ].map((text) => Buffer.from(text, "latin1")),
};
