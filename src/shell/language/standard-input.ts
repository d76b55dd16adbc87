import type { Execution } from "../program.ts";
import { type Parsing, parseNext } from "./parser.ts";
import type { Shell } from "./shell.ts";
import { syntaxMessage } from "./syntax-message.ts";

/** Commands from standard input without a prompt: line by line, since the commands themselves may read what follows. */
export function* runStandardInput(shell: Shell): Execution {
  const input: Input = { text: "", line: 1 };
  for (let more: string | undefined = ""; more !== undefined && shell.flow === undefined; ) {
    more = yield* shell.process.readLine(0);
    input.text += more ?? "";
    const ended = yield* runWhole(shell, input, more);
    if (ended) break;
  }
  return shell.status;
}

interface Input {
  text: string;
  line: number;
}

/** Runs the commands that are whole; true: a mistake ended the shell. */
function* runWhole(shell: Shell, input: Input, last: string | undefined): Execution<boolean> {
  const line = (last ?? "").replace(/\n$/, "");
  while (input.text !== "" && shell.flow === undefined) {
    const parsed: Parsing = parseNext(input.text, 0, { dialect: shell.dialect, line: input.line });
    if (last !== undefined && isOpen(input.text, parsed)) return false;
    yield* runParsed(shell, parsed, line);
    if (parsed.kind === "problem" && shell.dialect !== "bash") return true;
    advance(input, parsed);
  }
  return false;
}

/** Past what was run; after a mistake, past all. */
function advance(input: Input, parsed: Parsing): void {
  input.line = parsed.kind === "script" ? parsed.line : input.line + 1;
  input.text = parsed.kind === "script" ? input.text.slice(parsed.end) : "";
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
