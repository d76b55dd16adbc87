import type { BoundFiles } from "../program.ts";

/** What Tab offers: words that may stand from `start` to the cursor, and what follows when there is only one. */
export interface Completions {
  readonly start: number;
  readonly words: readonly string[];
  readonly suffix: string;
}

export interface CompletionPorts {
  readonly fs: BoundFiles;
  readonly home: string;
  readonly path: string;
  /** Builtins, functions, aliases, keywords. */
  readonly commands: () => readonly string[];
  readonly variables: () => readonly string[];
}

const MAX_WORDS = 5000;
/** No word to complete is longer. */
const MAX_LOOKED_AT = 2048;

/** Completes a command, a variable or a path, as readline does in bash without programmable completion. */
export function completeWord(line: string, cursor: number, ports: CompletionPorts): Completions {
  const from = Math.max(0, cursor - MAX_LOOKED_AT);
  const found = completeEnd(line.slice(from, cursor), ports);
  return { ...found, start: from + found.start };
}

function completeEnd(before: string, ports: CompletionPorts): Completions {
  const start = before.length - (/(?:\\.|[^\s|&;<>()="'\\])*$/.exec(before)?.[0].length ?? 0);
  const word = before.slice(start).replace(/\\(.)/g, "$1");
  const variable = /\$\{?(\w*)$/.exec(word);
  if (variable !== null) return variables(word, { start, name: variable[1] ?? "" }, ports);
  const first = /(?:^|[|&;(]|\b(?:do|then|else|sudo)\s)\s*$/.test(before.slice(0, start));
  return first && !word.includes("/") && !word.startsWith("~")
    ? commands(word, start, ports)
    : paths(word, { start, executable: first }, ports);
}

function variables(word: string, at: { start: number; name: string }, ports: CompletionPorts): Completions {
  const head = word.slice(0, word.length - at.name.length);
  const words = ports.variables().filter((name) => name.startsWith(at.name));
  return { start: at.start, words: words.map((name) => head + name + (head.endsWith("{") ? "}" : "")), suffix: " " };
}

function commands(word: string, start: number, ports: CompletionPorts): Completions {
  const found = new Set(ports.commands().filter((name) => name.startsWith(word)));
  for (const directory of ports.path.split(":")) {
    const names = ports.fs.list(directory);
    if ("errno" in names) continue;
    for (const name of names)
      if (name.startsWith(word) && found.size < MAX_WORDS && "ok" in ports.fs.access(`${directory}/${name}`, 1)) found.add(name);
  }
  return { start, words: [...found].sort(), suffix: " " };
}

function paths(word: string, at: { start: number; executable: boolean }, ports: CompletionPorts): Completions {
  const slash = word.lastIndexOf("/") + 1;
  const [directory, part] = [word.slice(0, slash), word.slice(slash)];
  const place = directory.replace(/^~(?=\/)/, ports.home);
  const names = ports.fs.list(place === "" ? "." : place);
  if ("errno" in names) return { start: at.start, words: [], suffix: "" };
  const fitting = names.filter((name) => name.startsWith(part) && (part !== "" || !name.startsWith("."))).sort();
  const isDirectory = (name: string) => {
    const stat = ports.fs.stat(place + name);
    return !("errno" in stat) && stat.kind === "directory";
  };
  const words = fitting.map((name) => escaped(directory) + escaped(name) + (isDirectory(name) ? "/" : ""));
  return { start: at.start, words, suffix: words.length === 1 && words[0]?.endsWith("/") === true ? "" : " " };
}

function escaped(text: string): string {
  return text.replace(/[ \t"'\\$&;|<>()*?[\]{}!`#]/g, "\\$&");
}
