import { withoutEscapes } from "../../escapes.ts";
import type { Execution, Process, Program } from "../../program.ts";

/**
 * python and perl as far as visitors use them in passing: print a text, or get a shell (pty.spawn, os.system, exec). Everything else fails
 * as an interpreter does whose library is damaged.
 */
export const python3: Program = { name: "python3", run: runPython };
export const python: Program = { name: "python", run: runPython };
export const python27: Program = { name: "python2.7", run: runPython };

function* print(process: Process, text: string): Execution {
  yield* process.print(text);
  return 0;
}

function* say(process: Process, text: string, status = 1): Execution {
  yield* process.write(2, text);
  return status;
}

function* runPython(process: Process): Execution {
  const [first, code = ""] = process.args;
  const version = process.system.machine.versions["python3"] ?? "Python 2.7.18";
  if (first === "-V" || first === "--version") return yield* print(process, `${version}\n`);
  if (first === "-c") return yield* statements(process, code);
  if (first === "-m") return yield* say(process, `${process.name}: No module named ${code}\n`);
  if (first !== undefined && !first.startsWith("-")) return yield* scriptFile(process, first);
  if (!process.isTerminal(0)) return yield* statements(process, yield* process.readAll(0));
  return yield* prompt(process, version);
}

function* scriptFile(process: Process, path: string): Execution {
  const text = process.fs.readFile(path);
  if (typeof text === "string") return yield* statements(process, text);
  return yield* say(process, `${process.name}: can't open file '${process.absolute(path)}': [Errno 2] No such file or directory\n`, 2);
}

function* prompt(process: Process, version: string): Execution {
  yield* process.print(`${version} (main) [GCC] on linux\nType "help", "copyright", "credits" or "license" for more information.\n`);
  while (true) {
    yield* process.print(">>> ");
    const line = yield* process.readLine(0);
    if (line === undefined || /^\s*(exit|quit)\(/.test(line)) return 0;
    if (line.trim() !== "") yield* statements(process, line);
  }
}

type Statement = readonly [pattern: RegExp, run: (process: Process, match: RegExpExecArray) => Execution];

const STRING = `(?:"((?:[^"\\\\]|\\\\.)*)"|'((?:[^'\\\\]|\\\\.)*)')`;
const textOf = (match: RegExpExecArray) => withoutEscapes(match[1] ?? match[2] ?? "", "both").bytes;

const STATEMENTS: readonly Statement[] = [
  [/^(?:import|from)\s+[\w., ]+(?:\s+import\s+[\w., *]+)?$/, nothing],
  [/^#/, nothing],
  [new RegExp(`^print\\s*\\(?\\s*${STRING}\\s*\\)?$`), (process, match) => print(process, `${textOf(match)}\n`)],
  [
    /^print\s*\(?\s*(\d+)\s*([-+*])\s*(\d+)\s*\)?$/,
    (process, [, left, sign, right]) => print(process, `${calculate(Number(left), sign ?? "+", Number(right))}\n`),
  ],
  [
    new RegExp(`^(?:__import__\\(["']pty["']\\)|pty)\\.spawn\\(\\s*\\[?\\s*${STRING}.*\\)$`),
    (process, match) => runShell(process, [textOf(match), "-i"]),
  ],
  [
    new RegExp(`^(?:__import__\\(["']os["']\\)|os)\\.(?:system|popen)\\(\\s*${STRING}\\s*\\).*$`),
    (process, match) => runShell(process, ["/bin/sh", "-c", textOf(match)]),
  ],
  [new RegExp(`^subprocess\\.\\w+\\(\\s*\\[?\\s*${STRING}.*\\)$`), (process, match) => runShell(process, ["/bin/sh", "-c", textOf(match)])],
  [new RegExp(`^os\\.exec[lv]p?e?\\(\\s*${STRING}.*\\)$`), (process, match) => runShell(process, [textOf(match)])],
  [/^(?:sys\.)?exit\((\d*)\)$/, nothing],
];

function* nothing(process: Process): Execution {
  yield* process.charge(1);
  return 0;
}

function calculate(left: number, sign: string, right: number): number {
  return sign === "+" ? left + right : sign === "-" ? left - right : left * right;
}

/** A shell in this process's place, with its input and output. */
function* runShell(process: Process, argv: readonly string[]): Execution {
  const done = yield* process.runChild({ argv });
  return typeof done === "number" ? done : 127;
}

const MAX_STATEMENTS = 200;
const MAX_CODE = 65_536;

function* statements(process: Process, code: string): Execution {
  const parts = splitStatements(code.slice(0, MAX_CODE), /[;\n]/).map((part) => part.trim());
  for (const [at, part] of parts.slice(0, MAX_STATEMENTS).entries()) {
    if (part === "") continue;
    const known = STATEMENTS.map(([pattern, run]) => ({ match: pattern.exec(part.slice(0, 4096)), run })).find(
      ({ match }) => match !== null,
    );
    if (known?.match == null) return yield* importError(process, at + 1, part);
    yield* known.run(process, known.match);
  }
  return 0;
}

/** Cuts at separators that stand outside quotes. */
function splitStatements(code: string, separator: RegExp): readonly string[] {
  const pieces = code.match(/"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^"']/g) ?? [];
  const parts = [""];
  for (const piece of pieces) {
    if (piece.length === 1 && separator.test(piece)) parts.push("");
    else parts.push(`${parts.pop() ?? ""}${piece}`);
  }
  return parts;
}

function* importError(process: Process, line: number, part: string): Execution {
  process.observe({ kind: "command.unknown", fields: { program: `${process.name}: ${part.slice(0, 200)}` } });
  return yield* say(
    process,
    `Traceback (most recent call last):\n  File "<string>", line ${line}, in <module>\nImportError: libffi.so.8: cannot open shared object file: No such file or directory\n`,
  );
}

/** perl: -e with print, system, exec; -v. */
export const perl: Program = {
  name: "perl",
  *run(process) {
    const [first = ""] = process.args;
    if (first === "-v")
      return yield* print(
        process,
        `\n${process.system.machine.versions["perl"] ?? "This is perl 5"}\n\nCopyright 1987-2022, Larry Wall\n\n`,
      );
    const at = process.args.findIndex((arg) => /^-\w*[eE]$/.test(arg));
    if (at >= 0) return yield* perlCode(process, process.args[at + 1] ?? "");
    if (first !== "" && !first.startsWith("-"))
      return yield* say(process, `Can't open perl script "${first}": No such file or directory\n`, 2);
    return yield* perlCode(process, yield* process.readAll(0));
  },
};

const PERL_CALL = new RegExp(`^(print|say|system|exec)\\s*\\(?\\s*${STRING}\\s*\\)?$`);

function* perlCode(process: Process, code: string): Execution {
  const parts = splitStatements(code.slice(0, MAX_CODE), /;/).map((part) => part.trim());
  for (const part of parts.slice(0, MAX_STATEMENTS)) {
    const call = PERL_CALL.exec(part.slice(0, 4096));
    if (call !== null) yield* perlCall(process, call);
    else if (part !== "" && !/^use\s/.test(part))
      return yield* say(
        process,
        "Can't locate warnings.pm in @INC (@INC contains: /etc/perl /usr/share/perl5) at -e line 1.\nBEGIN failed--compilation aborted at -e line 1.\n",
        2,
      );
  }
  return 0;
}

function* perlCall(process: Process, [, verb, double, single]: RegExpExecArray): Execution {
  const value = double === undefined ? (single ?? "") : withoutEscapes(double, "both").bytes;
  if (verb === "system" || verb === "exec") return yield* runShell(process, ["/bin/sh", "-c", value]);
  return yield* print(process, value + (verb === "say" ? "\n" : ""));
}
