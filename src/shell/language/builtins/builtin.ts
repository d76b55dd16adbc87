import type { Execution } from "../../program.ts";
import type { Shell } from "../shell.ts";

/** A builtin command: runs in the shell itself; `args` without its name. */
export type Builtin = (shell: Shell, args: readonly string[]) => Execution;

/** Prints `prefix name: message`, and gives `status`. */
export function* wrong(shell: Shell, message: string, status = 1): Execution {
  return yield* shell.complain(message, status);
}

/** An option that a builtin does not know: bash adds a usage line. */
export function* badOption(shell: Shell, name: string, option: string): Execution {
  if (shell.dialect !== "bash")
    return yield* shell.complain(shell.dialect === "dash" ? `${name}: Illegal option ${option}` : `${name}: illegal option ${option}`, 2);
  yield* shell.complain(`${name}: ${option}: invalid option`);
  const usage = USAGE[name];
  if (usage !== undefined) yield* shell.say(`${name}: usage: ${usage}\n`);
  return 2;
}

/** Synopses, as bash prints them after a usage error. */
const USAGE: Readonly<Record<string, string>> = {
  alias: "alias [-p] [name[=value] ... ]",
  bg: "bg [job_spec ...]",
  cd: "cd [-L|[-P [-e]] [-@]] [dir]",
  command: "command [-pVv] command [arg ...]",
  declare: "declare [-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]",
  disown: "disown [-h] [-ar] [jobspec ... | pid ...]",
  exec: "exec [-cl] [-a name] [command [argument ...]] [redirection ...]",
  export: "export [-fn] [name[=value] ...] or export -p",
  fg: "fg [job_spec]",
  getopts: "getopts optstring name [arg ...]",
  hash: "hash [-lr] [-p pathname] [-dt] [name ...]",
  help: "help [-dms] [pattern ...]",
  history: "history [-c] [-d offset] [n] or history -anrw [filename] or history -ps arg [arg...]",
  jobs: "jobs [-lnprs] [jobspec ...] or jobs -x command [args]",
  kill: "kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]",
  local: "local [option] name[=value] ...",
  mapfile: "mapfile [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]",
  printf: "printf [-v var] format [arguments]",
  pwd: "pwd [-LP]",
  read: "read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]",
  readonly: "readonly [-aAf] [name[=value] ...] or readonly -p",
  set: "set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]",
  shopt: "shopt [-pqsu] [-o] [optname ...]",
  source: "source filename [arguments]",
  ".": ". filename [arguments]",
  trap: "trap [-lp] [[arg] signal_spec ...]",
  type: "type [-afptP] name [name ...]",
  ulimit: "ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]",
  umask: "umask [-p] [-S] [mode]",
  unalias: "unalias [-a] name [name ...]",
  unset: "unset [-f] [-v] [-n] [name ...]",
  wait: "wait [-fn] [-p var] [id ...]",
};

export interface Flags {
  readonly letters: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
  /** The first option that is not known, as `-z`. */
  readonly unknown: string | undefined;
  /** An option without its value. */
  readonly missing: string | undefined;
}

/** getopt for builtins: letters, `:` after those with a value; ends at the first operand. */
export function readFlags(args: readonly string[], spec: string): Flags {
  const letters = new Set<string>();
  const values = new Map<string, string>();
  let at = 0;
  for (; at < args.length; at += 1) {
    const arg = args[at] ?? "";
    if (arg === "--") {
      at += 1;
      break;
    }
    if (!/^-./.test(arg)) break;
    const problem = readLetters(arg, args[at + 1], { spec, letters, values });
    if (problem !== undefined && problem !== "next") return { letters, values, operands: args.slice(at), ...problem };
    if (problem === "next") at += 1;
  }
  return { letters, values, operands: args.slice(at), unknown: undefined, missing: undefined };
}

interface Reading {
  readonly spec: string;
  readonly letters: Set<string>;
  readonly values: Map<string, string>;
}

function readLetters(arg: string, next: string | undefined, into: Reading) {
  for (let index = 1; index < arg.length; index += 1) {
    const letter = arg.charAt(index);
    const known = letter === ":" ? -1 : into.spec.indexOf(letter);
    if (known < 0) return { unknown: `-${letter}`, missing: undefined };
    into.letters.add(letter);
    if (into.spec.charAt(known + 1) === ":") return readValue({ letter, rest: arg.slice(index + 1), next }, into);
  }
  return undefined;
}

/** The value behind a letter: the rest of the word, or the next word. */
function readValue(of: { readonly letter: string; readonly rest: string; readonly next: string | undefined }, into: Reading) {
  const value = of.rest === "" ? of.next : of.rest;
  if (value === undefined) return { unknown: undefined, missing: `-${of.letter}` };
  into.values.set(of.letter, value);
  return of.rest === "" ? ("next" as const) : undefined;
}
