import { explain, isErrno } from "../../../errno.ts";
import type { Errno, Stat } from "../../../file-system.ts";
import type { Execution } from "../../../program.ts";
import { TextBuffer } from "../text-buffer.ts";
import { operate } from "./edits.ts";
import { parseRange, type Range } from "./ex-range.ts";
import { substitute } from "./substitute.ts";
import type { ViState } from "./vi-state.ts";

/** The commands behind a colon. */
type ExCommand = (
  state: ViState,
  how: { readonly range: Range | undefined; readonly bang: boolean; readonly rest: string },
) => Execution<void>;

const COMMANDS: readonly (readonly [name: string, shortest: number, run: ExCommand])[] = [
  ["write", 1, write],
  ["wq", 2, writeQuit],
  ["xit", 1, exit],
  ["exit", 3, exit],
  ["quit", 1, quit],
  ["qall", 2, quit],
  ["wqall", 3, writeQuit],
  ["edit", 1, edit],
  ["read", 1, read],
  ["delete", 1, remove],
  ["substitute", 1, substitute],
  ["set", 2, set],
  ["syntax", 2, set],
  ["undo", 1, undo],
  ["file", 1, tellName],
  ["nohlsearch", 3, set],
];

export function* runEx(state: ViState, text: string): Execution<void> {
  const line = text.trim().replace(/^:+/, "");
  if (line === "") return;
  const parsed = yield* parseRange(state, line);
  if ("wrong" in parsed) return state.complain(parsed.wrong);
  const { range, rest } = parsed;
  if (rest.startsWith("!")) return yield* shell(state, rest.slice(1));
  if (rest === "") return goTo(state, range);
  const [, name = "", bang = "", tail = ""] = /^([a-zA-Z]+|&&?|[<>])(!?)\s*([\s\S]*)$/.exec(rest) ?? [];
  const short = /^s[^a-zA-Z0-9\s]/.test(rest);
  const command = short ? substitute : COMMANDS.find(([full, shortest]) => full.startsWith(name) && name.length >= shortest)?.[2];
  if (command === undefined) return state.complain(`E492: Not an editor command: ${line}`);
  yield* command(state, { range, bang: bang !== "" && !short, rest: short ? rest.slice(1) : tail });
}

function goTo(state: ViState, range: Range | undefined): void {
  if (range !== undefined) state.moveTo({ row: range.to, column: 0 });
}

/** `"name" 3 lines, 20 bytes`, as vim without its short messages has it. */
export function sizeText(state: ViState, count: number, bytes: number): string {
  if (state.process.flavour === "busybox") return `${count}L, ${bytes}C`;
  return `${count} line${count === 1 ? "" : "s"}, ${bytes} byte${bytes === 1 ? "" : "s"}`;
}

export function quoted(state: ViState, name: string): string {
  return state.process.flavour === "busybox" ? `'${name}'` : `"${name}"`;
}

interface Save {
  readonly range: Range | undefined;
  readonly bang: boolean;
  readonly rest: string;
}

/** True when the text was written. */
function* save(state: ViState, how: Save): Execution<boolean> {
  const append = how.rest.startsWith(">>");
  const name = how.rest === "" ? state.name : how.rest.replace(/^>>\s*/, "");
  const { process, buffer } = state;
  yield* process.charge(buffer.lines.length >> 2);
  const there = process.fs.stat(name);
  const wrong = mayNotSave(state, { ...how, name, there, append });
  if (wrong !== undefined) return refuse(state, wrong);
  const text = how.range === undefined ? buffer.text : `${buffer.lines.slice(how.range.from, how.range.to + 1).join("\n")}\n`;
  const done = process.fs.writeFile(name, text, { way: "editor", append });
  if (isErrno(done)) return refuse(state, notWritten(state, name, done));
  state.say(writtenText(state, { name, text, fresh: isErrno(there) }));
  if (how.range === undefined && (state.name === "" || name === state.name)) {
    state.name = name;
    buffer.modified = false;
  }
  return true;
}

function mayNotSave(state: ViState, how: Save & { name: string; there: Stat | Errno; append: boolean }): string | undefined {
  const { name, there, bang, append } = how;
  if (name === "") return "E32: No file name";
  if (state.readOnly && !bang && name === state.name) return "E45: 'readonly' option is set (add ! to override)";
  if (isErrno(there)) return undefined;
  if (there.kind === "directory") return `${quoted(state, name)} is a directory`;
  return name !== state.name && !bang && !append ? "E13: File exists (add ! to override)" : undefined;
}

function notWritten(state: ViState, name: string, error: Errno): string {
  if (state.process.flavour === "busybox") return `'${name}' ${explain(error)}`;
  return `${quoted(state, name)} E212: Can't open file for writing`;
}

function writtenText(state: ViState, file: { name: string; text: string; fresh: boolean }): string {
  const count = file.text === "" ? 0 : file.text.split("\n").length - 1;
  const size = sizeText(state, count, file.text.length);
  if (state.process.flavour === "busybox") return `${quoted(state, file.name)} ${size}`;
  return `${quoted(state, file.name)}${file.fresh ? " [New File]" : ""} ${size} written`;
}

function refuse(state: ViState, message: string): false {
  state.complain(message);
  return false;
}

function* write(state: ViState, how: Parameters<ExCommand>[1]): Execution<void> {
  if (how.rest.startsWith("!")) return yield* shell(state, how.rest.slice(1));
  yield* save(state, how);
}

function* writeQuit(state: ViState, how: Parameters<ExCommand>[1]): Execution<void> {
  if (yield* save(state, how)) state.ended = true;
}

export function* exit(state: ViState, how: Parameters<ExCommand>[1]): Execution<void> {
  if (state.buffer.modified || how.rest !== "") yield* writeQuit(state, how);
  else state.ended = true;
}

function* quit(state: ViState, { bang }: Parameters<ExCommand>[1]): Execution<void> {
  yield* state.process.charge(1);
  if (state.buffer.modified && !bang) return state.complain(unsaved(state));
  state.ended = true;
  state.message = "";
}

function unsaved(state: ViState): string {
  if (state.process.flavour === "busybox") return "No write since last change (:quit! overrides)";
  return "E37: No write since last change (add ! to override)";
}

function* edit(state: ViState, { bang, rest }: Parameters<ExCommand>[1]): Execution<void> {
  if (state.buffer.modified && !bang) return state.complain(unsaved(state));
  if (rest === "" && state.name === "") return state.complain("E32: No file name");
  yield* openFile(state, rest === "" ? state.name : rest);
}

/** Shows another file, or a new one. */
export function* openFile(state: ViState, name: string): Execution<void> {
  const { process, buffer } = state;
  yield* process.charge(10);
  state.name = name;
  buffer.lines = [""];
  buffer.modified = false;
  const wrong = buffer.load(process, name);
  state.moveTo({ row: 0, column: 0 });
  yield* process.charge(buffer.lines.length >> 2);
  if (wrong === undefined) return loaded(state);
  if (wrong.errno === "ENOENT") return state.say(process.flavour === "busybox" ? `'${name}' [New file]` : `"${name}" [New File]`);
  if (wrong.errno === "EISDIR") return state.say(`"${name}" is a directory`);
  state.say(`"${name}" [${explain(wrong)}]`);
}

function loaded(state: ViState): void {
  const { process, buffer, name } = state;
  const writable = !("errno" in process.fs.access(name, 2));
  state.readOnly ||= !writable;
  const text = process.fs.stat(name);
  const bytes = isErrno(text) ? buffer.text.length : text.size;
  const count = bytes === 0 ? 0 : buffer.lines.length;
  const marks = `${state.readOnly ? (process.flavour === "busybox" ? " [Readonly]" : " [readonly]") : ""}`;
  state.say(`${quoted(state, name)}${marks} ${sizeText(state, count, bytes)}`);
}

function* read(state: ViState, { rest }: Parameters<ExCommand>[1]): Execution<void> {
  const other = new TextBuffer();
  yield* state.process.charge(10);
  const wrong = other.load(state.process, rest);
  if (wrong !== undefined) return state.complain(`E484: Can't open file ${rest}`);
  state.buffer.checkpoint(state.row);
  state.buffer.lines.splice(state.row + 1, 0, ...other.lines);
  state.moveTo({ row: state.row + 1, column: 0 });
}

function* remove(state: ViState, { range }: Parameters<ExCommand>[1]): Execution<void> {
  yield* state.process.charge(1);
  if (range !== undefined) state.moveTo({ row: range.from, column: 0 });
  operate(state, "d", { row: range?.to ?? state.row, column: 0, kind: "lines" });
}

/** Settings change nothing that is seen here. */
function* set(state: ViState): Execution<void> {
  yield* state.process.charge(1);
}

export function* undo(state: ViState): Execution<void> {
  yield* state.process.charge(state.buffer.lines.length >> 4);
  const before = state.buffer.lines.length;
  const row = state.buffer.undo(state.row);
  if (row === undefined) return state.say("Already at oldest change");
  const difference = state.buffer.lines.length - before;
  const size = Math.abs(difference);
  const what = difference === 0 ? "1 change" : `${size} ${difference > 0 ? "more line" : "line less"}${size === 1 ? "" : "s"}`;
  state.say(`${what.replace("line lesss", "fewer lines")}; before #1  0 seconds ago`);
  state.moveTo({ row, column: 0 });
}

function* tellName(state: ViState): Execution<void> {
  yield* state.process.charge(1);
  const percent = Math.floor(((state.row + 1) * 100) / (state.lastRow + 1));
  state.say(
    `"${state.name || "[No Name]"}"${state.buffer.modified ? " [Modified]" : ""} line ${state.row + 1} of ${state.lastRow + 1} --${percent}%-- col ${state.column + 1}`,
  );
}

/** :!command runs on the plain terminal, and waits for a key. */
function* shell(state: ViState, command: string): Execution<void> {
  const { process, terminal } = state;
  yield* process.print(`\x1b[${terminal.rows};1H\x1b[K:!${command}\r\n`);
  const request = { argv: [process.environment.get("SHELL") ?? "/bin/sh", "-c", command] };
  const status = yield* terminal.suspended(() => process.runChild(request));
  if (typeof status === "number" && status !== 0) yield* process.print(`\nshell returned ${status}\n`);
  yield* process.print("\r\nPress ENTER or type command to continue");
  yield* terminal.key();
  state.repaint = true;
}
