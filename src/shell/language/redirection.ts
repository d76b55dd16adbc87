import { explain, isErrno } from "../errno.ts";
import type { Errno, OpenHow } from "../file-system.ts";
import type { Description } from "../kernel/description.ts";
import { HereDocument } from "../kernel/here-document.ts";
import { limitOf } from "../kernel/limits.ts";
import { openAndWait } from "../kernel/open-description.ts";
import type { Execution } from "../program.ts";
import { expandText, expandWords } from "./expand.ts";
import { type Shell, ShellProblem } from "./shell.ts";
import type { Redirect } from "./syntax.ts";

/** What redirections replaced, to be put back. */
export type Saved = readonly (readonly [fd: number, before: Description | undefined])[];

/** Applies redirections from left to right to the shell's own descriptors; `undo` puts them back. A failing one undoes those before it and throws. */
export function* redirect(shell: Shell, redirects: readonly Redirect[]): Execution<Saved> {
  const saved: [number, Description | undefined][] = [];
  try {
    for (const one of redirects) yield* apply(shell, one, saved);
  } catch (problem) {
    undo(shell, saved);
    throw problem;
  }
  return saved;
}

export function undo(shell: Shell, saved: Saved): void {
  const { descriptors } = shell.process.task;
  for (const [fd, before] of [...saved].reverse()) {
    if (before === undefined) descriptors.close(fd);
    else {
      descriptors.set(fd, before);
      before.release();
    }
  }
}

/** For `exec >file`: what was replaced is let go. */
export function keep(saved: Saved): void {
  for (const [, before] of saved) before?.release();
}

function replaceDescriptor(
  shell: Shell,
  saved: [number, Description | undefined][],
  at: { fd: number; description: Description | undefined },
): void {
  const { descriptors } = shell.process.task;
  saved.push([at.fd, descriptors.get(at.fd)?.retain()]);
  if (at.description === undefined) descriptors.close(at.fd);
  else descriptors.set(at.fd, at.description);
}

function* apply(shell: Shell, one: Redirect, saved: [number, Description | undefined][]): Execution<void> {
  const fd = descriptorOf(shell, one);
  if (one.operator.startsWith("<<")) {
    const text = yield* expandText(shell, one.target);
    replaceDescriptor(shell, saved, { fd, description: new HereDocument(one.operator === "<<<" ? `${text}\n` : text) });
    return;
  }
  const target = yield* targetOf(shell, one);
  const duplicates = one.operator === "<&" || one.operator === ">&";
  if (duplicates && (yield* duplicate(shell, { one, target, fd }, saved))) return;
  const description = yield* openTarget(shell, target, one.operator);
  if (isErrno(description)) throw refused(shell, target, { error: description, operator: one.operator });
  replaceDescriptor(shell, saved, { fd, description });
  if (one.operator.includes("&")) replaceDescriptor(shell, saved, { fd: 2, description });
}

function descriptorOf(shell: Shell, one: Redirect): number {
  const standard = one.operator.startsWith("<") ? 0 : 1;
  const fd = one.fdName === undefined ? (one.fd ?? standard) : freeDescriptor(shell, one.fdName);
  if (fd < mostDescriptors(shell)) return fd;
  throw new ShellProblem(`${fd}: Bad file descriptor`, { status: shell.dialect === "dash" ? 2 : 1 });
}

/** What `ulimit -n` allows, and never more than a visit may hold. */
function mostDescriptors(shell: Shell): number {
  const { task, system } = shell.process;
  return Math.min(MOST_DESCRIPTORS, limitOf(task.limits, system.machine, "nofile").soft);
}

const MOST_DESCRIPTORS = 4096;

function* targetOf(shell: Shell, one: Redirect): Execution<string> {
  const words = shell.dialect === "bash" ? yield* expandWords(shell, [one.target]) : [yield* expandText(shell, one.target)];
  const [only] = words;
  if (words.length === 1 && only !== undefined) return only;
  throw new ShellProblem(`${one.target.source}: ambiguous redirect`);
}

function refused(shell: Shell, target: string, why: { error: Errno; operator: string }): ShellProblem {
  if (shell.dialect === "bash") return new ShellProblem(`${target}: ${explain(why.error)}`);
  const creating = why.operator !== "<";
  const reason = why.error.errno === "ENOENT" ? (creating ? "Directory nonexistent" : "No such file") : explain(why.error);
  if (shell.dialect === "dash") return new ShellProblem(`cannot ${creating ? "create" : "open"} ${target}: ${reason}`, { status: 2 });
  const text = why.error.errno === "ENOENT" ? (creating ? "nonexistent directory" : "no such file") : explain(why.error);
  return new ShellProblem(`can't ${creating ? "create" : "open"} ${target}: ${text}`, { status: 1 });
}

/** False: `>&file`, which is to be opened. */
function* duplicate(
  shell: Shell,
  of: { one: Redirect; target: string; fd: number },
  saved: [number, Description | undefined][],
): Execution<boolean> {
  const { one, target, fd } = of;
  if (target === "-") {
    replaceDescriptor(shell, saved, { fd, description: undefined });
    return true;
  }
  const [, digits, moved] = /^(\d+)(-?)$/.exec(target) ?? [];
  if (digits === undefined) {
    if (one.operator === ">&" && one.fd === undefined && shell.dialect === "bash") return false;
    throw new ShellProblem(`${target}: ambiguous redirect`);
  }
  yield* shell.process.charge(1);
  const source = shell.process.task.descriptors.get(Number(digits));
  if (source === undefined) throw new ShellProblem(`${digits}: Bad file descriptor`, { status: shell.dialect === "dash" ? 2 : 1 });
  replaceDescriptor(shell, saved, { fd, description: source });
  if (moved === "-" && Number(digits) !== fd) replaceDescriptor(shell, saved, { fd: Number(digits), description: undefined });
  return true;
}

const HOW: Readonly<Record<string, OpenHow>> = {
  "<": { read: true },
  "<>": { read: true, write: true, create: true },
  ">>": { write: true, append: true, create: true },
  "&>>": { write: true, append: true, create: true },
};

function* openTarget(shell: Shell, target: string, operator: string): Execution<Description | Errno> {
  const how = HOW[operator] ?? { write: true, create: true, truncate: true };
  const { process } = shell;
  if (target === "") return { errno: "ENOENT" };
  if (operator === ">" && shell.options.has("C")) {
    const stat = process.fs.stat(target);
    if (!("errno" in stat) && stat.kind === "file") throw new ShellProblem(`${target}: cannot overwrite existing file`);
  }
  return yield* openAndWait(process.computer, process.task, { path: process.absolute(target), how });
}

function freeDescriptor(shell: Shell, name: string): number {
  let fd = 10;
  while (shell.process.task.descriptors.get(fd) !== undefined) fd += 1;
  shell.variables.set(name, String(fd));
  return fd;
}
