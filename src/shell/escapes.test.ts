import assert from "node:assert/strict";
import { test } from "node:test";
import { type EscapeStyle, withoutEscapes } from "./escapes.ts";

test("reads octal as each style has it", () => {
  const read = (style: EscapeStyle) => withoutEscapes("\\101 \\0101", style).bytes;
  assert.equal(read("format"), "A \b1");
  assert.equal(read("both"), "A A");
  assert.equal(read("echo"), "\\101 A");
  assert.equal(read("bash-echo"), "\\101 A");
});

test("ends at \\c, but not in bash's formats", () => {
  assert.deepEqual(withoutEscapes("a\\cb", "format"), { bytes: "a", stopped: true });
  assert.deepEqual(withoutEscapes("a\\cb", "bash-format"), { bytes: "a\\cb", stopped: false });
});

test("knows \\E and \\' in bash only, and leaves what is unknown", () => {
  assert.equal(withoutEscapes("\\E\\'", "bash-format").bytes, "\x1b'");
  assert.equal(withoutEscapes("\\E\\'", "format").bytes, "\\E\\'");
  assert.equal(withoutEscapes("\\q\\", "both").bytes, "\\q\\");
});

test("writes \\u as UTF-8, and what is beyond Unicode as nothing or as a replacement", () => {
  assert.equal(withoutEscapes("\\u00e9").bytes, "\xc3\xa9");
  assert.equal(withoutEscapes("\\U00110000").bytes, "");
  assert.equal(withoutEscapes("\\U00110000", "bash-both").bytes, "\xef\xbf\xbd");
});
