import type { Execution } from "../program.ts";
import { type Parsing, parseNext } from "./parser.ts";
import type { Shell } from "./shell.ts";
import { syntaxMessage } from "./syntax-message.ts";

/** Commands from standard input without a prompt: line by line, since the commands themselves may read what follows. */
export function* runStandardInput(shell: Shell): Execution {
  let text = "";
  let line = 1;
  while (shell.flow === undefined) {
    const more = yield* shell.process.readLine(0);
    text += more ?? "";
    if (more === undefined && text === "") break;
    const parsed = parseNext(text, 0, { dialect: shell.dialect, line });
    if (more !== undefined && isOpen(text, parsed)) continue;
    yield* runParsed(shell, parsed, (more ?? "").replace(/\n$/, ""));
    text = parsed.kind === "script" ? text.slice(parsed.end) : "";
    line = parsed.kind === "script" ? parsed.line : line + 1;
    if (parsed.kind === "problem" && shell.dialect !== "bash") break;
    if (more === undefined && text === "") break;
  }
  return shell.status;
}

function isOpen(text: string, parsed: Parsing): boolean {
  const incomplete = parsed.kind === "problem" && (parsed.problem.kind === "end" || parsed.problem.kind === "unclosed");
  return incomplete || openDocument(text);
}

function* runParsed(shell: Shell, parsed: Parsing, line: string): Execution<void> {
  if (parsed.kind === "script") {
    shell.process.observe({ kind: "command.input", fields: { line, interactive: false, directory: shell.process.directory } });
    yield* shell.ports.runScript(shell, parsed.script);
    dropDiscard(shell);
  } else if (parsed.kind === "problem") {
    yield* shell.say(syntaxMessage(shell, parsed.problem, line));
    shell.status = 2;
  }
}

/** A here-document that has begun and not ended: the parser would take the end of the text for its end. */
function openDocument(text: string): boolean {
  const parsed = parseNext(text, 0, { dialect: "bash", aliases: new Map() });
  return parsed.kind === "problem" && parsed.problem.kind === "end";
}

/** A command line that was dropped ends here: the next one runs. */
export function dropDiscard(shell: Shell): void {
  if (shell.flow?.kind === "discard") shell.flow = undefined;
}
