import type { TaskProcess } from "../kernel/task-process.ts";
import type { Execution } from "../program.ts";
import { Jobs } from "./jobs.ts";
import type { Dialect, FunctionDefinition, Script } from "./syntax.ts";
import { type SpecialVariables, Variables } from "./variables.ts";

/** What runs commands: handed in, since expansion needs it and it needs expansion. */
export interface ShellPorts {
  runScript(shell: Shell, script: Script): Execution;
  /** Runs text as `eval` does. */
  runText(shell: Shell, text: string): Execution;
  /** Runs a command whose words are expanded, past functions (and with `builtin: false` past builtins). */
  runWords(shell: Shell, words: readonly string[], how: { readonly builtin: boolean; readonly external: boolean }): Execution;
  /** The output of commands, trailing newlines removed. */
  substitute(shell: Shell, script: Script | string): Execution<string>;
  /** A path to read from or write to a process, as /dev/fd/63. */
  processSubstitution(shell: Shell, direction: "<" | ">", script: Script): Execution<string>;
}

/** Where control goes instead of on. */
export type Flow =
  | { readonly kind: "break" | "continue"; levels: number }
  | { readonly kind: "return" }
  | { readonly kind: "exit" }
  /** An expansion failed: the rest of the command line is dropped. */
  | { readonly kind: "discard" }
  /** ^C at a prompt: back to it. */
  | { readonly kind: "interrupt" };

export interface ShellSource {
  readonly dialect: Dialect;
  /** $0, and what stands before its messages. */
  readonly name: string;
  readonly positional: readonly string[];
  readonly mode: "interactive" | "command" | "script" | "stdin";
  readonly login: boolean;
}

/** An error that abandons the command that is being run; printed where it is caught. */
export class ShellProblem extends Error {
  readonly status: number;
  /** A shell that is not interactive ends (`fatal`), or drops the rest of the line (`discard`). */
  readonly reach: "command" | "discard" | "fatal";

  constructor(message: string, how: { readonly status?: number; readonly fatal?: boolean; readonly discard?: boolean } = {}) {
    super(message);
    this.status = how.status ?? 1;
    this.reach = how.fatal === true ? "fatal" : how.discard === true ? "discard" : "command";
  }
}

/** An assignment to a variable that may not change; it ends a shell that is no bash. */
export function readOnly(shell: Shell, name: string): ShellProblem {
  const text = shell.pick({ bash: "readonly variable", dash: "is read only", ash: "is read only" });
  return new ShellProblem(`${name}: ${text}`, shell.dialect === "bash" ? { fatal: true } : { fatal: true, status: 2 });
}

/** The state of one shell process; a subshell is a copy. */
export class Shell {
  readonly process: TaskProcess;
  readonly ports: ShellPorts;
  readonly dialect: Dialect;
  readonly mode: ShellSource["mode"];
  readonly login: boolean;
  name: string;
  positional: readonly string[];
  variables: Variables;
  functions = new Map<string, FunctionDefinition>();
  aliases = new Map<string, string>();
  /** Letters of `set`, and long names of those without a letter. */
  options = new Set<string>();
  shopts = new Set<string>();
  traps = new Map<string, string>();
  /** Remembered places of commands, with how often they were used. */
  hashed = new Map<string, { path: string; hits: number }>();
  jobs = new Jobs();
  directories: string[] = [];
  history: string[] = [];
  status = 0;
  /** $! */
  lastBackground: number | undefined;
  /** The last argument of the last command. */
  lastArgument = "";
  pipeStatus: readonly number[] = [0];
  line = 1;
  flow: Flow | undefined;
  loopDepth = 0;
  functionDepth = 0;
  sourceDepth = 0;
  subshellDepth = 0;
  /** Where a failing command does not end a `set -e` shell: conditions. */
  conditionDepth = 0;
  functionNames: string[] = [];
  /** Status of the last command substitution, for assignments. */
  substitutionStatus: number | undefined;
  runningTrap = false;
  /** Descriptors of <(...), open until the command has ended. */
  substitutionFds: number[] = [];
  /** `exit` with stopped jobs warns once. */
  warnedOfJobs = false;
  /** Builtins that `enable -n` turned off. */
  readonly disabled = new Set<string>();
  getopts = { index: 1, at: 0 };
  readonly startedMs: number;
  #secondsOffset = 0;
  #random: number;

  constructor(process: TaskProcess, source: ShellSource, ports: ShellPorts) {
    this.process = process;
    this.ports = ports;
    this.dialect = source.dialect;
    this.mode = source.mode;
    this.login = source.login;
    this.name = source.name;
    this.positional = source.positional;
    this.startedMs = process.system.now().wallMs;
    this.shellPid = process.pid;
    this.#random = process.pid * 7919 + 1;
    this.variables = new Variables(this.#hooks());
  }

  get interactive(): boolean {
    return this.mode === "interactive" && this.subshellDepth === 0;
  }

  /** A copy for a subshell that runs as `process`. */
  fork(process: TaskProcess): Shell {
    const { dialect, name, positional, mode, login } = this;
    const child = new Shell(process, { dialect, name, positional, mode, login }, this.ports);
    child.variables = this.variables.fork(child.#hooks());
    child.functions = new Map(this.functions);
    child.aliases = new Map(this.aliases);
    child.options = new Set(this.options);
    child.shopts = new Set(this.shopts);
    for (const [signal, command] of this.traps) if (command === "") child.traps.set(signal, command);
    child.hashed = new Map(this.hashed);
    child.directories = [...this.directories];
    child.history = this.history;
    child.status = this.status;
    child.lastBackground = this.lastBackground;
    child.lastArgument = this.lastArgument;
    child.line = this.line;
    child.shellPid = this.shellPid;
    child.functionDepth = this.functionDepth;
    child.functionNames = [...this.functionNames];
    child.sourceDepth = this.sourceDepth;
    child.subshellDepth = this.subshellDepth + 1;
    child.conditionDepth = this.conditionDepth;
    child.loopDepth = this.loopDepth;
    child.#secondsOffset = this.#secondsOffset;
    child.options.delete("m");
    return child;
  }

  /** What this shell's dialect says or does; ash as dash unless told. */
  pick<T>(choices: { readonly bash: T; readonly dash: T; readonly ash?: T }): T {
    if (this.dialect === "ash") return choices.ash ?? choices.dash;
    return choices[this.dialect];
  }

  /** Writes to standard error. */
  *say(text: string): Execution<void> {
    yield* this.process.write(2, text);
  }

  /** Prints a message with the shell's own prefix: `-bash: `, `bash: line 3: `, `sh: 3: `. Gives `status`. */
  *complain(message: string, status = 1): Execution {
    yield* this.say(`${this.prefix()}${message}\n`);
    return status;
  }

  prefix(): string {
    if (this.dialect === "dash") return `${this.name}: ${this.line}: `;
    if (this.mode === "interactive") return `${this.name}: `;
    if (this.dialect === "ash") return this.mode === "script" ? `${this.name}: line ${this.line}: ` : `${this.name}: `;
    return `${this.name}: line ${this.line}: `;
  }

  /** A parameter's value: variable, positional or special; undefined when unset. */
  parameter(name: string): string | undefined {
    if (/^[0-9]+$/.test(name)) return name === "0" ? this.name : this.positional[Number(name) - 1];
    switch (name) {
      case "@":
      case "*":
        return this.positional.length === 0 ? undefined : this.positional.join(name === "*" ? this.ifs().slice(0, 1) : " ");
      case "#":
        return String(this.positional.length);
      case "?":
        return String(this.status);
      case "$":
        return String(this.shellPid);
      case "!":
        return this.lastBackground === undefined ? undefined : String(this.lastBackground);
      case "-":
        return this.optionLetters();
      default:
        return this.variables.get(name);
    }
  }

  /** Pid of the shell that forked the subshells. */
  shellPid: number;
  /** Nothing follows the command that runs next: an external program may take this process over. */
  lastCommand = false;

  ifs(): string {
    return this.variables.get("IFS") ?? " \t\n";
  }

  optionLetters(): string {
    const letters = [...this.options].filter((option) => option.length === 1).sort();
    const mode = this.mode === "command" ? "c" : this.mode === "stdin" || this.mode === "interactive" ? "s" : "";
    const base = this.dialect === "bash" ? `${letters.join("")}${this.interactive ? "" : "B"}` : letters.join("");
    return `${this.dialect === "bash" && !base.includes("h") ? `h${base}` : base}${mode}`;
  }

  resetSeconds(value: number): void {
    this.#secondsOffset = value - this.#elapsedSeconds();
  }

  seedRandom(value: number): void {
    this.#random = value;
  }

  #elapsedSeconds(): number {
    return Math.floor((this.process.system.now().wallMs - this.startedMs) / 1000);
  }

  #hooks(): SpecialVariables {
    return { scalar: (name) => this.#special(name), array: (name) => this.#specialArray(name) };
  }

  #specialArray(name: string): readonly string[] | undefined {
    if (this.dialect !== "bash") return undefined;
    if (name === "PIPESTATUS") return this.pipeStatus.map(String);
    if (name === "FUNCNAME" && this.functionNames.length > 0)
      return [...this.functionNames].reverse().concat(this.mode === "script" ? ["main"] : []);
    if (name === "BASH_SOURCE") return this.mode === "script" ? [this.name] : [];
    return name === "DIRSTACK" ? [this.process.directory, ...this.directories] : undefined;
  }

  /** Variables that are computed at each use. */
  #special(name: string): string | undefined {
    const compute = this.dialect === "bash" ? SPECIAL[name] : name === "LINENO" ? SPECIAL["LINENO"] : undefined;
    return compute === undefined || !Object.hasOwn(SPECIAL, name) ? undefined : compute(this);
  }

  nextRandom(): number {
    this.#random = (Math.imul(this.#random, 1_103_515_245) + 12_345) >>> 0;
    return (this.#random >>> 16) & 32_767;
  }

  seconds(): number {
    return this.#elapsedSeconds() + this.#secondsOffset;
  }
}

const SPECIAL: Readonly<Record<string, (shell: Shell) => string | undefined>> = {
  RANDOM: (shell) => String(shell.nextRandom()),
  SRANDOM: (shell) => String(bytesToNumber(shell.process.system.random(4))),
  SECONDS: (shell) => String(shell.seconds()),
  LINENO: (shell) => String(shell.line),
  BASHPID: (shell) => String(shell.process.pid),
  BASH_SUBSHELL: (shell) => String(shell.subshellDepth),
  EPOCHSECONDS: (shell) => String(Math.floor(shell.process.system.now().wallMs / 1000)),
  EPOCHREALTIME: (shell) => (shell.process.system.now().wallMs / 1000).toFixed(6),
  FUNCNAME: (shell) => shell.functionNames.at(-1),
  BASH_COMMAND: () => undefined,
  _: (shell) => shell.lastArgument,
};

function bytesToNumber(bytes: string): number {
  return [...bytes].reduce((sum, byte) => sum * 256 + byte.charCodeAt(0), 0);
}
