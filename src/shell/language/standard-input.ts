import type { Execution } from "../program.ts";
import { parseNext } from "./parser.ts";
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
    const incomplete = parsed.kind === "problem" && (parsed.problem.kind === "end" || parsed.problem.kind === "unclosed");
    if (more !== undefined && (incomplete || openDocument(text))) continue;
    text = parsed.kind === "script" ? text.slice(parsed.end) : "";
    line = parsed.kind === "script" ? parsed.line : line + 1;
    if (parsed.kind === "script") {
      shell.process.observe({
        kind: "command.input",
        fields: { line: (more ?? "").replace(/\n$/, ""), interactive: false, directory: shell.process.directory },
      });
      yield* shell.ports.runScript(shell, parsed.script);
      dropDiscard(shell);
    } else if (parsed.kind === "problem") {
      yield* shell.say(syntaxMessage(shell, parsed.problem, (more ?? "").replace(/\n$/, "")));
      shell.status = 2;
      if (shell.dialect !== "bash") return 2;
    }
    if (more === undefined && text === "") break;
  }
  return shell.status;
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
