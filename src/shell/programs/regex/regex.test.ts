import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runShell } from "../../testing/run.ts";
import { compileRegex, Regex, type RegexHow } from "./regex.ts";

/** Generous: a search that is not bounded would take longer than anyone waits. */
const MAX_STEPS = 50_000_000;

function search(pattern: string, text: string, how: RegexHow = { syntax: "extended" }): string | undefined {
  const regex = compileRegex(pattern, how);
  assert.ok(regex instanceof Regex, pattern);
  const { match } = regex.findNow(text, {}, MAX_STEPS);
  return match === undefined ? undefined : text.slice(match.start, match.end);
}

function wrong(pattern: string, how: RegexHow): string | undefined {
  const regex = compileRegex(pattern, how);
  return regex instanceof Regex ? undefined : regex.wrong;
}

describe("regular expressions", () => {
  test("the leftmost match wins, and of those the longest (POSIX XBD 9.1)", () => {
    assert.equal(search("a|ab|abc", "xabcd"), "abc");
    assert.equal(search("(a|ab)(c|bcd)", "abcd"), "abcd");
    assert.equal(search("x*", "aaa"), "");
    assert.equal(search("b+|a", "abbb"), "a");
  });

  test("Perl's take the first alternative, lazily where told, and look around", () => {
    assert.equal(search("a|ab", "ab", { syntax: "perl" }), "a");
    assert.equal(search("<.+?>", "<a><b>", { syntax: "perl" }), "<a>");
    assert.equal(search("(?<=inet )[\\d.]+", "x inet 10.0.0.1/8", { syntax: "perl" }), "10.0.0.1");
    assert.equal(search("foo\\Kbar", "foobar", { syntax: "perl" }), "bar");
    assert.equal(search("a(?!b)", "abac", { syntax: "perl" }), "a");
  });

  test("basic and extended expressions differ in what is special (POSIX XBD 9.3, 9.4)", () => {
    assert.equal(search("a\\{2\\}", "caab", { syntax: "basic" }), "aa");
    assert.equal(search("a{2}", "a{2}", { syntax: "basic" }), "a{2}");
    assert.equal(search("\\(ab\\)\\1", "xababx", { syntax: "basic" }), "abab");
    assert.equal(search("[]a]+", "x]a]", { syntax: "extended" }), "]a]");
    assert.equal(search("[[:upper:]][^[:space:]]*", "see Here now"), "Here");
  });

  test("mistakes are told in glibc's words", () => {
    assert.equal(wrong("[a", { syntax: "basic" }), "Unmatched [, [^, [:, [., or [=");
    assert.equal(wrong("\\(a", { syntax: "basic" }), "Unmatched ( or \\(");
    assert.equal(wrong("[b-a]", { syntax: "basic" }), "Invalid range end");
    assert.equal(wrong("a\\", { syntax: "extended" }), "Trailing backslash");
    assert.equal(wrong(`${"(".repeat(5000)}a`, { syntax: "extended" }), "Regular expression too big");
    assert.equal(wrong("((a{1000}){1000}){1000}", { syntax: "extended" }), "Regular expression too big");
  });

  test("patterns that explode in other engines take time in proportion to text and pattern", () => {
    const text = `${"a".repeat(20_000)}!`;
    for (const pattern of ["(a+)+$", "(a|a)*$", "(a*)*b", "(.*a){10}$", "^(([a-z])+.)+[A-Z]([a-z])+$"]) {
      const regex = compileRegex(pattern, { syntax: "extended" });
      assert.ok(regex instanceof Regex);
      const { steps } = regex.findNow(text, {}, MAX_STEPS);
      assert.ok(steps < MAX_STEPS, `${pattern}: ${steps} steps`);
    }
  });

  test("a search with back-references gives up instead of hanging", () => {
    const regex = compileRegex("^(a*)*\\1b", { syntax: "extended" });
    assert.ok(regex instanceof Regex);
    assert.ok(regex.findNow(`${"a".repeat(2000)}c`, {}, MAX_STEPS).steps < 5_000_000);
  });

  test("others run while grep, sed and awk search", () => {
    const long = `printf 'a%.0s' $(seq 3000)`;
    assert.equal(runShell(`${long} | grep -cE '(a+)+$'`).out, "1\n");
    assert.equal(runShell(`${long} | sed -E 's/(a*)*b/x/' | wc -c`).out, "3000\n");
    assert.equal(runShell(`${long} | awk '/(a|aa)+b/' | wc -l`).out, "0\n");
  });
});
