import { DEFAULT_PATH } from "../kernel/loader.ts";
import { DEFAULT_SHOPTS, switchOption } from "./builtins/settings.ts";
import type { Invocation } from "./invocation.ts";
import type { Shell } from "./shell.ts";

/** Variables, options and signals that a shell begins with. */
export function prepare(shell: Shell, invocation: Invocation): void {
  const { variables, process } = shell;
  for (const [name, value] of process.environment) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) continue;
    variables.set(name, value);
    variables.declare(name).exported = true;
  }
  const missing = { PATH: DEFAULT_PATH, PWD: process.directory };
  for (const [name, value] of Object.entries(missing)) if (variables.get(name) === undefined) variables.set(name, value);
  variables.declare("PWD").exported = true;
  const standing = { IFS: " \t\n", OPTIND: "1", PPID: String(process.parent), PS2: "> ", PS4: "+ " };
  for (const [name, value] of Object.entries(standing)) variables.set(name, value);
  if (shell.dialect === "bash") prepareBash(shell);
  for (const option of invocation.options) switchOption(shell, option, true);
  if (shell.mode === "interactive") prepareInteractive(shell);
}

function prepareInteractive(shell: Shell): void {
  const { variables, process } = shell;
  const plain = process.credentials.uid === 0 ? "# " : "$ ";
  if (variables.get("PS1") === undefined) variables.set("PS1", shell.pick({ bash: "\\s-\\v\\$ ", dash: plain, ash: "\\w \\$ " }));
  if (process.terminal !== undefined) shell.options.add("m");
  for (const signal of ["TERM", "QUIT", "TTOU", "TTIN", "TSTP"]) process.task.reactions.set(signal, "ignore");
  process.task.reactions.set("INT", "catch");
  if (shell.dialect !== "bash") return;
  shell.shopts.add("expand_aliases");
  const { columns, rows } = process.terminal ?? { columns: 80, rows: 24 };
  const history = { HISTFILE: `${variables.get("HOME") ?? ""}/.bash_history`, HISTSIZE: "500", HISTFILESIZE: "500" };
  for (const [name, value] of Object.entries({ ...history, COLUMNS: String(columns), LINES: String(rows) })) variables.set(name, value);
}

function prepareBash(shell: Shell): void {
  const { variables, process } = shell;
  const { machine } = process.system;
  for (const name of DEFAULT_SHOPTS) shell.shopts.add(name);
  const level = Number(variables.get("SHLVL") ?? 0);
  variables.set("SHLVL", String((Number.isInteger(level) ? level : 0) + 1));
  variables.declare("SHLVL").exported = true;
  for (const name of ["UID", "EUID"]) {
    variables.set(name, String(process.credentials.uid));
    Object.assign(variables.declare(name), { readonly: true, integer: true });
  }
  const vendor = machine.distribution === "rocky" ? "redhat" : "pc";
  const machineType = `${machine.architecture}-${vendor}-linux-gnu`;
  const standing = {
    HOSTNAME: machine.hostname,
    HOSTTYPE: machine.architecture,
    OSTYPE: "linux-gnu",
    MACHTYPE: machineType,
    BASH: `/bin/${process.task.name}`,
    OPTERR: "1",
  };
  for (const [name, value] of Object.entries(standing)) variables.set(name, value);
  const version = /version ((\d+)\.(\d+)\.(\d+)\((\d+)\)-(\w+))/.exec(machine.versions["bash"] ?? "")?.slice(1) ?? [
    "5.2.15(1)-release",
    "5",
    "2",
    "15",
    "1",
    "release",
  ];
  variables.set("BASH_VERSION", version[0] ?? "");
  variables.setArray("BASH_VERSINFO", numbered([...version.slice(1), machineType]));
  variables.setArray("GROUPS", numbered([process.credentials.gid, ...process.credentials.groups].map(String)));
}

function numbered(values: readonly string[]): readonly (readonly [string, string])[] {
  return values.map((value, index) => [String(index), value] as const);
}
