import type { Execution } from "../program.ts";
import { parseNext } from "./parser.ts";
import type { Shell } from "./shell.ts";
import { syntaxMessage } from "./syntax-message.ts";
import type { Problem } from "./syntax-problem.ts";

/** Runs a whole text, one command line after the other: `-c`, scripts, `eval`, `source`. A mistake in it ends it with status 2. */
export function* runText(shell: Shell, text: string, line = 1): Execution {
  let at = 0;
  let number = line;
  while (true) {
    const parsed = parseNext(text, at, { dialect: shell.dialect, line: number });
    if (parsed.kind === "done") return shell.status;
    if (parsed.kind === "problem") return yield* tellProblem(shell, parsed.problem, lineAt(text, Math.min(parsed.end, text.length - 1)));
    yield* shell.ports.runScript(shell, parsed.script);
    if (shell.flow?.kind === "discard") shell.flow = undefined;
    if (shell.flow !== undefined || (shell.options.has("n") && !shell.interactive)) return shell.status;
    at = parsed.end;
    number = parsed.line;
  }
}

/** A mistake in the text: what stands behind it does not run. */
function* tellProblem(shell: Shell, problem: Problem, source: string): Execution {
  yield* shell.say(syntaxMessage(shell, problem, source));
  shell.status = 2;
  if (!shell.interactive && shell.dialect !== "bash") shell.flow = { kind: "exit" };
  return 2;
}

function lineAt(text: string, at: number): string {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const end = text.indexOf("\n", at);
  return text.slice(start, end < 0 ? undefined : end);
}
