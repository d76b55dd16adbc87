import { matches, parsePattern } from "../../../language/pattern.ts";
import type { Options } from "../../../options.ts";
import type { Process } from "../../../program.ts";

export const GREP_SHORT = "EFGPe:f:iywxzsvVm:bnLlHhoqacrRuUTZA:B:C:d:D:I";

export const GREP_LONG = {
  "extended-regexp": "E",
  "fixed-strings": "F",
  "basic-regexp": "G",
  "perl-regexp": "P",
  regexp: "e",
  file: "f",
  "ignore-case": "i",
  "no-ignore-case": "no-ignore-case",
  "word-regexp": "w",
  "line-regexp": "x",
  "null-data": "z",
  "no-messages": "s",
  "invert-match": "v",
  "max-count": "m",
  "byte-offset": "b",
  "line-number": "n",
  "line-buffered": "line-buffered",
  "with-filename": "H",
  "no-filename": "h",
  label: "label:",
  "only-matching": "o",
  quiet: "q",
  silent: "q",
  "binary-files": "binary-files:",
  text: "a",
  directories: "d",
  devices: "D",
  recursive: "r",
  "dereference-recursive": "R",
  include: "include:",
  exclude: "exclude:",
  "exclude-from": "exclude-from:",
  "exclude-dir": "exclude-dir:",
  "files-without-match": "L",
  "files-with-matches": "l",
  count: "c",
  "initial-tab": "T",
  null: "Z",
  "before-context": "B",
  "after-context": "A",
  context: "C",
  color: "color?",
  colour: "color?",
};

export interface GrepHow {
  readonly invert: boolean;
  readonly word: boolean;
  readonly line: boolean;
  readonly count: boolean;
  readonly list: "with" | "without" | undefined;
  readonly numbers: boolean;
  readonly offsets: boolean;
  readonly names: boolean;
  readonly only: boolean;
  readonly quiet: boolean;
  readonly most: number;
  readonly before: number;
  readonly after: number;
  readonly binary: "binary" | "text" | "without-match";
  readonly recursive: "no" | "yes" | "following";
  readonly directories: "read" | "skip";
  readonly color: boolean;
  readonly end: string;
  readonly nameEnd: string;
  readonly label: string;
  readonly tab: boolean;
}

/** A text: what is wrong with the options. */
export function grepHow(process: Process, options: Options, paths: readonly string[]): GrepHow | string {
  const wrong = wrongNumber(options);
  if (wrong !== undefined) return wrong;
  const has = (key: string) => options.has(key);
  const recursive = recursionOf(options);
  return {
    invert: has("v"),
    word: has("w"),
    line: has("x"),
    count: has("c"),
    list: listOf(options),
    numbers: has("n"),
    offsets: has("b"),
    names: showsNames(options, paths, recursive !== "no"),
    only: has("o"),
    quiet: has("q"),
    ...amounts(options),
    binary: binaryOf(options),
    recursive,
    directories: options.value("d") === "skip" ? "skip" : "read",
    color: colored(process, options),
    end: has("z") ? "\0" : "\n",
    nameEnd: has("Z") ? "\0" : "",
    label: options.value("label") ?? "(standard input)",
    tab: has("T"),
  };
}

function wrongNumber(options: Options): string | undefined {
  for (const key of ["A", "B", "C", "m"]) {
    const value = options.value(key);
    if (value === undefined || /^-?\d+$/.test(value)) continue;
    return key === "m" ? "invalid max count" : `${value}: invalid context length argument`;
  }
  return undefined;
}

function recursionOf(options: Options): GrepHow["recursive"] {
  if (options.has("R")) return "following";
  return options.has("r") || options.value("d") === "recurse" ? "yes" : "no";
}

function listOf(options: Options): GrepHow["list"] {
  const given = options.order.findLast(([key]) => key === "l" || key === "L")?.[0];
  if (given === undefined) return undefined;
  return given === "l" ? "with" : "without";
}

function showsNames(options: Options, paths: readonly string[], recursive: boolean): boolean {
  const given = options.order.findLast(([key]) => key === "h" || key === "H")?.[0];
  return given === undefined ? paths.length > 1 || recursive : given === "H";
}

function amounts(options: Options): Pick<GrepHow, "most" | "before" | "after"> {
  const context = Number(options.value("C") ?? 0);
  const most = Number(options.value("m") ?? -1);
  return {
    most: most < 0 ? Number.POSITIVE_INFINITY : most,
    before: Number(options.value("B") ?? context),
    after: Number(options.value("A") ?? context),
  };
}

function binaryOf(options: Options): GrepHow["binary"] {
  if (options.has("a") || options.value("binary-files") === "text") return "text";
  return options.has("I") || options.value("binary-files") === "without-match" ? "without-match" : "binary";
}

function colored(process: Process, options: Options): boolean {
  if (!options.has("color")) return false;
  const when = options.value("color") || "auto";
  return when === "always" || (when === "auto" && process.isTerminal(1));
}

/** --include, --exclude, --exclude-dir. */
export function wantsFile(options: Options, name: string, directory: boolean): boolean {
  const fits = (key: string) => options.values(key).some((text) => matches(parsePattern(text), name));
  if (directory) return !fits("exclude-dir");
  if (fits("exclude")) return false;
  return !options.has("include") || fits("include");
}
