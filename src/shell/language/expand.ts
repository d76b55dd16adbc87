import type { Execution } from "../program.ts";
import { expandBraces } from "./braces.ts";
import { evaluateText } from "./evaluation.ts";
import { type Field, Fields } from "./fields.ts";
import { expandGlob } from "./glob.ts";
import { expandParameter, type ParameterResult } from "./parameter.ts";
import { type Shell, ShellProblem } from "./shell.ts";
import type { Part, Word } from "./syntax.ts";

/**
 * Word expansion (POSIX XCU 2.6): braces, tilde, parameters, commands, arithmetic, splitting, pathnames, in that order.
 * Quoting is carried through to the end, since what was quoted is neither split nor globbed.
 */

/** Words of a command: split and globbed. */
export function* expandWords(shell: Shell, words: readonly Word[]): Execution<string[]> {
  const results: string[] = [];
  for (const word of words) {
    const plain = word.parts.length === 1 ? word.parts[0] : undefined;
    if (plain?.kind === "literal" && !/[*?[\\~{]/.test(plain.text)) results.push(plain.text);
    else yield* expandWord(shell, word, results);
    if (results.length > MAX_WORDS) throw new ShellProblem("cannot allocate memory", { status: 1 });
  }
  return results;
}

const MAX_WORDS = 200_000;

function* expandWord(shell: Shell, word: Word, results: string[]): Execution<void> {
  const alternatives = shell.dialect === "bash" ? expandBraces(word) : [word];
  if (alternatives === undefined) throw new ShellProblem("brace expansion: failed to allocate memory");
  for (const [index, alternative] of alternatives.entries()) {
    if (index % 256 === 255) yield* shell.process.charge(256);
    const [only] = alternative.parts;
    if (alternatives.length > 1 && alternative.parts.length === 1 && only?.kind === "literal" && /^[\w.-]*$/.test(only.text)) {
      results.push(only.text);
      continue;
    }
    const fields = new Fields(shell.ifs(), true);
    yield* expandParts(shell, alternative.parts, { fields, quoted: false, assignment: false });
    for (const field of fields.finish()) yield* globField(shell, field, results);
  }
  yield* shell.process.charge(alternatives.length);
}

function* globField(shell: Shell, field: Field, results: string[]): Execution<void> {
  if (!field.glob || shell.options.has("f")) {
    results.push(field.text);
    return;
  }
  const { shopts, process } = shell;
  const settings = { fs: process.fs, dotglob: shopts.has("dotglob"), extglob: shopts.has("extglob"), ignoreCase: shopts.has("nocaseglob") };
  const found = yield* expandGlob(field.pattern, { ...settings, charge: (steps) => process.charge(steps) });
  if (found.length > 0) for (const name of found) results.push(name);
  else if (shopts.has("failglob")) throw new ShellProblem(`no match: ${field.text}`);
  else if (!shopts.has("nullglob")) results.push(field.text);
}

/** One text, neither split nor globbed: values, targets of redirections, here-documents. */
export function* expandText(shell: Shell, word: Word, assignment = false): Execution<string> {
  const [part] = word.parts;
  if (word.parts.length === 1 && (part?.kind === "single" || (part?.kind === "literal" && !part.text.includes("~")))) return part.text;
  const field = yield* expandWhole(shell, word, { assignment, pattern: false });
  return field.text;
}

/** A pattern, in which what was quoted is escaped. */
export function* expandPattern(shell: Shell, word: Word): Execution<string> {
  const field = yield* expandWhole(shell, word, { assignment: false, pattern: true });
  return field.pattern;
}

/** A regular expression for =~: what was quoted stands for itself. */
export function* expandRegex(shell: Shell, word: Word): Execution<string> {
  let regex = "";
  for (const part of word.parts) {
    const field = yield* expandWhole(shell, { parts: [part], source: word.source }, { assignment: false, pattern: false });
    const quoted = part.kind === "single" || part.kind === "double";
    regex += quoted ? field.text.replace(/[\\^$.[\]|()*+?{}]/g, "\\$&") : field.text;
  }
  return regex;
}

function* expandWhole(shell: Shell, word: Word, how: { readonly assignment: boolean; readonly pattern: boolean }): Execution<Field> {
  const fields = new Fields("", false, how.pattern);
  yield* expandParts(shell, word.parts, { fields, quoted: false, assignment: how.assignment });
  const all = fields.finish();
  const [only] = all;
  if (only !== undefined && all.length === 1) return only;
  return { text: all.map((field) => field.text).join(" "), pattern: all.map((field) => field.pattern).join(" "), glob: false };
}

interface Into {
  readonly fields: Fields;
  readonly quoted: boolean;
  /** Tildes behind colons count. */
  readonly assignment: boolean;
}

function* expandParts(shell: Shell, parts: readonly Part[], into: Into): Execution<void> {
  for (const [index, part] of parts.entries()) {
    if (part.kind === "literal" && !into.quoted)
      into.fields.add(
        withTilde(shell, part.text, { first: index === 0, last: index === parts.length - 1, assignment: into.assignment }),
        false,
      );
    else yield* expandPart(shell, part, into);
    if (into.fields.tooLarge) throw new ShellProblem("xrealloc: cannot allocate 2097152 bytes", { status: 2, fatal: true });
  }
}

function* expandPart(shell: Shell, part: Part, into: Into): Execution<void> {
  const { fields, quoted } = into;
  switch (part.kind) {
    case "literal":
    case "single":
      fields.add(part.text, true);
      return;
    case "double":
      yield* expandDouble(shell, part.parts, into);
      return;
    case "parameter":
      addResult(
        fields,
        yield* expandParameter(shell, part, { quoted, expand: { text: expandText, pattern: expandPattern, parts: expandOperand } }),
        quoted,
      );
      return;
    case "command":
      addText(fields, yield* shell.ports.substitute(shell, part.script), quoted);
      return;
    case "backquote":
      addText(fields, yield* shell.ports.substitute(shell, part.source), quoted);
      return;
    case "arithmetic":
      addText(fields, String(yield* evaluateWord(shell, part.expression)), quoted);
      return;
    case "process":
      fields.add(yield* shell.ports.processSubstitution(shell, part.direction, part.script), true);
      return;
    case "bad":
      throw new ShellProblem(
        shell.dialect === "bash"
          ? `${part.source}: bad substitution`
          : shell.dialect === "dash"
            ? "Bad substitution"
            : "syntax error: bad substitution",
        {
          status: shell.dialect === "bash" ? 1 : 2,
          fatal: true,
        },
      );
  }
}

function* expandDouble(shell: Shell, parts: readonly Part[], into: Into): Execution<void> {
  const lists = parts.length > 0 && parts.every(isList);
  if (!lists) into.fields.add("", true);
  yield* expandParts(shell, parts, { ...into, quoted: true });
}

/** "$@" alone in quotes may be no word at all. */
function isList(part: Part): boolean {
  return part.kind === "parameter" && (part.name === "@" || part.index?.source === "@") && part.prefix !== "#";
}

/** The word of ${x:-word}: its own quoting counts, and the rest is split when the whole is unquoted. */
function* expandOperand(shell: Shell, word: Word, quoted: boolean): Execution<ParameterResult> {
  if (quoted) return { kind: "text", text: yield* expandText(shell, word) };
  const fields = new Fields(shell.ifs(), true);
  for (const [index, part] of word.parts.entries()) {
    if (part.kind === "literal") fields.addSplit(withTilde(shell, part.text, { first: index === 0, last: true, assignment: false }));
    else yield* expandPart(shell, part, { fields, quoted: false, assignment: false });
  }
  return { kind: "fields", fields: fields.finish() };
}

function addText(fields: Fields, text: string, quoted: boolean): void {
  if (quoted) fields.add(text, true);
  else fields.addSplit(text);
}

function addResult(fields: Fields, result: ParameterResult, quoted: boolean): void {
  if (result.kind === "text") {
    addText(fields, result.text, quoted);
    return;
  }
  const items = result.kind === "list" ? result.items : result.fields;
  for (const [index, item] of items.entries()) {
    if (index > 0) fields.break();
    if (typeof item !== "string") fields.add(item.text, item.pattern !== item.text || !item.glob);
    else addText(fields, item, quoted);
  }
}

/** The value of an arithmetic expression after its expansions; problems are told in the shell's words. */
export function* evaluateWord(shell: Shell, expression: Word): Execution<bigint> {
  const text = yield* expandText(shell, expression);
  yield* shell.process.charge(1 + (text.length >> 4));
  return evaluateText(shell, text);
}

function withTilde(
  shell: Shell,
  text: string,
  at: { readonly first: boolean; readonly last: boolean; readonly assignment: boolean },
): string {
  if (!text.includes("~")) return text;
  const parts = at.assignment ? text.split(":") : [text];
  return parts.map((part, index) => (index > 0 || at.first ? tilde(shell, part, at.last || index < parts.length - 1) : part)).join(":");
}

function tilde(shell: Shell, text: string, last: boolean): string {
  const [whole, name] = /^~([^/]*)(?=\/|$)/.exec(text) ?? [];
  if (whole === undefined || name === undefined || (!last && !text.includes("/"))) return text;
  const home = homeOf(shell, name);
  return home === undefined ? text : home + text.slice(whole.length);
}

function homeOf(shell: Shell, name: string): string | undefined {
  if (name === "") return shell.variables.get("HOME") ?? shell.process.system.userById(shell.process.credentials.uid)?.home;
  if (name === "+") return shell.variables.get("PWD");
  if (name === "-") return shell.variables.get("OLDPWD");
  return shell.process.system.userByName(name)?.home;
}
