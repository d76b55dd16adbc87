import type { Shell } from "../shell.ts";
import type { Builtin } from "./builtin.ts";
import { alias, builtin, commandBuiltin, hash, type Knows, typeBuiltin, unalias } from "./commands.ts";
import { compgenBuiltin } from "./compgen.ts";
import {
  breakBuiltin,
  colon,
  continueBuiltin,
  dotBuiltin,
  evalBuiltin,
  execBuiltin,
  exitBuiltin,
  falseBuiltin,
  returnBuiltin,
  sourceBuiltin,
  trapBuiltin,
} from "./control.ts";
import { cd, dirs, popd, pushd, pwd } from "./directories.ts";
import { fc, history } from "./history.ts";
import { getopts, mapfile, read } from "./input.ts";
import { bg, disown, fg, jobs, kill, suspend, wait } from "./jobs.ts";
import { bracket, echo, printf, test } from "./output.ts";
import { accepted, caller, enable, help, setBuiltin, shopt, times, umask } from "./settings.ts";
import { ulimit } from "./ulimit.ts";
import { declareBuiltin, exportBuiltin, letBuiltin, localBuiltin, readonlyBuiltin, shift, unset } from "./variables.ts";

const knows: Knows = (shell, name) => builtinFor(shell, name) !== undefined;

/** Builtins of every shell. */
const COMMON: Readonly<Record<string, Builtin>> = {
  ".": dotBuiltin,
  ":": colon,
  "[": bracket,
  alias,
  bg,
  break: breakBuiltin,
  cd,
  command: commandBuiltin(knows),
  continue: continueBuiltin,
  echo,
  eval: evalBuiltin,
  exec: execBuiltin,
  exit: exitBuiltin,
  export: exportBuiltin,
  false: falseBuiltin,
  fg,
  getopts,
  hash,
  jobs,
  kill,
  local: localBuiltin,
  printf,
  pwd,
  read,
  readonly: readonlyBuiltin,
  return: returnBuiltin,
  set: setBuiltin,
  shift,
  test,
  times,
  trap: trapBuiltin,
  true: colon,
  type: typeBuiltin(knows),
  ulimit,
  umask,
  unalias,
  unset,
  wait,
};

const BASH: Readonly<Record<string, Builtin>> = {
  bind: accepted,
  builtin,
  caller,
  compgen: compgenBuiltin(builtinNames),
  complete: accepted,
  compopt: accepted,
  declare: declareBuiltin,
  dirs,
  disown,
  enable,
  fc,
  help,
  history,
  let: letBuiltin,
  logout: exitBuiltin,
  mapfile,
  popd,
  pushd,
  readarray: mapfile,
  shopt,
  source: sourceBuiltin,
  suspend,
  typeset: declareBuiltin,
};

const ASH: Readonly<Record<string, Builtin>> = { help: ashHelp, history, let: letBuiltin, source: sourceBuiltin };

export function builtinFor(shell: Shell, name: string): Builtin | undefined {
  if (shell.disabled.has(name)) return undefined;
  if (Object.hasOwn(COMMON, name)) return COMMON[name];
  const own = shell.dialect === "bash" ? BASH : shell.dialect === "ash" ? ASH : {};
  return Object.hasOwn(own, name) ? own[name] : undefined;
}

export function builtinNames(shell: Pick<Shell, "dialect">): readonly string[] {
  const own = shell.dialect === "bash" ? BASH : shell.dialect === "ash" ? ASH : {};
  return [...Object.keys(COMMON), ...Object.keys(own)];
}

/** What busybox ash says to `help`. */
function* ashHelp(shell: Shell) {
  const names = builtinNames(shell);
  const lines: string[] = [];
  let line = "\t";
  for (const name of [...names].sort()) {
    if (line.length + name.length > 70) {
      lines.push(line.trimEnd());
      line = "\t";
    }
    line += `${name} `;
  }
  yield* shell.process.print(`Built-in commands:\n------------------\n${lines.join("\n")}\n${line.trimEnd()}\n\n`);
  return 0;
}
