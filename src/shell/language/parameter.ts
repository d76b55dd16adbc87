import { decodeUtf8, encodeUtf8 } from "../bytes.ts";
import type { Execution } from "../program.ts";
import { ansiUnescape } from "./ansi-quoting.ts";
import { arrayKey, evaluateText } from "./evaluation.ts";
import type { Field } from "./fields.ts";
import { findIn, matchEdge, matches, parsePattern } from "./pattern.ts";
import { singleQuoted } from "./quoting.ts";
import { type Shell, ShellProblem } from "./shell.ts";
import type { Parameter, Word } from "./syntax.ts";

/** What a parameter expands to: one text, the elements of a list, or fields whose quoting is already settled. */
export type ParameterResult =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly string[] }
  | { readonly kind: "fields"; readonly fields: readonly Field[] };

/** How the words of operators are expanded: handed in by the expansion that calls. */
export interface WordPorts {
  readonly text: (shell: Shell, word: Word) => Execution<string>;
  readonly pattern: (shell: Shell, word: Word) => Execution<string>;
  readonly parts: (shell: Shell, word: Word, quoted: boolean) => Execution<ParameterResult>;
}

export interface ParameterContext {
  readonly quoted: boolean;
  readonly expand: WordPorts;
}

/** `$name`, `${name...}` (POSIX XCU 2.6.2, bash manual 3.5.3). */
export function* expandParameter(shell: Shell, parameter: Parameter, context: ParameterContext): Execution<ParameterResult> {
  yield* shell.process.charge(1);
  const { prefix, name, operator } = parameter;
  const { quoted } = context;
  const list = (items: readonly string[], mark: string) => listOf(items, { mark, quoted, joint: shell.ifs().slice(0, 1) });
  if (prefix === "names")
    return list(
      shell.variables.names().filter((known) => known.startsWith(name)),
      operator,
    );
  if (prefix === "!") return yield* indirect(shell, parameter, context);
  const values = yield* valuesOf(shell, parameter, context);
  if (prefix === "keys")
    return list(
      shell.variables.elements(name).map(([key]) => key),
      parameter.index?.source ?? "@",
    );
  if (prefix === "#") return { kind: "text", text: lengthOf(shell, parameter, values) };
  if (/^:?[-=?+]$/.test(operator)) return yield* conditional(shell, { parameter, values }, context);
  if (values.items === undefined) return nothing(shell, name, values.list);
  const items = yield* transform(shell, { parameter, items: values.items, list: values.list }, context);
  return values.list === undefined ? { kind: "text", text: items[0] ?? "" } : list(items, values.list);
}

/** An unset parameter: no text, or an error under `set -u`. */
function nothing(shell: Shell, name: string, list: string | undefined): ParameterResult {
  if (list !== undefined) return { kind: "list", items: [] };
  if (shell.options.has("u")) throw unbound(shell, name);
  return { kind: "text", text: "" };
}

interface Values {
  /** Undefined: unset. */
  readonly items: readonly string[] | undefined;
  /** `@` or `*` when it is a list. */
  readonly list: string | undefined;
}

function* valuesOf(shell: Shell, parameter: Parameter, context: ParameterContext): Execution<Values> {
  const { name, index } = parameter;
  if (index !== undefined) return yield* indexed(shell, { name, index }, context);
  if (name === "@" || name === "*")
    return { items: shell.positional.length === 0 && parameter.operator !== ":" ? undefined : shell.positional, list: name };
  const value = shell.parameter(name);
  return { items: value === undefined ? undefined : [value], list: undefined };
}

function* indexed(shell: Shell, at: { name: string; index: Word }, context: ParameterContext): Execution<Values> {
  const { name, index } = at;
  if (index.source === "@" || index.source === "*") {
    const items = shell.variables.elements(name).map(([, value]) => value);
    return { items: items.length === 0 ? undefined : items, list: index.source };
  }
  const text = yield* context.expand.text(shell, index);
  const value = shell.variables.element(name, arrayKey(shell, name, text));
  return { items: value === undefined ? undefined : [value], list: undefined };
}

function listOf(
  items: readonly string[],
  how: { readonly mark: string; readonly quoted: boolean; readonly joint: string },
): ParameterResult {
  if (how.mark === "*" && how.quoted) return { kind: "text", text: items.join(how.joint) };
  return { kind: "list", items: how.quoted ? items : items.filter((item) => item !== "") };
}

function lengthOf(shell: Shell, parameter: Parameter, values: Values): string {
  if (values.list !== undefined) return String(values.items?.length ?? 0);
  if (values.items === undefined && shell.options.has("u")) throw unbound(shell, parameter.name);
  const text = values.items?.[0] ?? "";
  return String(/[\x80-\xff]/.test(text) ? [...decodeUtf8(text)].length : text.length);
}

function unbound(shell: Shell, name: string): ShellProblem {
  const shown = /^\d+$/.test(name) && shell.dialect === "bash" ? `$${name}` : name;
  const text = shell.dialect === "bash" ? "unbound variable" : "parameter not set";
  return new ShellProblem(`${shown}: ${text}`, { status: shell.dialect === "bash" ? 127 : 2, fatal: true });
}

function* indirect(shell: Shell, parameter: Parameter, context: ParameterContext): Execution<ParameterResult> {
  const variable = shell.variables.find(parameter.name);
  const target =
    variable?.nameref === true && parameter.operator === "" ? variable.value : (yield* valuesOf(shell, parameter, context)).items?.[0];
  if (typeof target !== "string" || target === "") throw new ShellProblem(`${parameter.name}: invalid indirect expansion`);
  if (variable?.nameref === true) return { kind: "text", text: target };
  const [, name, index] = /^([A-Za-z_]\w*|\d+|[@*#?$!-])(?:\[(.*)\])?$/.exec(target) ?? [];
  if (name === undefined) throw new ShellProblem(`${target}: invalid variable name`);
  const indexWord = index === undefined ? undefined : { parts: [{ kind: "single" as const, text: index }], source: index };
  return yield* expandParameter(shell, { ...parameter, name, index: indexWord, prefix: "" }, context);
}

function* conditional(shell: Shell, of: { parameter: Parameter; values: Values }, context: ParameterContext): Execution<ParameterResult> {
  const { parameter, values } = of;
  const { operator, argument } = parameter;
  const nullCounts = operator.startsWith(":");
  const isNull = values.items === undefined || (nullCounts && values.items.join("") === "" && values.items.length < 2);
  const word = argument ?? { parts: [], source: "" };
  const kept = (): ParameterResult =>
    values.list === undefined
      ? { kind: "text", text: values.items?.[0] ?? "" }
      : listOf(values.items ?? [], { mark: values.list, quoted: context.quoted, joint: shell.ifs().slice(0, 1) });
  switch (operator.at(-1)) {
    case "-":
      return isNull ? yield* context.expand.parts(shell, word, context.quoted) : kept();
    case "+":
      return isNull ? { kind: "text", text: "" } : yield* context.expand.parts(shell, word, context.quoted);
    case "=":
      return isNull ? yield* assignDefault(shell, { parameter, word }, context) : kept();
    default:
      if (!isNull) return kept();
      throw yield* missing(shell, { parameter, word }, context);
  }
}

function* assignDefault(shell: Shell, of: { parameter: Parameter; word: Word }, context: ParameterContext): Execution<ParameterResult> {
  const { name, index } = of.parameter;
  const text = yield* context.expand.text(shell, of.word);
  if (!/^[A-Za-z_]/.test(name)) throw new ShellProblem(`$${name}: cannot assign in this way`, { fatal: true });
  const problem =
    index === undefined
      ? shell.variables.set(name, text)
      : shell.variables.setElement(name, arrayKey(shell, name, yield* context.expand.text(shell, index)), text);
  if (problem === "readonly") throw new ShellProblem(`${name}: readonly variable`, { fatal: true });
  return { kind: "text", text };
}

function* missing(shell: Shell, of: { parameter: Parameter; word: Word }, context: ParameterContext): Execution<ShellProblem> {
  const given = yield* context.expand.text(shell, of.word);
  const standard = of.parameter.operator.startsWith(":")
    ? "parameter null or not set"
    : shell.dialect === "bash"
      ? "parameter not set"
      : "parameter not set";
  const dash = of.parameter.operator.startsWith(":") ? "parameter not set or null" : "parameter not set";
  const text = given !== "" ? given : shell.dialect === "bash" ? standard : dash;
  return new ShellProblem(`${of.parameter.name}: ${text}`, { status: shell.dialect === "bash" ? 127 : 2, fatal: true });
}

interface Transformed {
  readonly parameter: Parameter;
  readonly items: readonly string[];
  readonly list: string | undefined;
}

function* transform(shell: Shell, of: Transformed, context: ParameterContext): Execution<readonly string[]> {
  const { parameter, items } = of;
  const { operator } = parameter;
  const argument = parameter.argument ?? { parts: [], source: "" };
  if (operator === "") return items;
  if (operator === ":") return yield* slice(shell, of, context);
  if (operator === "@") return items.map((item) => atOperator(shell, parameter, item));
  const pattern = parsePattern(yield* context.expand.pattern(shell, argument), shell.shopts.has("extglob"));
  yield* shell.process.charge(items.reduce((sum, item) => sum + (item.length >> 4), items.length));
  if (operator.startsWith("#") || operator.startsWith("%")) {
    const edge = { end: operator.startsWith("%"), longest: operator.length === 2 };
    return items.map((item) => withoutEdge(item, matchEdge(pattern, item, edge), edge.end));
  }
  if (operator.startsWith("/")) {
    const replacement = parameter.second === undefined ? "" : yield* context.expand.text(shell, parameter.second);
    const replaced: string[] = [];
    for (const item of items) replaced.push(yield* replace(shell, item, { pattern, replacement, how: operator.slice(1) }));
    return replaced;
  }
  return items.map((item) => changeCase(item, operator, argument.source === "" ? undefined : pattern));
}

function withoutEdge(text: string, size: number, end: boolean): string {
  if (size <= 0) return text;
  return end ? text.slice(0, text.length - size) : text.slice(size);
}

interface Replacement {
  readonly pattern: ReturnType<typeof parsePattern>;
  readonly replacement: string;
  readonly how: string;
}

/** No text becomes longer than this by replacing. */
const MAX_REPLACED_BYTES = 2 << 20;

function* replace(shell: Shell, text: string, by: Replacement): Execution<string> {
  const { pattern, replacement, how } = by;
  if (how === "#" || how === "%") return replaceEdge(text, by);
  let result = "";
  let from = 0;
  for (let found = findIn(pattern, text, from); found !== undefined; found = findIn(pattern, text, from)) {
    if (found.size === 0 && text !== "") break;
    yield* shell.process.charge(1 + ((found.at - from) >> 3));
    if (result.length > MAX_REPLACED_BYTES)
      throw new ShellProblem(`xrealloc: cannot allocate ${MAX_REPLACED_BYTES} bytes`, { status: 2, fatal: true });
    result += text.slice(from, found.at) + replacement;
    from = found.at + found.size;
    if (how !== "/" || from >= text.length) break;
  }
  return result + text.slice(from);
}

function replaceEdge(text: string, by: Replacement): string {
  const end = by.how === "%";
  const size = matchEdge(by.pattern, text, { end, longest: true });
  if (size < 0) return text;
  return end ? text.slice(0, text.length - size) + by.replacement : by.replacement + text.slice(size);
}

function changeCase(text: string, operator: string, pattern: ReturnType<typeof parsePattern> | undefined): string {
  const change = (char: string) => {
    if (pattern !== undefined && !matches(pattern, char)) return char;
    return operator.startsWith("^") ? char.toUpperCase() : char.toLowerCase();
  };
  const characters = [...decodeUtf8(text)];
  return encodeUtf8(characters.map((char, index) => (operator.length === 2 || index === 0 ? change(char) : char)).join(""));
}

/** ${x:from:count}; of a list: its elements. */
function* slice(shell: Shell, of: Transformed, context: ParameterContext): Execution<readonly string[]> {
  const { argument, second } = of.parameter;
  const from = Number(evaluateText(shell, argument === undefined ? "" : yield* context.expand.text(shell, argument)));
  const count = second === undefined ? undefined : Number(evaluateText(shell, yield* context.expand.text(shell, second)));
  if (of.list !== undefined) return sliceList(shell, of, { from, count });
  const item = of.items[0] ?? "";
  const characters = /[\x80-\xff]/.test(item) ? [...decodeUtf8(item)] : item;
  const start = from < 0 ? characters.length + from : from;
  if (start < 0 || start > characters.length) return [""];
  const end = endOf(characters.length, start, count);
  if (end < start) throw new ShellProblem(`${second?.source ?? ""}: substring expression < 0`);
  return [typeof characters === "string" ? characters.slice(start, end) : encodeUtf8(characters.slice(start, end).join(""))];
}

function endOf(length: number, start: number, count: number | undefined): number {
  if (count === undefined) return length;
  return count < 0 ? length + count : start + count;
}

/** ${@:from:count} counts $0 as element 0. */
function sliceList(shell: Shell, of: Transformed, range: { from: number; count: number | undefined }): readonly string[] {
  const isPositional = of.parameter.name === "@" || of.parameter.name === "*";
  const all = isPositional ? [shell.name, ...of.items] : of.items;
  const first = range.from < 0 ? all.length + range.from : range.from;
  if (first < 0) return [];
  return all.slice(first, range.count === undefined ? undefined : first + range.count);
}

function atOperator(shell: Shell, parameter: Parameter, item: string): string {
  switch (parameter.argument?.source) {
    case "Q":
      return singleQuoted(item);
    case "U":
      return item.toUpperCase();
    case "u":
      return item.slice(0, 1).toUpperCase() + item.slice(1);
    case "L":
      return item.toLowerCase();
    case "E":
      return ansiUnescape(item);
    case "A":
      return `${parameter.name}=${singleQuoted(item)}`;
    case "a":
      return attributeLetters(shell, parameter.name);
    default:
      return item;
  }
}

export function attributeLetters(shell: Shell, name: string): string {
  const variable = shell.variables.find(name);
  if (variable === undefined) return "";
  const array = variable.array === "indexed" ? "a" : variable.array === "associative" ? "A" : "";
  const letters = variable.letters === "lower" ? "l" : variable.letters === "upper" ? "u" : "";
  return `${array}${variable.integer ? "i" : ""}${letters}${variable.nameref ? "n" : ""}${variable.readonly ? "r" : ""}${variable.exported ? "x" : ""}`;
}
