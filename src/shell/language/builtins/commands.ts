import { isErrno } from "../../errno.ts";
import { findProgram } from "../../kernel/loader.ts";
import type { Execution } from "../../program.ts";
import { locate } from "../launch.ts";
import { printFunction } from "../print-function.ts";
import { singleQuoted } from "../quoting.ts";
import { DASH_KEYWORDS, KEYWORDS, SPECIAL_BUILTINS } from "../reserved-words.ts";
import type { Shell } from "../shell.ts";
import { badOption, readFlags, wrong } from "./builtin.ts";

/** Builtins about what a name means: type, command, builtin, hash, alias. `knows` tells which names are builtins. */

export type Knows = (shell: Shell, name: string) => boolean;

interface Meaning {
  readonly kind: "alias" | "keyword" | "function" | "builtin" | "file" | "hashed";
  readonly text: string;
}

export function meanings(shell: Shell, name: string, how: { knows: Knows; all: boolean; search?: string }): readonly Meaning[] {
  const found: Meaning[] = [];
  const alias = shell.aliases.get(name);
  if (alias !== undefined && (shell.interactive || shell.dialect !== "bash")) found.push({ kind: "alias", text: alias });
  if ((shell.dialect === "bash" ? KEYWORDS : DASH_KEYWORDS).has(name)) found.push({ kind: "keyword", text: name });
  if (shell.functions.has(name)) found.push({ kind: "function", text: name });
  if (how.knows(shell, name)) found.push({ kind: "builtin", text: name });
  const hashed = shell.hashed.get(name);
  if (hashed !== undefined && !how.all) found.push({ kind: "hashed", text: hashed.path });
  for (const path of paths(shell, name, how)) found.push({ kind: "file", text: path });
  return how.all ? found : found.slice(0, 1);
}

function paths(shell: Shell, name: string, how: { all: boolean; search?: string }): readonly string[] {
  const search = how.search ?? shell.variables.get("PATH") ?? "";
  if (name.includes("/")) return "ok" in shell.process.fs.access(name, 1) ? [name] : [];
  const found: string[] = [];
  for (const directory of search.split(":")) {
    const path = findProgram(shell.process, name, directory);
    if (!isErrno(path) && "ok" in shell.process.fs.access(path, 1)) found.push(path);
    if (found.length > 0 && !how.all) break;
  }
  return found;
}

export function typeBuiltin(knows: Knows) {
  return function* type(shell: Shell, args: readonly string[]): Execution {
    const flags = shell.dialect === "bash" ? readFlags(args, "afptP") : readFlags(["--", ...args], "");
    if (flags.unknown !== undefined) return yield* badOption(shell, "type", flags.unknown);
    let status = 0;
    for (const name of flags.operands) {
      const found = meanings(shell, name, { knows, all: flags.letters.has("a") });
      status = (yield* typeOne(shell, { name, found }, flags.letters)) || status;
    }
    return status;
  };
}

function* typeOne(shell: Shell, of: { name: string; found: readonly Meaning[] }, letters: ReadonlySet<string>): Execution {
  if (letters.has("P") || letters.has("p")) return yield* printPaths(shell, of.name, { found: of.found, force: letters.has("P") });
  return letters.has("t") ? yield* printKind(shell, of.found) : yield* describe(shell, of.name, of.found);
}

function* printPaths(shell: Shell, name: string, how: { found: readonly Meaning[]; force: boolean }): Execution {
  const files = how.force
    ? paths(shell, name, { all: false })
    : how.found.filter((one) => one.kind === "file" || one.kind === "hashed").map((one) => one.text);
  for (const path of files) yield* shell.process.print(`${path}\n`);
  return files.length > 0 || how.found.length > 0 ? 0 : 1;
}

function* printKind(shell: Shell, found: readonly Meaning[]): Execution {
  for (const one of found) yield* shell.process.print(`${one.kind === "hashed" ? "file" : one.kind}\n`);
  return found.length > 0 ? 0 : 1;
}

function* describe(shell: Shell, name: string, found: readonly Meaning[]): Execution {
  for (const one of found) yield* shell.process.print(`${sentence(shell, name, one)}\n`);
  if (found.length > 0) return 0;
  if (shell.dialect === "bash") return yield* wrong(shell, `type: ${name}: not found`);
  yield* shell.process.print(`${name}: not found\n`);
  return 127;
}

function sentence(shell: Shell, name: string, one: Meaning): string {
  switch (one.kind) {
    case "alias":
      return shell.pick({ bash: `${name} is aliased to \`${one.text}'`, dash: `${name} is an alias for ${one.text}` });
    case "keyword":
      return `${name} is a shell keyword`;
    case "function":
      return functionSentence(shell, name);
    case "builtin":
      return `${name} is a ${shell.pick({ bash: "", dash: SPECIAL_BUILTINS.has(name) ? "special " : "" })}shell builtin`;
    case "hashed":
      return shell.pick({ bash: `${name} is hashed (${one.text})`, dash: `${name} is a tracked alias for ${one.text}` });
    case "file":
      return `${name} is ${one.text}`;
  }
}

function functionSentence(shell: Shell, name: string): string {
  const definition = shell.functions.get(name);
  if (shell.dialect !== "bash" || definition === undefined) return `${name} is a shell function`;
  return `${name} is a function\n${printFunction(definition).trimEnd()}`;
}

export function commandBuiltin(knows: Knows) {
  return function* command(shell: Shell, args: readonly string[]): Execution {
    const flags = readFlags(args, "pvV");
    if (flags.unknown !== undefined) return yield* badOption(shell, "command", flags.unknown);
    const [name] = flags.operands;
    if (name === undefined) return 0;
    if (flags.letters.has("v") || flags.letters.has("V"))
      return yield* commandV(shell, flags.operands, { knows, verbose: flags.letters.has("V") });
    return yield* shell.ports.runWords(shell, flags.operands, { builtin: true, external: true });
  };
}

function* commandV(shell: Shell, names: readonly string[], how: { knows: Knows; verbose: boolean }): Execution {
  let status = shell.pick({ bash: 1, dash: 127 });
  for (const name of names) {
    const [found] = meanings(shell, name, { knows: how.knows, all: false });
    if (found === undefined) {
      if (how.verbose) yield* shell.complain(shell.pick({ bash: `command: ${name}: not found`, dash: `${name}: not found` }));
      continue;
    }
    status = 0;
    yield* shell.process.print(`${how.verbose ? sentence(shell, name, found) : shortForm(name, found)}\n`);
  }
  return status;
}

/** As `command -v` prints it. */
function shortForm(name: string, found: Meaning): string {
  if (found.kind === "alias") return `alias ${name}=${singleQuoted(found.text)}`;
  return found.kind === "file" || found.kind === "hashed" ? found.text : name;
}

export function* builtin(shell: Shell, args: readonly string[]): Execution {
  const words = args[0] === "--" ? args.slice(1) : args;
  return yield* shell.ports.runWords(shell, words, { builtin: true, external: false });
}

export function* hash(shell: Shell, args: readonly string[]): Execution {
  const flags = readFlags(args, "lrp:dt");
  if (flags.unknown !== undefined) return yield* badOption(shell, "hash", flags.unknown);
  if (flags.letters.has("r")) shell.hashed.clear();
  if (flags.operands.length === 0) return flags.letters.has("r") ? 0 : yield* printHashed(shell);
  let status = 0;
  for (const name of flags.operands) status = (yield* hashOne(shell, name, flags.letters)) || status;
  return status;
}

function* hashOne(shell: Shell, name: string, letters: ReadonlySet<string>): Execution {
  const known = shell.hashed.get(name);
  if (letters.has("d")) shell.hashed.delete(name);
  else if (letters.has("t")) yield* shell.process.print(`${known?.path ?? ""}\n`);
  else if (isErrno(locate(shell, name))) return yield* wrong(shell, `hash: ${name}: not found`);
  else shell.hashed.set(name, { path: shell.hashed.get(name)?.path ?? name, hits: 0 });
  return 0;
}

function* printHashed(shell: Shell): Execution {
  if (shell.hashed.size === 0) {
    if (shell.dialect === "bash") yield* shell.process.print("hash: hash table empty\n");
    return 0;
  }
  if (shell.dialect === "bash") yield* shell.process.print("hits\tcommand\n");
  for (const { path, hits } of shell.hashed.values())
    yield* shell.process.print(shell.dialect === "bash" ? `${String(hits).padStart(4)}\t${path}\n` : `${path}\n`);
  return 0;
}

export function* alias(shell: Shell, args: readonly string[]): Execution {
  const operands = args.filter((arg) => arg !== "-p" && arg !== "--");
  if (operands.length === 0) {
    const sorted = [...shell.aliases].sort(([one], [other]) => (one < other ? -1 : 1));
    for (const [name, value] of sorted) yield* shell.process.print(aliasLine(shell, name, value));
    return 0;
  }
  let status = 0;
  for (const operand of operands) status = (yield* aliasOne(shell, operand)) || status;
  return status;
}

function aliasLine(shell: Shell, name: string, value: string): string {
  return `${shell.pick({ bash: "alias ", dash: "" })}${name}=${singleQuoted(value)}\n`;
}

function* aliasOne(shell: Shell, operand: string): Execution {
  const [, name, value] = /^([^=]+)=([\s\S]*)$/.exec(operand) ?? [];
  const known = shell.aliases.get(operand);
  if (name !== undefined && value !== undefined) shell.aliases.set(name, value);
  else if (known !== undefined) yield* shell.process.print(aliasLine(shell, operand, known));
  else return yield* wrong(shell, shell.pick({ bash: `alias: ${operand}: not found`, dash: `alias: ${operand} not found` }));
  return 0;
}

export function* unalias(shell: Shell, args: readonly string[]): Execution {
  const flags = readFlags(args, "a");
  if (flags.unknown !== undefined) return yield* badOption(shell, "unalias", flags.unknown);
  if (flags.letters.has("a")) shell.aliases.clear();
  let status = 0;
  for (const name of flags.operands)
    if (!shell.aliases.delete(name))
      status = yield* wrong(shell, shell.dialect === "bash" ? `unalias: ${name}: not found` : `unalias: ${name} not found`);
  return status;
}
