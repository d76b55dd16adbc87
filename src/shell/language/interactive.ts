import type { Execution } from "../program.ts";
import { completeWord } from "../terminal/completion.ts";
import { type Edited, LineEditor } from "../terminal/line-editor.ts";
import { readHistory, writeHistory } from "./builtins/history.ts";
import { builtinNames } from "./builtins/index.ts";
import { forget } from "./builtins/jobs.ts";
import { expandHistory } from "./history-expansion.ts";
import { jobState } from "./jobs.ts";
import { parseNext } from "./parser.ts";
import { jobLine, jobText } from "./pipeline.ts";
import { expandPrompt } from "./prompt.ts";
import type { Shell } from "./shell.ts";
import { syntaxMessage } from "./syntax-message.ts";

/** A shell at a prompt: edits lines, asks for more while a command is incomplete, runs, and tells of jobs before the next prompt. */
export function* interactiveLoop(shell: Shell): Execution {
  const { process } = shell;
  const editor = new LineEditor(process);
  const terminal = process.computer.terminals.get(process.task.terminal ?? "");
  shell.history.push(...readHistory(shell, shell.variables.get("HISTFILE") ?? ""));
  while (shell.flow?.kind !== "exit") {
    shell.flow = undefined;
    if (terminal !== undefined) terminal.foreground = process.task.group;
    yield* tellJobs(shell);
    yield* runPromptCommand(shell);
    if (yield* round(shell, editor)) break;
  }
  if (shell.dialect === "bash" && shell.history.length > 0) writeHistory(shell, shell.variables.get("HISTFILE") ?? "");
  return shell.status;
}

/** One command from the prompt; true: the shell ends. */
function* round(shell: Shell, editor: LineEditor): Execution<boolean> {
  const text = yield* readCommand(shell, editor);
  if (text === "end") return yield* mayLeave(shell);
  if (text === "interrupt") {
    shell.status = 130;
    return false;
  }
  shell.warnedOfJobs &&= /^\s*(exit|logout|jobs)\b/.test(text);
  yield* runLine(shell, text);
  if (endedByInterrupt(shell)) yield* shell.say("\n");
  return false;
}

function endedByInterrupt(shell: Shell): boolean {
  return shell.flow?.kind === "interrupt" && shell.status === 130;
}

function* runPromptCommand(shell: Shell): Execution<void> {
  const command = shell.dialect === "bash" ? shell.variables.get("PROMPT_COMMAND") : undefined;
  if (command === undefined || command === "") return;
  const { status } = shell;
  yield* shell.ports.runText(shell, command);
  shell.status = status;
}

function* mayLeave(shell: Shell): Execution<boolean> {
  const stopped = shell.jobs.all().some((job) => jobState(job) === "stopped");
  if (shell.dialect === "bash") yield* shell.say(shell.login ? "logout\n" : "exit\n");
  else yield* shell.say("\n");
  if (!stopped || shell.warnedOfJobs) return true;
  shell.warnedOfJobs = true;
  yield* shell.say(shell.dialect === "bash" ? "There are stopped jobs.\n" : "You have stopped jobs.\n");
  return false;
}

/** A whole command, over several lines if need be. */
function* readCommand(shell: Shell, editor: LineEditor): Execution<string | "end" | "interrupt"> {
  let text = "";
  for (let prompt = "PS1"; ; prompt = "PS2") {
    const edited = yield* readOne(shell, editor, prompt);
    if (edited.kind === "end") return text === "" ? "end" : text;
    const line = edited.kind === "line" ? yield* expanded(shell, edited.line) : undefined;
    if (line === undefined) return "interrupt";
    enter(shell, line);
    text += `${line}\n`;
    if (!isIncomplete(shell, text)) return text;
  }
}

function enter(shell: Shell, line: string): void {
  if (line.trim() === "") return;
  shell.process.observe({ kind: "command.input", fields: { line, interactive: true, directory: shell.process.directory } });
  remember(shell, line);
}

function isIncomplete(shell: Shell, text: string): boolean {
  const parsed = parseNext(text, 0, { dialect: shell.dialect, aliases: shell.aliases });
  return /\\\n$/.test(text) || (parsed.kind === "problem" && (parsed.problem.kind === "end" || parsed.problem.kind === "unclosed"));
}

function* expanded(shell: Shell, line: string): Execution<string | undefined> {
  if (shell.dialect !== "bash" || !/[!^]/.test(line)) return line;
  const result = expandHistory(line, shell.history);
  if ("wrong" in result) {
    yield* shell.complain(result.wrong);
    return undefined;
  }
  if (result.changed) yield* shell.say(`${result.line}\n`);
  return result.line;
}

function remember(shell: Shell, line: string): void {
  const control = shell.variables.get("HISTCONTROL") ?? "";
  if (/ignore(space|both)/.test(control) && line.startsWith(" ")) return;
  if (/ignore(dups|both)/.test(control) && shell.history.at(-1) === line) return;
  if (shell.dialect === "bash" && shell.variables.get("HISTSIZE") === "0") return;
  shell.history.push(line);
  if (shell.history.length > MAX_HISTORY) shell.history.shift();
}

const MAX_HISTORY = 1000;

function* readOne(shell: Shell, editor: LineEditor, name: string): Execution<Edited> {
  const prompt = yield* expandPrompt(shell, shell.variables.get(name) ?? "");
  if (shell.process.terminal === undefined || shell.dialect === "dash") return yield* readPlain(shell, prompt);
  const bracketedPaste =
    shell.dialect === "bash" && shell.variables.get("TERM") !== "dumb" && Number(shell.variables.get("BASH_VERSINFO") ?? 5) >= 5;
  const { process, variables } = shell;
  const ports = {
    fs: process.fs,
    home: variables.get("HOME") ?? "/",
    path: variables.get("PATH") ?? "",
    commands: () => [...builtinNames(shell), ...shell.functions.keys(), ...shell.aliases.keys(), ...KEYWORDS],
    variables: () => variables.names(),
  };
  return yield* editor.edit({
    prompt,
    history: shell.history,
    bracketedPaste,
    complete: (line, cursor) => completeWord(line, cursor, ports),
  });
}

const KEYWORDS = [
  "case",
  "do",
  "done",
  "elif",
  "else",
  "esac",
  "fi",
  "for",
  "function",
  "if",
  "in",
  "select",
  "then",
  "time",
  "until",
  "while",
];

/** Without an editor: the terminal's own line discipline, or a pipe. */
function* readPlain(shell: Shell, prompt: string): Execution<Edited> {
  yield* shell.say(prompt);
  const line = yield* shell.process.readLine(0);
  const interrupted = shell.process.task.caught.indexOf("INT");
  if (interrupted >= 0) {
    shell.process.task.caught.splice(interrupted, 1);
    yield* shell.say("\n");
    return { kind: "interrupt" };
  }
  return line === undefined ? { kind: "end" } : { kind: "line", line: line.replace(/\n$/, "") };
}

function* runLine(shell: Shell, text: string): Execution<void> {
  let at = 0;
  while (shell.flow === undefined) {
    const parsed = parseNext(text, at, { dialect: shell.dialect, aliases: shell.aliases });
    if (parsed.kind === "done") return;
    if (parsed.kind === "problem") {
      yield* shell.say(syntaxMessage(shell, parsed.problem, text.trimEnd()));
      shell.status = 2;
      return;
    }
    yield* shell.ports.runScript(shell, parsed.script);
    at = parsed.end;
  }
}

/** Background jobs that ended since the last prompt. */
function* tellJobs(shell: Shell): Execution<void> {
  for (const job of shell.jobs.all()) {
    if (jobState(job) !== "done") continue;
    yield* shell.say(jobLine(shell, job, { state: jobText(job) }));
    forget(shell, job);
  }
}
