import type { Check } from "../../../check.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { type AnswerRule, answerCheck, exactly, exactlyUnlessRefused, statusesIn, unclear, wrong } from "./answer-check.ts";

/** The shell's language: what an emulation of a shell gets wrong because it only knows commands. */

type Row = readonly [name: string, judge: AnswerRule["judge"], looksAt: string, reason: string, ratio?: number];

/** A signal's death may be told before the status. */
const TOLD = String.raw`(?:.*(?:Terminated|Killed).*\n)?`;

const rows: readonly Row[] = [
  [
    "pipe-status",
    exactly("1\n0\n1\n"),
    "exit status of pipelines and of !",
    "An emulation gives a pipeline the status of its first command, or none.",
  ],
  [
    "and-or",
    exactly("b\nd\nf\n"),
    "&&, || and if on exit statuses",
    "A shell that runs every word it knows does not skip what comes after a failed &&.",
  ],
  [
    "subshell",
    exactly("7\n1\n3\n44\n"),
    "what a subshell may change, and statuses above 255",
    "Emulated shells have one set of variables: a subshell's changes leak out of it.",
  ],
  [
    "trimming",
    exactly("file.tar.gz /usr/lib/file usr/lib/file.tar.gz /usr/lib/file.tar 20 d s e\nff\n"),
    "parameter expansion with ##, %%, #, :- and :=",
    "Parameter expansion with patterns needs a real parser, which simple emulations lack.",
  ],
  [
    "arithmetic",
    exactly("3 -3 1 1024 31 8 1 9 5 -1\n"),
    "$(( )) with C's operators and bases",
    "Arithmetic in the shell is left out, or done in floating point, by emulations.",
  ],
  [
    "here-document",
    exactly("a in 2\nb $v\nc\n"),
    "<<E, <<'E' and <<-E",
    "A here document needs input that spans lines, which command-by-command emulations take for commands.",
  ],
  [
    "redirection-order",
    exactly("err\n-\n-\nout\n"),
    "2>&1 before and after >",
    "Redirections are worked off from left to right only where there are descriptors to duplicate.",
  ],
  [
    "descriptors",
    exactly("x\ny\nclosed\nx\ny\n"),
    "exec 3>file, >&3, 3>&-",
    "A shell without a kernel below it has no descriptors beyond the first three.",
  ],
  [
    "no-clobber",
    exactly(/^[1-9]\d*\nc\n$/),
    "set -C against > and >|",
    "Options of the shell are accepted and ignored where only their names are known.",
  ],
  [
    "wait-status",
    exactly("9\n3\n0\n"),
    "wait for one of two background jobs",
    "Background jobs are run in the foreground, and wait says 0, where there are no processes.",
  ],
  [
    "kill-status",
    exactly(new RegExp(String.raw`^there\n${TOLD}143\ngone\n$`)),
    "sleep in the background, kill -0, kill, wait",
    "A killed job ends with 128 plus the signal only if there was a job.",
  ],
  ["trap", exactly("usr\nend\nbye\n"), "trap on USR1, TERM and EXIT", "Signals to the shell itself are handled by nobody in an emulation."],
  [
    "killed-status",
    exactly(new RegExp(String.raw`^${TOLD}137\n${TOLD}143\n$`)),
    "exit status of a shell that killed itself",
    "A nested shell that is an alias of the outer one survives its own kill -9.",
  ],
  ["no-job", noJob, "fg and kill %1 without jobs", "Job control that does not exist is answered with silence or success."],
  [
    "globbing",
    exactly("a1 a2 b1 a1 a2 b1\na* z* a1 b1\n.h\n*\n"),
    "*, ?, [!a]*, quoted patterns, set -f",
    "Patterns are expanded by the shell against true directories, or not at all.",
  ],
  [
    "splitting",
    exactly("3\n<a>\n<b c>\n<d>\n4\np:q::r\n"),
    '"$@", IFS and set --',
    "Field splitting follows IFS in a shell, and spaces in an emulation.",
  ],
  [
    "loops",
    exactly("3\n1\n3\n4\nc\n0\n"),
    "functions, while, until, case, break, continue",
    "Compound commands are the first thing that a restricted shell leaves out.",
  ],
  [
    "substitution",
    exactly("deep\n[a]\n5\n"),
    "nested $( ) and ` `, trailing newlines, status",
    "Command substitution inside command substitution is beyond text replacement.",
  ],
  [
    "printf",
    exactly("00042|ab   |   cd|ff|10|x|%|z\na,b,c,A\n"),
    "printf with widths, bases, repetition and octal",
    "Emulations of printf know %s and little else.",
  ],
  [
    "exec",
    exactly(/^in\n.*no-such-q7.*\n12[67]\n$/),
    "exec of a program, and of none",
    "What follows an exec is run nevertheless where nothing is replaced.",
  ],
  [
    "strictness",
    exactly(/^1\n[1-9]\d*\n0\[\]\n$/),
    "set -e and set -u",
    "A shell that keeps no options goes on after a failure under set -e.",
  ],
  [
    "read",
    exactly("a-b c\nd\\e\n1 last\n"),
    "read from a pipe, with and without -r, at the end",
    "Reading line by line out of a pipe needs a pipe that several commands share.",
  ],
  [
    "syntax-error",
    syntaxErrors,
    "broken input to sh -c",
    "Broken syntax is answered by a shell with an error and status 2, by an emulation with what it understood.",
  ],
  [
    "not-found",
    notFound,
    "error text of an unknown command",
    "The wording of an unknown command's error belongs to another shell than the one that runs.",
  ],
  [
    "echo-hex",
    echoHex,
    "echo -e '\\x41' and the shell's own version",
    "How echo treats -e is a matter of the shell in use; loaders test for it.",
  ],
  [
    "script-without-right",
    exactly(/denied.*\n126\n$/i),
    "./script without the x bit",
    "A file without the execute bit runs all the same, or does not exist for the shell that just wrote it.",
  ],
  [
    "script-with-right",
    exactlyUnlessRefused("ran a\n6\n"),
    "./script just written, with the x bit",
    "Files that a visitor wrote are kept as samples but never run.",
  ],
  [
    "script-arguments",
    exactly("s 2 b c\n4\n2 5\n"),
    "sh script with arguments; . script with return",
    "Scripts get neither arguments nor a status where sh only pretends to start.",
  ],
  [
    "interpreter-line",
    exactlyUnlessRefused(/^#!\/bin\/cat\nline two\n.*\.\/t.*\n12[67]\n$/),
    "#! lines of scripts",
    "The first line of a script is the kernel's affair, and there is no kernel.",
  ],
  [
    "broken-program",
    exactlyUnlessRefused(/qzx7.*\n127\n$/),
    "an executable file of nonsense",
    "An uploaded program is answered with a joke, a fixed error, or nothing.",
  ],
  [
    "broken-pipe",
    exactly("y\ny\n1\n"),
    "an endless writer before head",
    "A writer that nobody reads is ended by SIGPIPE; an emulation hangs, or never offered it.",
    10,
  ],
  [
    "background-order",
    exactly("early\nlate\ndone\n"),
    "a background job that prints later",
    "Two commands at the same time need a scheduler.",
  ],
  [
    "change-directory",
    exactly(/^b\n\/\n.*no-such-q7.*\n[1-9]\d*\n$/),
    "cd up, cd -, cd to nowhere",
    "The way back (cd -) and the failed change are special cases that emulations forget.",
  ],
];

export const shellChecks: readonly Check<LocalView>[] = rows.map(([name, judge, looksAt, reason, ratio = 20]) =>
  answerCheck({ id: `kind.shell.${name}`, command: `shell.${name}`, family: "shell-language", looksAt, reason, ratio, judge }),
);

function noJob(output: string): ReturnType<AnswerRule["judge"]> {
  const statuses = statusesIn(output);
  return statuses.length === 2 && !statuses.includes(0) && output.endsWith("end\n") ? "right" : wrong("");
}

function syntaxErrors(output: string): ReturnType<AnswerRule["judge"]> {
  const statuses = statusesIn(output);
  const told = output.match(/syntax|unexpected|unterminated|unmatched|EOF/gi)?.length ?? 0;
  return statuses.length === 3 && !statuses.includes(0) && told >= 3 ? "right" : wrong("");
}

/** bash says `command not found`, other shells `not found`. */
function notFound(output: string): ReturnType<AnswerRule["judge"]> {
  if (/denied/i.test(output)) return unclear("the search path leads through a folder that may not be read");
  const isBash = /^\[\d/m.test(output);
  const says = /no-such-q7: (command )?(?:inaccessible or )?not found/.exec(output);
  if (says === null || !/^127$/m.test(output)) return wrong("");
  return isBash === (says[1] !== undefined) ? "right" : wrong(`the error is ${isBash ? "not " : ""}bash's: ${says[0]}`);
}

function echoHex(output: string): ReturnType<AnswerRule["judge"]> {
  const [first = "", version = "", last] = output.split("\n");
  const known =
    version.startsWith("[5") || version.startsWith("[4") || version.startsWith("[3") ? ["A", "-e A"] : ["A", "-e \\x41", "-e A"];
  return known.includes(first) && (last === "x" || last === "-n x") ? "right" : wrong("");
}
