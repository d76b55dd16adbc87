import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { attack } from "./red-turns.ts";

/** A worker that is silent for 600 ms is replaced: no visitor may hold it for half of that. */
const MAX_TURN_MS = 300;

const A_MILLION = "x=$(head -c 1000000 /dev/zero | tr '\\0' a)";

/** Each held the worker for seconds, or for ever, or ended the visit with an exception. */
const HELD: Readonly<Record<string, string>> = {
  "sums of names of sums": `${[..."abcdefghijklmnopqrstuvwxy"].map((name) => `${name}=${after(name)}+${after(name)}`).join(" ")} z=1; echo $((a))`,
  "an index that is its own": "a='a[a[a[a]]]'; echo $((a))",
  "an expression of a million terms": "x=1; for i in {1..20}; do x=$x+$x; done; echo $((x))",
  "numbers of a million digits": `${A_MILLION}; x=\${x//a/1}; [ $x -eq 1 ]; [[ $x -eq 1 ]]`,
  "eval in eval": 'x=\'eval "$x"\'; eval "$x"',
  "twenty thousand parentheses": "x=$(head -c 20000 /dev/zero | tr '\\0' '('); eval \"$x\"; [ $(printf '%.0s( ' {1..3000}) a",
  "replacing from a star on": `${A_MILLION}; y=\${x//*b/c}; y=\${x//a*a*b/c}; echo \${#y}`,
  "replacing every character": `${A_MILLION}; y=\${x//[ab]/cc}; echo \${#y}`,
  "brackets that never close": "x=$(yes '[' | head -c 200000 | tr -d '\\n'); eval \"echo $x\" | wc -c; [[ a == $x ]]",
  "braces that never close": "x=$(yes '{a,' | head -c 200000 | tr -d '\\n'); eval \"echo $x\" | wc -c",
  "half a million commands in a line": "x=$(yes 'echo hi;' | head -c 1000000 | tr '\\n' ' '); eval \"$x\"",
  "a million here-documents": "x=$(yes '<<a' | head -c 1000000 | tr '\\n' ' '); eval \"$x a\"",
  "arguments that double": 'set -- a; while :; do set -- "$@" "$@"; done',
  "a million words": "x=$(yes a | head -c 4000000); echo $x | wc -c",
  "a PATH without end": "PATH=$(yes /usr/bin: | head -c 900000 | tr -d '\\n'); nosuch; nosuch",
  "a line without end": "read x < /dev/zero; cut -c1-9999999 /dev/zero | wc -c",
  "a script without end": ". /dev/zero; . /dev/urandom",
  "shells and calculators that read a device": "for c in bash sh bc cksum; do timeout 1 $c /dev/zero | head -c 20 | wc -c; done",
  "a date beyond all calendars": "date -d @99999999999999; date +%0999999999d | wc -c; printf '%(%Y)T %(%F)T\\n' 99999999999999999999 abc",
  "directories two thousand deep": "mkdir -p $(printf 'a/%.0s' {1..2000})",
  "input without end for xargs": "yes | xargs -n1 true",
};

describe("no command holds the worker", { concurrency: true }, () => {
  for (const [name, command] of Object.entries(HELD)) {
    test(name, async () => {
      const { longestMs, exit, text } = await attack({ command });
      assert.ok(longestMs < MAX_TURN_MS, `${Math.round(longestMs)} ms in one turn`);
      assert.ok(exit !== undefined, "neither ended nor stopped by an interrupt");
      assert.doesNotMatch(text, /undefined|NaN|\[object|RangeError|TypeError|node:|\.ts:\d/);
    });
  }
});

describe("the memory of a visit is bounded", () => {
  for (const program of ["tail /dev/zero", "sort /dev/zero", "sed ':a;N;ba' /dev/zero", "grep x /dev/zero"]) {
    test(`a hundred times ${program}`, async () => {
      const { longestMs, limits } = await attack({ command: `for i in {1..100}; do ${program} & done >/dev/null; wait`, forMs: 4_000 });
      assert.ok(limits.includes("memory"), `only ${limits.join(" ")}`);
      assert.ok(longestMs < MAX_TURN_MS, `${Math.round(longestMs)} ms in one turn`);
    });
  }
});

test("arguments that Linux would not take are refused as there", async () => {
  const { text } = await attack({ command: "/bin/echo $(head -c 200000 /dev/zero | tr '\\0' a); echo $?" });
  assert.equal(text, "bash: line 1: /bin/echo: Argument list too long\n126\n");
});

test("a loop over all ports runs", async () => {
  const { text } = await attack({ command: "for i in {1..65535}; do :; done; echo $i", forMs: 20_000 });
  assert.equal(text, "65535\n");
});

/** Each paste held the worker for seconds before a key was paid for. */
const PASTED: Readonly<Record<string, string>> = {
  "64 KiB without a newline": "a".repeat(65_000),
  tabs: "\t".repeat(30_000),
  newlines: "\r".repeat(60_000),
  interrupts: "\x03".repeat(60_000),
  "a bracketed paste of lines": `\x1b[200~${"a\r".repeat(30_000)}\x1b[201~`,
  "insertions at the start": "\x01a".repeat(10_000),
  "words deleted": `${"a".repeat(4_000)}\x17`.repeat(10),
  "an escape sequence without end": `\x1b[${"1".repeat(60_000)}`,
  "broken UTF-8": "\xff\xc0\x80".repeat(20_000),
};

describe("no paste holds the worker", { concurrency: true }, () => {
  for (const [name, pasted] of Object.entries(PASTED)) {
    test(name, async () => {
      const { longestMs, text } = await attack({ input: ["", pasted, "\x03", "\x15echo ma''rk\r"], forMs: 1_200 });
      assert.ok(longestMs < MAX_TURN_MS, `${Math.round(longestMs)} ms in one turn`);
      assert.match(text, /\r\nmark\r\n|\rmark\r\n/, "the shell answers no more");
    });
  }
});

function after(name: string): string {
  return String.fromCharCode(name.charCodeAt(0) + 1);
}
