import type { Execution } from "../../program.ts";
import { KEYWORDS } from "../reserved-words.ts";
import type { Shell } from "../shell.ts";
import { badOption, readFlags } from "./builtin.ts";

/** `compgen`: the words that would complete a beginning (bash manual 8.7). `builtins` gives the names of builtins. */
export function compgenBuiltin(builtins: (shell: Shell) => readonly string[]) {
  return function* compgen(shell: Shell, args: readonly string[]): Execution {
    const flags = readFlags(args, "abcdefgjksuvW:A:S:P:o:F:C:X:G:");
    if (flags.unknown !== undefined) return yield* badOption(shell, "compgen", flags.unknown);
    const word = flags.operands[0] ?? "";
    const action = flags.values.get("A");
    const letters = new Set([...flags.letters, ...(action === undefined ? [] : [ACTIONS[action] ?? ""])]);
    const found = candidates(shell, letters, builtins);
    found.push(...(flags.values.get("W") ?? "").split(/[ \t\n]+/).filter((one) => one !== ""));
    const fitting = found.filter((one) => one.startsWith(word));
    yield* shell.process.charge(found.length >> 3);
    yield* shell.process.print(fitting.map((one) => `${flags.values.get("P") ?? ""}${one}${flags.values.get("S") ?? ""}\n`).join(""));
    return fitting.length > 0 ? 0 : 1;
  };
}

const ACTIONS: Readonly<Record<string, string>> = {
  alias: "a",
  builtin: "b",
  command: "c",
  directory: "d",
  export: "e",
  file: "f",
  keyword: "k",
  user: "u",
  variable: "v",
  function: "function",
};

function candidates(shell: Shell, letters: ReadonlySet<string>, builtins: (shell: Shell) => readonly string[]): string[] {
  const { variables, process } = shell;
  const sources: Readonly<Record<string, () => readonly string[]>> = {
    a: () => [...shell.aliases.keys()].sort(),
    b: () => [...builtins(shell)].sort(),
    c: () => [...shell.aliases.keys(), ...KEYWORDS, ...shell.functions.keys(), ...builtins(shell), ...executables(shell)],
    d: () => filesHere(shell, true),
    e: () => variables.names().filter((name) => variables.find(name)?.exported === true),
    f: () => filesHere(shell, false),
    function: () => [...shell.functions.keys()].sort(),
    k: () => [...KEYWORDS],
    u: () => process.system.users.map((user) => user.name),
    v: () => variables.names(),
  };
  return Object.entries(sources).flatMap(([letter, list]) => (letters.has(letter) ? list() : []));
}

function executables(shell: Shell): readonly string[] {
  const found: string[] = [];
  for (const directory of (shell.variables.get("PATH") ?? "").split(":")) {
    const names = shell.process.fs.list(directory);
    if (!("errno" in names)) found.push(...names.filter((name) => "ok" in shell.process.fs.access(`${directory}/${name}`, 1)));
  }
  return found;
}

function filesHere(shell: Shell, directoriesOnly: boolean): readonly string[] {
  const names = shell.process.fs.list(".");
  if ("errno" in names) return [];
  const isDirectory = (name: string) => {
    const stat = shell.process.fs.stat(name);
    return !("errno" in stat) && stat.kind === "directory";
  };
  return names.filter((name) => !directoriesOnly || isDirectory(name)).sort();
}
