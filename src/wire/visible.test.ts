import assert from "node:assert/strict";
import test from "node:test";
import { visible, visibleLines } from "./visible.ts";

const cases = [
  ["escape sequences", "a\x1b[31mb", "a\\e[31mb"],
  ["C1 controls", "a\u009b31mb", "a\\x9b31mb"],
  ["line breaks and tabs", "a\r\nb\tc", "a\\r\\nb\\tc"],
  ["bidi overrides", "ex\u202egnp.exe", "ex\\u{202e}gnp.exe"],
  ["bidi isolates", "\u2066x\u2069", "\\u{2066}x\\u{2069}"],
  ["zero-width and byte order mark", "a\u200bb\ufeff", "a\\u{200b}b\\u{feff}"],
  ["tag characters", "a\u{e0041}", "a\\u{e0041}"],
  ["lone surrogates", "a\ud800b", "a\\u{d800}b"],
  ["line separators", "a\u2028b", "a\\u{2028}b"],
  ["a backslash, so that an escape cannot be forged", "\\x1b", "\\\\x1b"],
] as const;

for (const [name, text, shown] of cases) test(`makes visible: ${name}`, () => assert.equal(visible(text), shown));

test("leaves printable text of any script alone", () => assert.equal(visible("naïve 空蝉 🦗 ~!@"), "naïve 空蝉 🦗 ~!@"));

test("visibleLines keeps line breaks and tabs only", () => assert.equal(visibleLines("a\tb\n\x1bc\r"), "a\tb\n\\ec\\r"));
