import { parseMode } from "../../file-mode.ts";
import type { Execution } from "../../program.ts";
import { type Shell, ShellProblem } from "../shell.ts";
import { badOption, readFlags, wrong } from "./builtin.ts";
import { allVariables } from "./variables.ts";

/** Builtins that set how the shell behaves: set, shopt, umask, times, history, help. */

/** `set -o` names with their letters; "" for none. */
const OPTIONS: Readonly<Record<string, string>> = {
  allexport: "a",
  braceexpand: "B",
  emacs: "",
  errexit: "e",
  errtrace: "E",
  functrace: "T",
  hashall: "h",
  histexpand: "H",
  history: "",
  ignoreeof: "",
  "interactive-comments": "",
  keyword: "k",
  monitor: "m",
  noclobber: "C",
  noexec: "n",
  noglob: "f",
  nolog: "",
  notify: "b",
  nounset: "u",
  onecmd: "t",
  physical: "P",
  pipefail: "",
  posix: "",
  privileged: "p",
  verbose: "v",
  vi: "",
  xtrace: "x",
};
const ALWAYS = new Set(["braceexpand", "hashall", "interactive-comments"]);

export function* setBuiltin(shell: Shell, args: readonly string[]): Execution {
  if (args.length === 0) {
    yield* shell.process.print(allVariables(shell));
    return 0;
  }
  let at = 0;
  for (; /^[-+]./.test(args[at] ?? "") && args[at] !== "--"; at += 1) {
    const used = yield* applyOptions(shell, args[at] ?? "", args[at + 1]);
    if (typeof used === "number") return used;
    if (used === "next") at += 1;
  }
  setPositional(shell, args.slice(at));
  return 0;
}

/** `set -- a b`, `set a b`; a lone `-` changes nothing. */
function setPositional(shell: Shell, rest: readonly string[]): void {
  const [first] = rest;
  if (first === undefined || (first === "-" && rest.length === 1)) return;
  shell.positional = first === "--" || first === "-" ? rest.slice(1) : rest;
}

function* applyOptions(shell: Shell, arg: string, next: string | undefined): Execution<number | "next" | "done"> {
  const on = arg.startsWith("-");
  for (const letter of arg.slice(1)) {
    if (letter === "o") return yield* applyNamed(shell, next, on);
    if (!Object.values(OPTIONS).includes(letter)) return yield* badOption(shell, "set", `${on ? "-" : "+"}${letter}`);
    switchOption(shell, letter, on);
  }
  return "done";
}

/** Options that only bash has. */
const BASH_OPTIONS = new Set([
  "pipefail",
  "posix",
  "braceexpand",
  "errtrace",
  "functrace",
  "hashall",
  "histexpand",
  "history",
  "keyword",
  "onecmd",
  "physical",
]);

function* applyNamed(shell: Shell, name: string | undefined, on: boolean): Execution<number | "next" | "done"> {
  if (name === undefined) {
    yield* printOptions(shell, on);
    return "done";
  }
  if (Object.hasOwn(OPTIONS, name) && (shell.dialect !== "dash" || !BASH_OPTIONS.has(name))) {
    switchOption(shell, OPTIONS[name] || name, on);
    return "next";
  }
  if (shell.dialect !== "bash")
    throw new ShellProblem(`set: ${shell.pick({ bash: "", dash: "Illegal option -o", ash: "illegal option -o" })} ${name}`, {
      status: 2,
      fatal: true,
    });
  return yield* wrong(shell, `set: ${name}: invalid option name`, 2);
}

export function switchOption(shell: Shell, option: string, on: boolean): void {
  if (on) shell.options.add(option);
  else shell.options.delete(option);
}

function* printOptions(shell: Shell, table: boolean): Execution<void> {
  for (const [name, letter] of Object.entries(OPTIONS)) {
    const on = isOn(shell, name, letter);
    yield* shell.process.print(table ? `${name.padEnd(15)}\t${on ? "on" : "off"}\n` : `set ${on ? "-" : "+"}o ${name}\n`);
  }
}

function isOn(shell: Shell, name: string, letter: string): boolean {
  const always = ALWAYS.has(name) || (shell.interactive && (name === "emacs" || name === "history"));
  return always || shell.options.has(letter || name);
}

const SHOPTS = [
  "autocd",
  "assoc_expand_once",
  "cdable_vars",
  "cdspell",
  "checkhash",
  "checkjobs",
  "checkwinsize",
  "cmdhist",
  "compat31",
  "compat32",
  "compat40",
  "compat41",
  "compat42",
  "compat43",
  "compat44",
  "complete_fullquote",
  "direxpand",
  "dirspell",
  "dotglob",
  "execfail",
  "expand_aliases",
  "extdebug",
  "extglob",
  "extquote",
  "failglob",
  "force_fignore",
  "globasciiranges",
  "globskipdots",
  "globstar",
  "gnu_errfmt",
  "histappend",
  "histreedit",
  "histverify",
  "hostcomplete",
  "huponexit",
  "inherit_errexit",
  "interactive_comments",
  "lastpipe",
  "lithist",
  "localvar_inherit",
  "localvar_unset",
  "login_shell",
  "mailwarn",
  "no_empty_cmd_completion",
  "nocaseglob",
  "nocasematch",
  "noexpand_translation",
  "nullglob",
  "patsub_replacement",
  "progcomp",
  "progcomp_alias",
  "promptvars",
  "restricted_shell",
  "shift_verbose",
  "sourcepath",
  "varredir_close",
  "xpg_echo",
];
export const DEFAULT_SHOPTS = [
  "checkwinsize",
  "cmdhist",
  "complete_fullquote",
  "extquote",
  "force_fignore",
  "globasciiranges",
  "globskipdots",
  "hostcomplete",
  "interactive_comments",
  "patsub_replacement",
  "progcomp",
  "promptvars",
  "sourcepath",
];

export function* shopt(shell: Shell, args: readonly string[]): Execution {
  const flags = readFlags(args, "pqsuo");
  if (flags.unknown !== undefined) return yield* badOption(shell, "shopt", flags.unknown);
  const { letters, operands } = flags;
  if (operands.length === 0 || !(letters.has("s") || letters.has("u"))) return yield* showShopts(shell, { operands, letters });
  for (const name of operands) {
    const refused = yield* setShopt(shell, name, { on: letters.has("s"), option: letters.has("o") });
    if (refused !== 0) return refused;
  }
  return 0;
}

function* setShopt(shell: Shell, name: string, how: { on: boolean; option: boolean }): Execution {
  if (how.option) switchOption(shell, OPTIONS[name] || name, how.on);
  else if (!SHOPTS.includes(name)) return yield* wrong(shell, `shopt: ${name}: invalid shell option name`);
  else if (how.on) shell.shopts.add(name);
  else shell.shopts.delete(name);
  return 0;
}

function* showShopts(shell: Shell, of: { operands: readonly string[]; letters: ReadonlySet<string> }): Execution {
  const { operands, letters } = of;
  const all = operands.length === 0;
  let status = 0;
  for (const name of all ? SHOPTS : operands) {
    const on = shoptOn(shell, name);
    if (on === undefined) status = yield* wrong(shell, `shopt: ${name}: invalid shell option name`);
    else if (!isHidden(on, all, letters)) yield* shell.process.print(shoptLine(name, on, letters.has("p")));
  }
  return !all && operands.some((name) => shoptOn(shell, name) === false) ? 1 : status;
}

function shoptLine(name: string, on: boolean, asCommand: boolean): string {
  return asCommand ? `shopt ${on ? "-s" : "-u"} ${name}\n` : `${name.padEnd(20)}\t${on ? "on" : "off"}\n`;
}

/** Undefined: there is no such option. */
function shoptOn(shell: Shell, name: string): boolean | undefined {
  if (!SHOPTS.includes(name)) return undefined;
  if (name === "login_shell") return shell.login;
  return shell.shopts.has(name) || (name === "expand_aliases" && shell.interactive);
}

/** -q shows nothing; of all options, -s and -u show those that are on or off. */
function isHidden(on: boolean, all: boolean, letters: ReadonlySet<string>): boolean {
  if (letters.has("q") || !all) return letters.has("q");
  return (letters.has("s") && !on) || (letters.has("u") && on);
}

export function* umask(shell: Shell, args: readonly string[]): Execution {
  const flags = readFlags(args, "pS");
  if (flags.unknown !== undefined) return yield* badOption(shell, "umask", flags.unknown);
  const [given] = flags.operands;
  if (given !== undefined) return yield* setUmask(shell, given);
  const { process } = shell;
  const octal = process.umask.toString(8).padStart(4, "0");
  yield* process.print(flags.letters.has("S") ? `${symbolic(process.umask)}\n` : `${flags.letters.has("p") ? "umask " : ""}${octal}\n`);
  return 0;
}

function* setUmask(shell: Shell, given: string): Execution {
  const { process } = shell;
  if (/^[0-9]/.test(given)) {
    const mask = /^[0-7]+$/.test(given) ? Number.parseInt(given, 8) : Number.NaN;
    if (!(mask <= 0o777)) return yield* wrong(shell, `umask: ${given}: octal number out of range`);
    process.umask = mask;
    return 0;
  }
  const allowed = parseMode(given, ~process.umask & 0o777);
  if (allowed === undefined) return yield* wrong(shell, `umask: \`${given.slice(0, 1)}': invalid symbolic mode operator`);
  process.umask = ~allowed & 0o777;
  return 0;
}

function symbolic(mask: number): string {
  const letters = (bits: number) => `${(bits & 4) === 0 ? "r" : ""}${(bits & 2) === 0 ? "w" : ""}${(bits & 1) === 0 ? "x" : ""}`;
  return `u=${letters(mask >> 6)},g=${letters(mask >> 3)},o=${letters(mask)}`;
}

export function* times(shell: Shell): Execution {
  const own = shell.process.task.steps / 1_000_000;
  const show = (seconds: number) => `${Math.floor(seconds / 60)}m${(seconds % 60).toFixed(shell.dialect === "bash" ? 3 : 6)}s`;
  yield* shell.process.print(`${show(own)} ${show(own / 4)}\n${show(own / 2)} ${show(own / 8)}\n`);
  return 0;
}

export function* help(shell: Shell, args: readonly string[]): Execution {
  const [topic] = args;
  if (topic !== undefined) {
    return yield* wrong(shell, `help: no help topics match \`${topic}'.  Try \`help help' or \`man -k ${topic}' or \`info ${topic}'.`);
  }
  yield* shell.process.print(`${shell.process.system.machine.versions["bash"] ?? "GNU bash"}\n${HELP}`);
  return 0;
}

const HELP = `These shell commands are defined internally.  Type \`help' to see this list.
Type \`help name' to find out more about the function \`name'.
Use \`info bash' to find out more about the shell in general.
Use \`man -k' or \`info' to find out more about commands not in this list.

A star (*) next to a name means that the command is disabled.
`;

export function* caller(shell: Shell): Execution {
  if (shell.functionDepth === 0) return 1;
  yield* shell.process.print(`${shell.line} ${shell.functionNames.at(-2) ?? "main"} ${shell.name}\n`);
  return 0;
}

export function* enable(shell: Shell, args: readonly string[]): Execution {
  const flags = readFlags(args, "adnps");
  const [name] = flags.operands;
  if (name !== undefined && flags.letters.has("n")) shell.disabled.add(name);
  else if (name !== undefined) shell.disabled.delete(name);
  yield* shell.process.charge(1);
  return 0;
}

/** `complete`, `compopt`, `bind`: accepted, since start-up files call them. */
export function* accepted(shell: Shell): Execution {
  yield* shell.process.charge(1);
  return 0;
}
